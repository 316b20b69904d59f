"""What can go wrong with a call to the broker, and the network that makes it happen."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Final, Literal, TypeVar

if TYPE_CHECKING:
    from simulation.worker import Worker

T = TypeVar("T")

Fault = Literal[
    "error before",
    "error after",
    "silence before",
    "silence after",
    "late",
    "crash before",
    "crash after",
    "freeze before",
    "freeze after",
    "rebalance",
    "clock jump",
]
"""Before or after the call took effect: an error; no answer, ever; the worker dies; it is stopped and later resumed.

A late call takes effect after its caller has given up.
"""
FAULTS: Final[tuple[Fault, ...]] = Fault.__args__  # type: ignore[attr-defined]
_LATE_SECONDS: Final = 20.0
_SELDOM: Final = {"poll": 0.1, "changelog": 0.5}
"""Steps that come so often that they would take nearly all faults."""


class Weather:
    """How rough it is: the chance of a fault at each call, and a count of those that came about."""

    def __init__(self, rng: Random, chance: float, *, clocks_jump: bool) -> None:
        self.rng = rng
        self.chance = chance
        self._faults = FAULTS if clocks_jump else tuple(fault for fault in FAULTS if fault != "clock jump")
        self.came: Counter[tuple[str, Fault]] = Counter()
        self.trace: list[str] = []
        """Every call there was, for whoever wants to see two runs be the same."""

    def strikes(self, step: str) -> Fault | None:
        """The fault that befalls this call, if any."""
        self.trace.append(step)
        if self.rng.random() >= self.chance * _SELDOM.get(step, 1.0):
            return None
        fault = self.rng.choice(self._faults)
        self.came[step, fault] += 1
        self.trace.append(fault)
        return fault


class RoughNetwork:
    """One worker's wire to the broker. See `Network`."""

    def __init__(self, worker: Worker, weather: Weather) -> None:
        self._worker = worker
        self._weather = weather
        self._slow: dict[str, tuple[float, int]] = {}
        """By topic until when fetches do not get beyond an offset."""
        self.calls = 0
        """Under way now, but for polls that will be answered."""

    async def carry(self, step: str, call: Callable[[], T]) -> T:
        if step == "poll":
            return await self._carry(step, call)
        self.calls += 1
        try:
            return await self._carry(step, call)
        finally:
            self.calls -= 1

    async def _carry(self, step: str, call: Callable[[], T]) -> T:
        rng, fault = self._weather.rng, self._weather.strikes(step)
        await asyncio.sleep(rng.random() * 0.005 if fault or rng.random() < 0.2 else 0)
        if fault is None:
            return call()
        if fault == "rebalance":
            self._worker.lose_partition()
            return call()
        if fault == "clock jump":
            self._worker.clock.jump(rng)
            return call()
        if fault.endswith("before"):
            await self._befall(fault)
            return call()
        if fault == "late":
            asyncio.get_running_loop().call_later(rng.random() * _LATE_SECONDS, _quietly(call))
            return await self._silence()
        answer = call()
        await self._befall(fault)
        return answer

    async def _befall(self, fault: Fault) -> None:
        """Returns only where the call then goes on as if nothing had been."""
        kind, _, _ = fault.partition(" ")
        if kind == "error":
            raise ConnectionError(fault)
        if kind == "silence":
            await self._silence()
        if kind == "crash":
            self._worker.crash()
            await self._silence()
        await self._worker.freeze()

    async def _silence(self) -> T:
        self.calls += 1
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            self.calls -= 1

    def shows(self, topic: str, end: int) -> int:
        """Now and then a topic is slow: fetches reach no further than they did, for some seconds."""
        if topic in self._slow:
            until, offset = self._slow[topic]
            if asyncio.get_running_loop().time() < until:
                return min(offset, end)
            del self._slow[topic]
        elif end and self._weather.rng.random() < self._weather.chance:
            self._slow[topic] = asyncio.get_running_loop().time() + self._weather.rng.random() * 3, end
        return end


def _quietly(call: Callable[[], object]) -> Callable[[], None]:
    """Nobody waits for the answer any more, be it an error."""

    def late() -> None:
        with contextlib.suppress(Exception):
            call()

    return late
