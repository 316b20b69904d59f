"""What the loop does with a log, in words short enough for a test."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.kafka.port import PartitionLog
from conformance.benches import Bench, record
from contracts.records import InputRecord
from contracts.topics import WORKER_INPUTS, Topic

INPUTS = [topic.value for topic in WORKER_INPUTS]
_POLLS = 40


class Clients:
    """The clients of one test: all of them are closed at its end."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._open: list[PartitionLog] = []

    async def fenced(self, group: str = "") -> PartitionLog:
        """A client that holds the partition."""
        log = self._bench.log(group)
        self._open.append(log)
        await log.fence()
        return log

    async def reading(self, **positions: int) -> PartitionLog:
        """One that also reads: from the beginning, or from `entity_changes=3`."""
        log = await self.fenced()
        await log.seek({Topic[name.upper()].value: offset for name, offset in positions.items()})
        return log

    async def write(self, log: PartitionLog, *values: bytes, topic: str = Topic.STATE) -> None:
        """Begin a transaction and write to it; all is acknowledged."""
        await log.begin()
        await self.write_on(log, *values, topic=topic)

    async def write_on(self, log: PartitionLog, *values: bytes, topic: str = Topic.STATE) -> None:
        """Write to the transaction that is open."""
        await log.send([record(topic, value, self._bench.partition) for value in values])
        await log.delivered()

    async def commit(self, log: PartitionLog, *values: bytes, topic: str = Topic.STATE) -> None:
        """One whole transaction."""
        await self.write(log, *values, topic=topic)
        await log.commit()

    async def close(self) -> None:
        for log in self._open:
            await log.close()


async def changelog(log: PartitionLog) -> list[bytes | None]:
    return [each.value async for records in log.changelog() for each in records]


async def polled(log: PartitionLog, count: int, topics: Sequence[str] = INPUTS) -> list[InputRecord]:
    """Poll until there are `count` records; the assertion is the test's."""
    found: list[InputRecord] = []
    for _ in range(_POLLS):
        if len(found) >= count:
            break
        found += await log.poll(topics, 100, 0.25)
    return found


async def nothing_more(log: PartitionLog) -> bool:
    """Whether several polls in a row bring nothing."""
    return not [record for _ in range(4) for record in await log.poll(INPUTS, 100, 0.2)]
