"""The one line to CVR: slots and pace before the service, one call at a time on each slot, each of them bounded."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from math import inf
from types import TracebackType
from typing import Final, Self

import structlog

from adapters.cvr.registry.guard import Guard, NotAskedError
from adapters.cvr.registry.pace import Pace
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Answer, CvrService, LastingError, NoAnswerError, Number, PassingError, RejectedError
from adapters.telemetry import cvr as metrics

_log = structlog.get_logger("sorbro.cvr")
_RESULTS: Final = {PassingError: "passing", RejectedError: "rejected", LastingError: "lasting"}


class Line:
    """Whoever asks CVR takes a turn here. `today` gives the Danish civil date on which answers are read."""

    def __init__(
        self, service: CvrService, settings: RegistrySettings, guard: Guard, today: Callable[[], date]
    ) -> None:
        self._service = service
        self._settings = settings
        self._guard = guard
        self._today = today
        self._slots = asyncio.Semaphore(settings.calls_at_once)
        self._pace = Pace(settings.calls_per_second, settings.burst)

    async def turn(self) -> Turn:
        """Wait for a slot, the pace, and the probe that may be out. Raises `NotAskedError` while nobody may call.

        Whoever gets a turn ends it: ``async with``.
        """
        await self._slots.acquire()
        try:
            await self._pace.wait()
            return Turn(self, self._guard, is_probe=await self._guard.admit())
        except BaseException:
            self._slots.release()
            raise

    async def paced(self) -> None:
        """Wait for the pace alone: a turn's further calls."""
        await self._pace.wait()

    def leave(self) -> None:
        """End a turn."""
        self._slots.release()

    async def call(self, numbers: Sequence[Number], deadline: float) -> Answer:
        """Ask the service once, within the time for one attempt and before `deadline`, on the loop's clock.

        Raises `NoAnswerError`, and cancellation, which is not held against CVR: so no wait of ours may end in it.
        """
        seconds = min(self._settings.attempt_seconds, deadline - asyncio.get_running_loop().time())
        metrics.CALL_NUMBERS.observe(len(numbers))
        result = "cancelled"
        try:
            with metrics.CALL_SECONDS.time():
                answer = await self._ask(numbers, seconds)
            result = "answered"
        except NoAnswerError as failure:
            result = _RESULTS.get(type(failure), "passing")
            raise
        finally:
            metrics.CALLS.labels(result).inc()
        return answer

    def heed(self, failure: NoAnswerError) -> None:
        """CVR's wish to be left alone is everybody's, not only that of the call that heard it."""
        if not isinstance(failure, PassingError) or failure.wait is None:
            return
        if failure.wait < self._settings.budget_seconds:
            self._pace.rest(asyncio.get_running_loop().time() + failure.wait)
        else:
            self._guard.asked_to_wait(failure.wait, str(failure))

    async def _ask(self, numbers: Sequence[Number], seconds: float) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                return await self._service.ask(numbers, self._today())
        except TimeoutError:
            raise PassingError(f"CVR did not answer within {seconds:.3g} s") from None
        except NoAnswerError:
            raise
        # A fault of ours in reading an answer is met like a document nobody can read: by finding its number.
        except Exception as error:  # noqa: BLE001
            kind = type(error).__name__
            at = traceback.extract_tb(error.__traceback__)[-1]
            # Its text may hold an address with a key in it; where it comes from is enough to find it.
            _log.error("asking CVR failed in a way that nobody foresaw", error=kind, at=f"{at.filename}:{at.lineno}")
            raise RejectedError(f"the answer could not be read ({kind}): this is a fault of ours") from None


class Turn:
    """The right to call, one call after the other, until it ends. The pace of the first has been waited for."""

    def __init__(self, line: Line, guard: Guard, *, is_probe: bool) -> None:
        self._line = line
        self._guard = guard
        self._is_paced = True
        self.is_probe = is_probe
        """Whether the next call is the one that sees whether CVR is back."""

    @property
    def may_go_on(self) -> bool:
        """Whether another call may follow."""
        return self._guard.is_closed

    async def ask(self, numbers: Sequence[Number], deadline: float = inf) -> Answer:
        """Put one question, to be answered before `deadline` on the loop's clock. Raises `NoAnswerError`.

        Raises `NotAskedError` when the breaker has opened meanwhile, or no time is left.
        """
        if not self._is_paced:
            await self._line.paced()
        self._is_paced = False
        if asyncio.get_running_loop().time() >= deadline:
            raise NotAskedError("CVR was too busy to be asked in time")
        if not self.is_probe:
            self._guard.check()
        try:
            answer = await self._line.call(numbers, deadline)
        except NoAnswerError as failure:
            is_probe, self.is_probe = self.is_probe, False
            self._guard.failed(failure, is_probe=is_probe)
            self._line.heed(failure)
            raise
        is_probe, self.is_probe = self.is_probe, False
        self._guard.succeeded(is_probe=is_probe)
        return answer

    def in_vain(self, calls: int, reason: str) -> None:
        """So many calls of this turn were rejected and none was answered."""
        self._guard.in_vain(calls, reason)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_probe:
            self._guard.given_up()
        self._line.leave()
