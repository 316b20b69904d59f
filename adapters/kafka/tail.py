"""Topics followed from their beginning without end, by a reader of no group; for who only looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.closing import started
from adapters.kafka.polling import poll_past
from adapters.kafka.topic_admin import partition_counts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from adapters.kafka.connection import Connection

_WAIT_MS: Final = 500
_AT_ONCE: Final = 300
"""Records: some 20 ms of work between two breaths."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What one reading brought: records by topic and partition, and how many are still to come until where it ended."""

    records: Mapping[tuple[str, int], Sequence[Any]]
    left: int


async def tail(
    connection: Connection, topics: Sequence[str], positions: dict[tuple[str, int], int]
) -> AsyncIterator[Followed]:
    """Yield what is committed, in order per partition, and go on as it grows.

    `positions` says where to begin, at the beginning where it says nothing, and is kept up to date: after an error the
    same dict goes on where this left off. Raises what aiokafka raises when the brokers stay away.
    """
    counts = await partition_counts(connection, topics)
    wanted = [TopicPartition(topic, partition) for topic, count in counts.items() for partition in range(count)]
    consumer: Any = AIOKafkaConsumer(
        **connection.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=connection.isolation_level,
        fetch_max_wait_ms=_WAIT_MS,
    )
    async with started(consumer):
        consumer.assign(wanted)
        beginnings = await consumer.beginning_offsets(wanted)
        for tp, beginning in beginnings.items():
            consumer.seek(tp, max(positions.get((tp.topic, tp.partition), 0), beginning))
        ends = await consumer.end_offsets(wanted)
        while True:
            polled = await poll_past(consumer, wanted, _WAIT_MS, _AT_ONCE)
            for tp in wanted:
                ends[tp] = max(ends[tp], consumer.last_stable_offset(tp) or 0)
                positions[tp.topic, tp.partition] = await consumer.position(tp)
            left = sum(max(0, end - positions[tp.topic, tp.partition]) for tp, end in ends.items())
            yield Followed({(tp.topic, tp.partition): records for tp, records in polled.items()}, left)
