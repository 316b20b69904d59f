"""Partition loops at work over a log in memory: run them until they rest, by turns and not by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from adapters.clock import Clock, SystemClock
from contracts.tariffs import TariffTable
from support.memory_log import MemoryBroker, MemoryLog
from support.scenario import Scenario
from workers.app.reporter import LogAndMetrics
from workers.stream.loop import PartitionLoop

_AT_REST = 20


def broker_with(world: Scenario) -> MemoryBroker:
    """A broker that holds the scenario's records, each in its topic."""
    broker = MemoryBroker()
    publish(broker, world)
    return broker


def publish(broker: MemoryBroker, world: Scenario) -> None:
    """Write what the scenario has told since the last time."""
    known = sum(len(records) for records in broker.inputs.values())
    for record in world.records[known:]:
        written = broker.inputs[record.topic]
        written.append(replace(record, offset=len(written)))


class Counting(LogAndMetrics):
    """Counts how often the loop has come round with nothing to bring home: its own measure of rest, not the clock's."""

    idle = 0

    def turned(self, partition):
        self.idle += 1
        super().turned(partition)

    def committed(self, partition, turn, seconds):
        self.idle = 0
        super().committed(partition, turn, seconds)

    def failed(self, partition, error):
        self.idle = 0
        super().failed(partition, error)


@dataclass(frozen=True)
class Working:
    """A loop under way."""

    broker: MemoryBroker
    task: asyncio.Task[None]
    reporter: Counting
    transactional: bool

    async def rest(self) -> None:
        """Wait until the inputs are handled and the loop has long had nothing to do, or has ended."""
        self.reporter.idle = 0
        due = {topic: len(records) for topic, records in self.broker.inputs.items()}
        async with asyncio.timeout(120):
            while not self.task.done():
                await asyncio.sleep(0.01)
                if self.reporter.idle > _AT_REST and self._has_handled(due):
                    return

    def _has_handled(self, due: dict[str, int]) -> bool:
        return not self.transactional or all(self.broker.offsets.get(topic, 0) >= end for topic, end in due.items())


@asynccontextmanager
async def working(
    broker: MemoryBroker, clock: Clock, *, transactional: bool = True, flood_limit: int = 100
) -> AsyncIterator[Working]:
    """A loop that works for as long as the block lasts; its errors come out at the end."""
    reporter = Counting(clock)

    def new_log() -> MemoryLog:
        return MemoryLog(broker, transactional=transactional)

    loop = PartitionLoop(0, new_log, clock, TariffTable.load(), reporter, flood_limit)
    task = asyncio.create_task(loop.run())
    try:
        yield Working(broker, task, reporter, transactional)
    finally:
        loop.stop()
        await task


async def work(broker: MemoryBroker, clock: Clock | None = None, **options: Any) -> None:
    """Run a loop until it rests."""
    async with working(broker, clock or SystemClock(), **options) as under_way:
        await under_way.rest()


def ids(broker: MemoryBroker) -> list[str]:
    """Of everything that was sent, in order."""
    return [dict(each.headers)["ce_id"].decode() for each in broker.sent()]


def types(broker: MemoryBroker) -> list[str]:
    """The same for the types."""
    return [dict(each.headers).get("ce_type", b"dead letter").decode() for each in broker.sent()]
