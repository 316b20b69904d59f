"""The real loop at work on logs in memory, until it has nothing more to do."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from adapters.clock import SystemClock
from contracts.tariffs import TariffTable
from support.memory_log import INTERNAL, MemoryBroker, MemoryLog
from workers.app.reporter import LogAndMetrics
from workers.stream.loop import PartitionLoop
from workers.stream.tracing import NO_TRACING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from adapters.clock import Clock
    from support.scenario import Scenario
    from workers.stream.tracing import Tracing

_AT_REST: Final = 20


def broker_with(world: Scenario) -> MemoryBroker:
    """A broker that holds the scenario's records, each in its topic."""
    return partitions_with(world, 1)[0]


def publish(broker: MemoryBroker, world: Scenario) -> None:
    """Write what the scenario has told since the last time."""
    known = sum(len(records) for topic, records in broker.inputs.items() if topic not in INTERNAL)
    for record in world.records[known:]:
        broker.receive(record)


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

    def committed(self, partition, turn, took):
        self.idle = 0
        super().committed(partition, turn, took)

    def failed(self, partition, error):
        self.idle = 0
        super().failed(partition, error)


class Working:
    """Loops under way, one for each partition."""

    def __init__(
        self,
        partitions: Sequence[MemoryBroker],
        clock: Clock,
        *,
        transactional: bool,
        flood_limit: int,
        tracing: Tracing,
    ) -> None:
        self.partitions = partitions
        self._transactional = transactional
        self._reporters = [Counting(clock) for _ in partitions]
        self._loops = [
            PartitionLoop(
                broker.partition,
                lambda broker=broker: MemoryLog(broker, transactional=transactional),
                clock,
                TariffTable.load(),
                reporter,
                flood_limit,
                tracing,
            )
            for broker, reporter in zip(partitions, self._reporters, strict=True)
        ]
        self._tasks = [asyncio.create_task(loop.run()) for loop in self._loops]

    async def rest(self) -> None:
        """Wait until the inputs are handled and all loops have long had nothing to do, or one has ended."""
        for reporter in self._reporters:
            reporter.idle = 0
        async with asyncio.timeout(120):
            while not any(task.done() for task in self._tasks):
                await asyncio.sleep(0.01)
                handled = not self._transactional or all(broker.is_handled for broker in self.partitions)
                if handled and all(reporter.idle > _AT_REST for reporter in self._reporters):
                    return

    async def stop(self) -> None:
        """End the loops; what ended one of them before comes out here."""
        for loop in self._loops:
            loop.stop()
        await asyncio.gather(*self._tasks)


@asynccontextmanager
async def working(
    *partitions: MemoryBroker,
    clock: Clock | None = None,
    transactional: bool = True,
    flood_limit: int = 100,
    tracing: Tracing = NO_TRACING,
) -> AsyncIterator[Working]:
    """A loop on each partition, for as long as the block lasts."""
    under_way = Working(
        partitions, clock or SystemClock(), transactional=transactional, flood_limit=flood_limit, tracing=tracing
    )
    try:
        yield under_way
    finally:
        await under_way.stop()


async def work(*partitions: MemoryBroker, **options: Any) -> None:
    """Run a loop on each partition until the inputs are handled and all of them have long had nothing to do."""
    async with working(*partitions, **options) as under_way:
        await under_way.rest()


def ids(broker: MemoryBroker) -> list[str]:
    """Of everything that was sent, in order."""
    return [dict(each.headers)["ce_id"].decode() for each in broker.sent()]


def types(broker: MemoryBroker) -> list[str]:
    """The same for the types."""
    return [dict(each.headers).get("ce_type", b"dead letter").decode() for each in broker.sent()]
