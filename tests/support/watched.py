"""A loop under a clock that anybody may set, and what must hold whatever that clock shows (R25)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from contracts.topics import Topic
from support.memory_log import MemoryBroker
from support.scenario import instant
from support.work import Working, working


class WallClock:
    """The machine's own clock, as people and time servers set it: anywhere."""

    def __init__(self, at: str | datetime) -> None:
        self.set(at)

    def set(self, at: str | datetime) -> None:
        self._now = instant(at)

    def now(self) -> datetime:
        return self._now

    def latest(self) -> datetime:
        return self._now


class Watched:
    """A loop under a wall clock. Each look at it proves that nothing came before its day, and nothing twice."""

    def __init__(self, under_way: Working, clock: WallClock) -> None:
        self._under_way = under_way
        (self._broker,) = under_way.partitions
        self._clock = clock
        self._seen = deregistered(self._broker)

    async def at(self, time: str | datetime) -> list[str]:
        """Set the clock, let the loop rest, and return the days whose closures took effect by that."""
        self._clock.set(time)
        await self._under_way.rest()
        found = deregistered(self._broker)
        fresh, self._seen = found[len(self._seen) :], found
        assert all(instant(each["effectiveAt"]) <= self._clock.now() for each in fresh), "early"
        assert len({each["sorId"] for each in found}) == len(found), "twice"
        return [each["lastDay"] for each in fresh]


@asynccontextmanager
async def watched(broker: MemoryBroker, starts: str | datetime) -> AsyncIterator[Watched]:
    clock = WallClock(starts)
    async with working(broker, clock=clock) as under_way:
        yield Watched(under_way, clock)


def deregistered(broker: MemoryBroker) -> list[dict[str, str]]:
    return [json.loads(each.value or b"") for each in broker.sent() if each.topic == Topic.DEREGISTRATIONS]
