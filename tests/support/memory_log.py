"""Partitions' logs in memory, for the loop's own logic: committed is what a commit made so, the rest is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from adapters.kafka.partitioner import partition_of
from adapters.kafka.port import ChangelogRecord
from contracts.records import InputRecord, OutputRecord
from contracts.topics import WORKER_INPUTS, Topic

TOPICS = [topic.value for topic in WORKER_INPUTS]
INTERNAL = {Topic.STATE, Topic.CVR_REQUESTS, Topic.TRANSFERS, Topic.FEE_RUNS}


class MemoryBroker:
    """What survives of one partition: the inputs, what was committed of the outputs, and the group's offsets."""

    def __init__(self) -> None:
        self.partition = 0
        self.partitions = [self]
        self.inputs: dict[str, list[InputRecord]] = {topic: [] for topic in TOPICS}
        self.slow: dict[str, int] = {}
        """Per topic how many records a reader gets to see until somebody asks for the ends."""
        self.committed: list[OutputRecord] = []
        self.offsets: dict[str, int] = {}
        self.transactions: list[int] = []
        """How many outputs each commit brought, the state's own records apart."""
        self.steps: list[str] = []
        self.fail_at: dict[str, int] = {}
        """Per step how many times it is to fail."""
        self.fail_every: dict[str, int] = {}
        """Per step: every so manieth time it fails."""
        self.fails_with: type[BaseException] = ConnectionError
        self.counts = dict.fromkeys([*TOPICS, Topic.STATE.value], 1)

    @classmethod
    def several(cls, count: int) -> list[MemoryBroker]:
        """The partitions of one broker: what one of them commits for another is there to be read."""
        partitions = [cls() for _ in range(count)]
        for number, each in enumerate(partitions):
            each.partition, each.partitions = number, partitions
            each.counts = dict.fromkeys(each.counts, count)
        return partitions

    def of_key(self, key: bytes | None) -> MemoryBroker:
        """The partition that a key belongs to, as Kafka's own clients find it."""
        return self.partitions[partition_of(key or b"", len(self.partitions))]

    def receive(self, record: InputRecord) -> None:
        """Put a record at the end of its topic."""
        topic = self.inputs[record.topic]
        topic.append(record._replace(partition=self.partition, offset=len(topic)))

    def commit(self, records: Sequence[OutputRecord]) -> None:
        """Make records readable: by who reads the outputs, and by the worker what is for itself."""
        self.committed += records
        for record in records:
            if record.topic in TOPICS:
                to = self.of_key(record.key) if record.partition is None else self.partitions[record.partition]
                to.receive(record.as_input())

    def lose_state(self) -> None:
        """Take the state topic away; the group's offsets stay."""
        self.committed = [each for each in self.committed if each.topic != Topic.STATE]

    @property
    def is_handled(self) -> bool:
        """Whether everything in the inputs has been taken and committed."""
        return all(self.offsets.get(topic, 0) >= len(records) for topic, records in self.inputs.items() if records)

    def sent(self) -> list[OutputRecord]:
        """What a reader finds on the output topics."""
        return [record for record in self.committed if record.topic not in INTERNAL]


class MemoryLog:
    """See `PartitionLog`."""

    def __init__(self, broker: MemoryBroker, *, transactional: bool = True) -> None:
        self.is_transactional = transactional
        self._broker = broker
        self._at: dict[str, int] = {}
        self._open: list[OutputRecord] = []
        self._offsets: dict[str, int] = {}

    async def _step(self, name: str) -> None:
        self._broker.steps.append(name)
        if self._broker.fail_at.get(name, 0) > 0:
            self._broker.fail_at[name] -= 1
            raise self._broker.fails_with(name)
        if name in self._broker.fail_every and self._broker.steps.count(name) % self._broker.fail_every[name] == 0:
            raise self._broker.fails_with(name)

    async def fence(self) -> None:
        await self._step("fence")

    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        await self._step("changelog")
        for each in self._broker.committed:
            if each.topic == Topic.STATE:
                yield [ChangelogRecord(each.key or b"", each.value, each.headers)]

    async def partition_counts(self) -> Mapping[str, int]:
        return self._broker.counts

    async def committed(self) -> Mapping[str, int]:
        return dict(self._broker.offsets)

    async def seek(self, positions: Mapping[str, int]) -> None:
        self._at = {topic: positions.get(topic, 0) for topic in TOPICS}

    async def poll(self, topics: Sequence[str], max_records: int, seconds: float) -> Sequence[InputRecord]:
        await self._step("poll")
        found: list[InputRecord] = []
        for topic in topics:
            end = min(self._seen(topic), self._at[topic] + max_records)
            found += self._broker.inputs[topic][self._at[topic] : end]
            self._at[topic] = max(self._at[topic], end)
        await asyncio.sleep(0 if found else seconds / 100)
        return found

    def _seen(self, topic: str) -> int:
        return self._broker.slow.get(topic, len(self._broker.inputs[topic]))

    async def drained(self) -> frozenset[str]:
        return frozenset(topic for topic in TOPICS if self._at[topic] >= self._seen(topic))

    async def ends(self) -> Mapping[str, int]:
        await self._step("ends")
        self._broker.slow.clear()
        return {topic: len(records) for topic, records in self._broker.inputs.items()}

    async def positions(self) -> Mapping[str, int]:
        return dict(self._at)

    async def begin(self) -> None:
        await self._step("begin")

    async def send(self, records: Sequence[OutputRecord]) -> None:
        await self._step("send")
        self._open += records

    async def delivered(self) -> None:
        await self._step("delivered")
        if not self.is_transactional:
            self._broker.commit(self._open)
            self._open = []

    async def send_offsets(self, positions: Mapping[str, int]) -> None:
        await self._step("send_offsets")
        self._offsets = dict(positions) if self.is_transactional else {}

    async def commit(self) -> None:
        await self._step("commit")
        self._broker.commit(self._open)
        self._broker.offsets.update(self._offsets)
        self._broker.transactions.append(sum(record.topic != Topic.STATE for record in self._open))
        self._open = []
        await self._step("after commit")

    async def close(self) -> None:
        self._open = []
