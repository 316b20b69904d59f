"""`PartitionLog` over librdkafka: a transactional producer, a reader, and a client that only asks.

librdkafka works in threads of its own and its calls block; each log has one thread to wait in, so that a slow partition
holds up no other, and no two calls of one log meet.
"""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from adapters.kafka.confluent.inputs import Inputs, fetched, headers_of
from adapters.kafka.confluent.settings import Settings, client_settings
from adapters.kafka.gap import refuse_gaps
from adapters.kafka.partition_log import LARGEST_REQUEST, STALLED_SECONDS, TRANSACTION_TIMEOUT_MS
from adapters.kafka.port import CALL_SECONDS, ChangelogRecord
from adapters.kafka.topic_admin import partition_counts
from contracts.topics import WORKER_INPUTS, Topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord, OutputRecord

P = ParamSpec("P")
T = TypeVar("T")

_CLOSE_SECONDS: Final = 5.0
_AT_ONCE: Final = 1000
"""Changelog records taken in without a breath."""
_FLUSH_MS: Final = 50
"""Longer than it takes to hand over a transaction: what counts is the flush at its end."""

_FATAL: Final = KafkaError(
    KafkaError._FATAL,  # noqa: SLF001  # librdkafka's own codes are named so
    "the producer has failed for good, being fenced say: librdkafka's own line before this says why",
    fatal=True,
)
"""Where the binding loses the error itself, which happens."""


class ConfluentPartitionLog:
    """One partition on a real broker. See `PartitionLog` for what each method promises."""

    def __init__(self, connection: Connection, group: str, partition: int) -> None:
        self._connection = connection
        self._group = group
        self._partition = partition
        self.is_transactional = connection.transactions
        self._topics = tuple(topic.value for topic in WORKER_INPUTS)
        self._state = TopicPartition(Topic.STATE.value, partition)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"log-{partition}")
        self._failure: KafkaError | None = None
        self._producer: Producer
        self._asker: Consumer
        self._reader: Consumer
        self._inputs: Inputs
        self._open: list[Producer | Consumer] = []

    async def fence(self) -> None:
        """See `PartitionLog.fence`."""
        self._producer = Producer(self._producer_settings() | {"on_delivery": self._not_delivered})
        self._open.append(self._producer)
        if self.is_transactional:
            await self._waiting(self._producer.init_transactions, 6 * CALL_SECONDS)
        # The asker reads uncommitted: to it a topic ends where the log itself does, and not its last stable part.
        self._asker = self._consumer("read_uncommitted")
        self._reader = self._consumer(self._connection.isolation_level)

    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        """See `PartitionLog.changelog`. Raises `TimeoutError` when the broker stops answering on the way."""
        position, end = await self._ends_of(self._asker, self._state.topic)
        self._reader.assign([TopicPartition(self._state.topic, self._partition, position)])
        moved_at = asyncio.get_running_loop().time()
        while position < end:
            messages = await self._waiting(self._fetched, 0.5)
            yield [
                ChangelogRecord(each.key() or b"", each.value(), headers_of(each))
                for each in messages
                if each.error() is None
            ]
            now = asyncio.get_running_loop().time()
            if messages and (come_to := _next_offset(messages[-1])) > position:
                position, moved_at = come_to, now
            if now - moved_at > STALLED_SECONDS:
                raise TimeoutError(
                    f"the restore stands still at {position} of {end}: a transaction is open on {self._state.topic}"
                )

    async def partition_counts(self) -> Mapping[str, int]:
        """See `PartitionLog.partition_counts`."""
        return await partition_counts(self._connection, [*self._topics, self._state.topic])

    async def committed(self) -> Mapping[str, int]:
        """See `PartitionLog.committed`."""
        asked = [TopicPartition(topic, self._partition) for topic in self._topics]
        known = await self._waiting(self._asker.committed, asked, CALL_SECONDS)
        return {each.topic: each.offset for each in known if each.offset >= 0}

    async def seek(self, positions: Mapping[str, int]) -> None:
        """See `PartitionLog.seek`."""
        held = {topic: await self._ends_of(self._reader, topic) for topic in self._topics}
        begin = {topic: positions.get(topic, first) for topic, (first, _) in held.items()}
        refuse_gaps(self._partition, begin, held)
        self._inputs = Inputs(self._reader, self._partition, begin)

    async def poll(self, topics: Sequence[str], max_records: int, seconds: float) -> Sequence[InputRecord]:
        """See `PartitionLog.poll`."""
        return await self._waiting(self._inputs.poll, topics, max_records, seconds)

    async def drained(self) -> AbstractSet[str]:
        """See `PartitionLog.drained`."""
        return self._inputs.drained()

    async def ends(self) -> Mapping[str, int]:
        """See `PartitionLog.ends`; transactions still open on an input do not count, nobody may read them."""
        return {topic: (await self._ends_of(self._reader, topic))[1] for topic in self._topics}

    async def positions(self) -> Mapping[str, int]:
        """See `PartitionLog.positions`."""
        return self._inputs.positions()

    async def begin(self) -> None:
        """See `PartitionLog.begin`."""
        if self.is_transactional:
            self._producer.begin_transaction()

    async def send(self, records: Sequence[OutputRecord]) -> None:
        """See `PartitionLog.send`. Raises `BufferError` when librdkafka holds as much as it may."""
        for each in records:
            self._producer.produce(
                each.topic,
                each.value,
                each.key,
                -1 if each.partition is None else each.partition,
                timestamp=each.timestamp_ms,
                headers=list(each.headers),
            )

    async def delivered(self) -> None:
        """See `PartitionLog.delivered`."""
        try:
            left = await self._waiting(self._producer.flush, CALL_SECONDS)
        except SystemError as error:  # so the binding shows a fatal error that comes amid our callbacks
            raise error.__cause__ or KafkaException(_FATAL) from None
        if self._failure is not None:
            raise KafkaException(self._failure)
        if left:
            raise TimeoutError(f"{left} records have not been acknowledged")

    async def send_offsets(self, positions: Mapping[str, int]) -> None:
        """See `PartitionLog.send_offsets`. Without transactions the progress record alone carries the positions."""
        if self.is_transactional:
            offsets = [TopicPartition(topic, self._partition, offset) for topic, offset in positions.items()]
            metadata = self._asker.consumer_group_metadata()
            await self._waiting(self._producer.send_offsets_to_transaction, offsets, metadata, CALL_SECONDS)

    async def commit(self) -> None:
        """See `PartitionLog.commit`. Unlike aiokafka's, it fails when a record of the transaction has."""
        if self.is_transactional:
            await self._waiting(self._producer.commit_transaction, CALL_SECONDS)

    async def close(self) -> None:
        """See `PartitionLog.close`. An open transaction is left to the next `fence`, or to its time-out."""
        clients, self._open = self._open, []
        for client in clients:
            with contextlib.suppress(Exception):  # of a dead broker, closing may fail in any way
                await asyncio.wait_for(self._waiting(client.close), _CLOSE_SECONDS)
        self._thread.shutdown(wait=False)

    def _producer_settings(self) -> Settings:
        settings = client_settings(self._connection) | {
            "acks": "all",
            "linger.ms": _FLUSH_MS,
            "partitioner": "murmur2_random",  # the same as everybody else's; librdkafka's own default is not
            "message.max.bytes": LARGEST_REQUEST,
            "delivery.report.only.error": True,
        }
        if self.is_transactional:
            settings |= {
                "transactional.id": f"{self._group}-{self._partition}",
                "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
            }
        return settings

    def _not_delivered(self, error: KafkaError | None, _message: Message) -> None:
        self._failure = self._failure or error

    def _consumer(self, isolation: str) -> Consumer:
        consumer = Consumer(
            client_settings(self._connection)
            | {
                "group.id": self._group,  # of the group, but never a member of it: nothing is subscribed to
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "isolation.level": isolation,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 250,
                "max.partition.fetch.bytes": LARGEST_REQUEST,
                "queued.max.messages.kbytes": LARGEST_REQUEST // 1024,
            }
        )
        self._open.append(consumer)
        return consumer

    def _fetched(self, seconds: float) -> list[Message]:
        return list(fetched(self._reader, _AT_ONCE, seconds))

    async def _ends_of(self, consumer: Consumer, topic: str) -> tuple[int, int]:
        """The first offset the broker holds, and the one after the last."""
        where = TopicPartition(topic, self._partition)
        found: tuple[int, int] | None = await self._waiting(consumer.get_watermark_offsets, where, CALL_SECONDS)
        if found is None:
            raise TimeoutError(f"the broker does not say where {topic} begins and ends")
        return found

    async def _waiting(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a call that blocks, in this log's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: call(*args, **kwargs))


def _next_offset(message: Message) -> int:
    """Where reading goes on after a record, or after the end of what can be read now."""
    offset = message.offset() or 0
    return offset if message.error() is not None else offset + 1
