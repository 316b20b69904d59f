"""The same few grips on both: a `PartitionLog` as the loop gets it, and what other systems do to its topics."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Final, Protocol
from uuid import uuid4

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.errors import KafkaError

from adapters.kafka.admin import administering
from adapters.kafka.connection import Connection
from adapters.kafka.memory.broker import MemoryBroker
from adapters.kafka.memory.partition_log import MemoryPartitionLog
from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import PartitionLog
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from contracts.records import OutputRecord

AT: Final = datetime(2023, 5, 1, 10, tzinfo=UTC)
_PARTITIONS: Final = 80


def _errors() -> tuple[type[Exception], ...]:
    if find_spec("confluent_kafka") is None:
        return (KafkaError,)
    from confluent_kafka import KafkaException

    return (KafkaError, KafkaException)


ERRORS: Final = _errors()
"""What the clients that are installed say when a call has failed."""


class Bench(Protocol):
    partition: int
    partitions: int
    commits_without_what_failed: bool
    """Whether a transaction with a failed record goes through if nobody awaits it (notes/engine.md A1)."""

    def log(self, group: str = "") -> PartitionLog:
        """A new client of this partition, as another process would have it; of the test's group unless told."""

    async def publish(self, topic: str, *values: bytes) -> None:
        """Another system writes, without a transaction."""

    async def delete_before(self, topic: str, offset: int) -> None:
        """Retention."""

    async def close(self) -> None: ...


def record(topic: str, value: bytes, partition: int) -> OutputRecord:
    return OutputRecord(topic, b"key", value, (), AT, partition)


class MemoryBench:
    commits_without_what_failed = True

    def __init__(self) -> None:
        self.partition = 0
        self.partitions = 1
        self._broker = MemoryBroker()

    def log(self, group: str = "") -> PartitionLog:
        return MemoryPartitionLog(self._broker, f"group{group}", self.partition)

    async def publish(self, topic: str, *values: bytes) -> None:
        self._broker.publish(*(record(topic, value, self.partition) for value in values))

    async def delete_before(self, topic: str, offset: int) -> None:
        self._broker.log(topic, self.partition).delete_before(offset)

    async def close(self) -> None: ...


class KafkaBench:
    partitions = _PARTITIONS
    commits_without_what_failed = True

    def __init__(self, connection: Connection, partition: int) -> None:
        self.partition = partition
        self._connection = connection
        self._group = uuid4().hex[:8]

    @classmethod
    async def on(cls, servers: str, partition: int) -> KafkaBench:
        connection = Connection(servers)
        await ensure_topics(connection, _PARTITIONS)
        return cls(connection, partition)

    def log(self, group: str = "") -> PartitionLog:
        return KafkaPartitionLog(self._connection, self._group + group, self.partition)

    async def publish(self, topic: str, *values: bytes) -> None:
        async with publisher(self._connection) as sender:
            await sender.publish([record(topic, value, self.partition) for value in values])

    async def delete_before(self, topic: str, offset: int) -> None:
        async with administering(self._connection) as admin:
            await admin.delete_records({TopicPartition(topic, self.partition): RecordsToDelete(offset)})

    async def close(self) -> None: ...


class ConfluentBench(KafkaBench):
    commits_without_what_failed = False

    def log(self, group: str = "") -> PartitionLog:
        from adapters.kafka.confluent.partition_log import ConfluentPartitionLog

        return ConfluentPartitionLog(self._connection, self._group + group, self.partition)
