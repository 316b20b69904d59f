"""One flight per number, and many numbers in one call: who asks for what is on its way waits for it too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from adapters.cvr.port import Outcome, Unavailable
from adapters.cvr.registry.guard import NotAskedError
from adapters.cvr.registry.line import Turn
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Number
from adapters.telemetry import cvr as metrics

Flight = asyncio.Future[Outcome]
"""Shared by all who wait for the number. To wait without owning it, use `asyncio.wait`, which cancels nothing."""

_SMALL: Final = 4
"""Numbers in a batch that is always halved down to the single one, whatever CVR says (`isolation`)."""
_GRACE: Final = 0.5
"""Seconds for a batch to end by itself at its deadline; cut off, its last call would not be held against CVR."""


class Gathering:
    """Numbers wait here until there is a turn; only then is their batch closed, so that a busy line makes full batches.

    `turn` gives the next turn or raises `NotAskedError`. `carry` takes a batch to CVR before a deadline of the loop's
    clock, calls `settle` for each of its numbers, and says whether CVR took the questions at all. `most` is how many
    numbers a batch may have.
    """

    def __init__(
        self,
        settings: RegistrySettings,
        most: int,
        turn: Callable[[], Awaitable[Turn]],
        carry: Callable[[Turn, Sequence[Number], float], Awaitable[bool]],
    ) -> None:
        self._settings = settings
        self._full = most
        self._most = most
        self._turn = turn
        self._carry = carry
        self._flights: dict[Number, Flight] = {}
        self._waiting: dict[Number, float] = {}
        self._is_full = asyncio.Event()
        self._dispatcher: asyncio.Task[None] | None = None
        self._carriers: set[asyncio.Task[None]] = set()
        metrics.WAITING.set_function(lambda: len(self._flights))

    def __len__(self) -> int:
        return len(self._flights)

    def join(self, numbers: Iterable[Number]) -> dict[Number, Flight]:
        """The flight of each number, a new one where it has none. It ends with an outcome, never with an exception."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.budget_seconds
        flights: dict[Number, Flight] = {}
        for number in numbers:
            flight = self._flights.get(number)
            flights[number] = self._new(number, loop, deadline) if flight is None else flight
        if len(self._waiting) >= self._most:
            self._is_full.set()
        if self._waiting and (self._dispatcher is None or self._dispatcher.done()):
            self._dispatcher = loop.create_task(self._dispatch(), name="cvr-dispatcher")
        return flights

    def settle(self, number: Number, outcome: Outcome) -> None:
        """End the number's flight; one that has ended stays as it is."""
        self._waiting.pop(number, None)
        flight = self._flights.pop(number, None)
        if flight is not None and not flight.done():
            flight.set_result(outcome)

    def turn_away(self, reason: str) -> None:
        """End the flights that have not begun; those in the air come down by themselves."""
        self._fail(list(self._waiting), reason)

    async def close(self) -> None:
        """Give up everything, waiting and in the air."""
        tasks = [*self._carriers, *([self._dispatcher] if self._dispatcher is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._fail(list(self._flights), "the worker is stopping")

    def _new(self, number: Number, loop: asyncio.AbstractEventLoop, deadline: float) -> Flight:
        flight: Flight = loop.create_future()
        if len(self._waiting) < self._settings.waiting:
            self._flights[number] = flight
            self._waiting[number] = deadline
        else:
            flight.set_result(Unavailable(f"{len(self._waiting)} numbers wait for CVR already"))
        return flight

    async def _dispatch(self) -> None:
        while self._waiting:
            await self._gather()
            try:
                turn = await self._turn()
            except NotAskedError as refusal:
                self.turn_away(str(refusal))
                continue
            batch = self._take(1 if turn.is_probe else self._most)
            carrier = asyncio.get_running_loop().create_task(self._fly(turn, batch), name="cvr-carrier")
            self._carriers.add(carrier)
            carrier.add_done_callback(self._carriers.discard)

    async def _gather(self) -> None:
        if len(self._waiting) >= self._most:
            return
        self._is_full.clear()
        try:
            async with asyncio.timeout(self._settings.gather_seconds):
                await self._is_full.wait()
        except TimeoutError:
            pass

    async def _fly(self, turn: Turn, batch: Sequence[Number]) -> None:
        flights = [(number, self._flights[number]) for number in batch]
        seconds = self._settings.budget_seconds
        deadline = asyncio.get_running_loop().time() + seconds
        reason = "asking CVR was broken off"
        try:
            async with turn, asyncio.timeout_at(deadline + _GRACE):
                if batch and await self._carry(turn, batch, deadline):
                    self._most = min(self._full, 2 * self._most)
                elif len(batch) > _SMALL:
                    # Should bad numbers fill a batch, smaller ones still get to the good among them.
                    self._most = max(_SMALL, len(batch) // 2)
        except TimeoutError:
            reason = f"CVR did not answer within {seconds:g} s"
        finally:
            # Of a number that has been settled another flight may be on its way already.
            self._fail((number for number, flight in flights if not flight.done()), reason)

    def _take(self, most: int) -> list[Number]:
        """The batch of those who have waited longest; whoever asked for a number too long ago has left by now."""
        now = asyncio.get_running_loop().time()
        batch: list[Number] = []
        late: list[Number] = []
        for number, deadline in self._waiting.items():
            if len(batch) == most:
                break
            (batch if now < deadline else late).append(number)
        for number in batch:
            del self._waiting[number]
        self._fail(late, "CVR was too busy to be asked in time")
        return batch

    def _fail(self, numbers: Iterable[Number], reason: str) -> None:
        for number in numbers:
            self.settle(number, Unavailable(reason))
