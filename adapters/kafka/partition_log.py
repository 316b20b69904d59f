"""`PartitionLog` over aiokafka: a transactional producer and two consumers of its own for each input partition.

Each partition reads through consumers with a manual assignment, so that one slow or failing partition cannot hold
up, reset or misplace another; membership in the group is a matter of its own (`membership.py`). Every position is
set explicitly: the one run of the prototype that lost state had left it to `auto_offset_reset` (notes/engine.md 3.4).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from adapters.kafka.closing import let_go, started
from adapters.kafka.consumed import input_record
from adapters.kafka.gap import refuse_gaps
from adapters.kafka.partitioner import partition_of
from adapters.kafka.polling import poll
from adapters.kafka.port import CALL_SECONDS, ChangelogRecord
from adapters.kafka.topic_admin import partition_counts
from contracts.topics import WORKER_INPUTS, Topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord, OutputRecord

TRANSACTION_TIMEOUT_MS: Final = 12_000
"""How long a dead worker's open transaction may hold readers back (design.md: 10–15 s)."""
LARGEST_REQUEST: Final = 4 * 1024 * 1024
STALLED_SECONDS: Final = 30.0
_RESTORED_AT_ONCE: Final = 1000
"""Records taken in without a breath: some 0.1 s of work, where a whole answer of a broker is a second and more."""


class KafkaPartitionLog:
    """One partition on a real broker. See `PartitionLog` for what each method promises."""

    def __init__(self, connection: Connection, group: str, partition: int) -> None:
        self._connection = connection
        self._group = group
        self._partition = partition
        self.is_transactional = connection.transactions
        self._inputs = {topic.value: TopicPartition(topic.value, partition) for topic in WORKER_INPUTS}
        self._state = TopicPartition(Topic.STATE.value, partition)
        self._producer: Any = None
        self._asker: Any = None  # of the group, but never a member of it
        self._consumer: Any = None
        self._in_flight: list[Any] = []
        self._counts: dict[str, int] = {}

    async def fence(self) -> None:
        """See `PartitionLog.fence`."""
        options: dict[str, Any] = {"acks": "all", "linger_ms": 0}
        if self._connection.transactions:
            options |= {
                "transactional_id": f"{self._group}-{self._partition}",
                "transaction_timeout_ms": TRANSACTION_TIMEOUT_MS,
                "enable_idempotence": True,
            }
        self._producer = AIOKafkaProducer(
            **self._connection.client_options(),
            **options,
            max_request_size=LARGEST_REQUEST,
            max_batch_size=256 * 1024,
            request_timeout_ms=10_000,
        )
        await self._producer.start()
        self._asker = AIOKafkaConsumer(
            **self._connection.client_options(),
            group_id=self._group,
            enable_auto_commit=False,
            isolation_level=self._connection.isolation_level,
        )
        await self._asker.start()

    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        """See `PartitionLog.changelog`. Raises `LogError` when the broker stops answering on the way."""
        reader = await self._start_consumer(self._state)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                end = await self._end_of_log(self._state)
                position = (await reader.beginning_offsets([self._state]))[self._state]
            reader.seek(self._state, position)
            moved_at = asyncio.get_running_loop().time()
            while position < end:
                batches = await reader.getmany(self._state, timeout_ms=500, max_records=_RESTORED_AT_ONCE)
                yield [
                    ChangelogRecord(each.key, each.value, tuple(each.headers)) for each in batches.get(self._state, ())
                ]
                before, position = position, await reader.position(self._state)
                now = asyncio.get_running_loop().time()
                moved_at = now if position > before else moved_at
                if now - moved_at > STALLED_SECONDS:
                    raise TimeoutError(
                        f"the restore stands still at {position} of {end}: a transaction is open on {self._state.topic}"
                    )
        finally:
            await let_go(reader)

    async def _end_of_log(self, tp: TopicPartition) -> int:
        """The end of the log itself and not of its last stable part: what is open there may still be committed."""
        async with started(AIOKafkaConsumer(**self._connection.client_options(), enable_auto_commit=False)) as asker:
            return int((await asker.end_offsets([tp]))[tp])

    async def partition_counts(self) -> Mapping[str, int]:
        """See `PartitionLog.partition_counts`."""
        return await partition_counts(self._connection, [*self._inputs, self._state.topic])

    async def committed(self) -> Mapping[str, int]:
        """See `PartitionLog.committed`."""
        offsets = {topic: await self._asker.committed(tp) for topic, tp in self._inputs.items()}
        return {topic: offset for topic, offset in offsets.items() if offset is not None}

    async def seek(self, positions: Mapping[str, int]) -> None:
        """See `PartitionLog.seek`."""
        self._consumer = await self._start_consumer(*self._inputs.values())
        inputs = list(self._inputs.values())
        beginnings = await self._consumer.beginning_offsets(inputs)
        # One by one: of topics it has not met the client looks up one after the other, 0.1 s each, and never again.
        answers = await asyncio.gather(*(self._asker.end_offsets([tp]) for tp in inputs))
        ends = {tp: end for answer in answers for tp, end in answer.items()}
        begin = {topic: positions.get(topic, beginnings[tp]) for topic, tp in self._inputs.items()}
        refuse_gaps(self._partition, begin, {tp.topic: (beginnings[tp], ends[tp]) for tp in inputs})
        for topic, tp in self._inputs.items():
            self._consumer.seek(tp, begin[topic])

    async def poll(self, topics: Sequence[str], max_records: int, seconds: float) -> Sequence[InputRecord]:
        """See `PartitionLog.poll`."""
        wanted = [self._inputs[topic] for topic in topics]
        batches = await poll(self._consumer, wanted, int(seconds * 1000), max_records)
        return [input_record(each) for records in batches.values() for each in records]

    async def drained(self) -> AbstractSet[str]:
        """See `PartitionLog.drained`."""
        ends = {topic: self._consumer.last_stable_offset(tp) for topic, tp in self._inputs.items()}
        positions = await self.positions()
        return {topic for topic, end in ends.items() if end is not None and positions[topic] >= end}

    async def ends(self) -> Mapping[str, int]:
        """See `PartitionLog.ends`; transactions still open on an input do not count, nobody may read them."""
        # Not by the consumer's own connection: there the question would wait behind a fetch that waits for records.
        ends = await self._asker.end_offsets(list(self._inputs.values()))
        return {tp.topic: offset for tp, offset in ends.items()}

    async def positions(self) -> Mapping[str, int]:
        """See `PartitionLog.positions`."""
        return {topic: await self._consumer.position(tp) for topic, tp in self._inputs.items()}

    async def begin(self) -> None:
        """See `PartitionLog.begin`."""
        if self._connection.transactions:
            await self._producer.begin_transaction()

    async def send(self, records: Sequence[OutputRecord]) -> None:
        """See `PartitionLog.send`. Whole batches are built here: one future for each instead of one for each record."""
        placed: defaultdict[tuple[str, int], list[OutputRecord]] = defaultdict(list)
        for each in records:
            count = self._counts.get(each.topic) or await self._count_partitions(each.topic)
            partition = each.partition if each.partition is not None else partition_of(each.key or b"", count)
            placed[each.topic, partition].append(each)
        for (topic, partition), some in placed.items():
            for batch in self._batches(some):
                self._in_flight.append(await self._producer.send_batch(batch, topic, partition=partition))

    def _batches(self, records: Sequence[OutputRecord]) -> Iterator[Any]:
        """Yield the records in batches of the size that is sent at once; the first of a batch may be of any size."""
        batch = self._producer.create_batch()
        for each in records:
            if not _fits(batch, each):
                yield batch
                batch = self._producer.create_batch()
                _fits(batch, each)
        batch.close()
        yield batch

    async def _count_partitions(self, topic: str) -> int:
        count = len(await self._producer.partitions_for(topic))
        self._counts[topic] = count
        return count

    async def delivered(self) -> None:
        """See `PartitionLog.delivered`."""
        in_flight, self._in_flight = self._in_flight, []
        await asyncio.gather(*in_flight)

    async def send_offsets(self, positions: Mapping[str, int]) -> None:
        """See `PartitionLog.send_offsets`. Without transactions the progress record alone carries the positions."""
        if self._connection.transactions:
            offsets = {self._inputs[topic]: offset for topic, offset in positions.items()}
            await self._producer.send_offsets_to_transaction(offsets, self._group)

    async def commit(self) -> None:
        """See `PartitionLog.commit`."""
        if self._connection.transactions:
            await self._producer.commit_transaction()

    async def close(self) -> None:
        """See `PartitionLog.close`. An open transaction is left to the next `fence`, or to its time-out."""
        await let_go(*(each for each in (self._producer, self._asker, self._consumer) if each is not None))

    async def _start_consumer(self, *partitions: TopicPartition) -> Any:
        consumer = AIOKafkaConsumer(
            **self._connection.client_options(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level=self._connection.isolation_level,
            max_partition_fetch_bytes=LARGEST_REQUEST,
            fetch_max_wait_ms=250,
        )
        try:
            await consumer.start()
        except BaseException:
            await let_go(consumer)  # nobody else knows of it yet: its connections would stay open
            raise
        consumer.assign(list(partitions))
        return consumer


def _fits(batch: Any, record: OutputRecord) -> bool:
    """Whether the record is in the batch now; if not, the batch is closed."""
    appended = batch.append(
        timestamp=record.timestamp_ms, key=record.key, value=record.value, headers=list(record.headers)
    )
    return appended is not None
