"""The real loop at work on logs in memory, until it has nothing more to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from adapters.clock import SystemClock
from contracts.tariffs import TariffTable
from support.memory_log import MemoryBroker, MemoryLog
from workers.app.reporter import LogAndMetrics
from workers.stream.loop import PartitionLoop

if TYPE_CHECKING:
    from adapters.clock import Clock
    from support.scenario import Scenario

_AT_REST: Final = 20


def broker_with(world: Scenario) -> MemoryBroker:
    """A broker that holds the scenario's records, each in its topic."""
    return partitions_with(world, 1)[0]


def partitions_with(world: Scenario, count: int) -> list[MemoryBroker]:
    """The same, divided among partitions by key."""
    partitions = MemoryBroker.several(count)
    for record in world.records:
        partitions[0].of_key(record.key).receive(record)
    return partitions


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


async def work(
    *partitions: MemoryBroker, clock: Clock | None = None, transactional: bool = True, flood_limit: int = 100
) -> None:
    """Run a loop on each partition until the inputs are handled and all of them have long had nothing to do."""
    clock = clock or SystemClock()
    reporters = [Counting(clock) for _ in partitions]
    loops = [
        PartitionLoop(
            broker.partition,
            lambda broker=broker: MemoryLog(broker, transactional=transactional),
            clock,
            TariffTable.load(),
            reporter,
            flood_limit,
        )
        for broker, reporter in zip(partitions, reporters, strict=True)
    ]
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    async with asyncio.timeout(120):
        while not any(task.done() for task in tasks):
            await asyncio.sleep(0.01)
            handled = not transactional or all(broker.is_handled for broker in partitions)
            if handled and all(reporter.idle > _AT_REST for reporter in reporters):
                break
        for loop in loops:
            loop.stop()
        await asyncio.gather(*tasks)
