"""What is committed on some partitions, read once from their beginning to where they end now, a batch at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.closing import started
from adapters.kafka.consumed import input_record
from adapters.kafka.partition_log import LARGEST_REQUEST, STALLED_SECONDS
from adapters.kafka.port import CALL_SECONDS, LogError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Sequence

    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord

_AT_ONCE: Final = 1000
_WAIT_MS: Final = 200


async def committed(
    connection: Connection,
    partitions: Collection[tuple[str, int]],
    on_progress: Callable[[int], None] = lambda _: None,
) -> AsyncGenerator[Sequence[InputRecord]]:
    """Yield batches of records, in order per partition. `on_progress` hears how many records are still to come.

    Raises `LogError` when the broker gives nothing more before the end, `TimeoutError` when it does not answer.
    """
    wanted = [TopicPartition(*each) for each in partitions]
    consumer: Any = AIOKafkaConsumer(
        **connection.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level=connection.isolation_level,
        max_partition_fetch_bytes=LARGEST_REQUEST,
    )
    async with started(consumer):
        consumer.assign(wanted)
        async with asyncio.timeout(CALL_SECONDS):
            positions = await consumer.beginning_offsets(wanted)
            ends = await consumer.end_offsets(wanted)
        for tp, start in positions.items():
            consumer.seek(tp, start)
        clock = asyncio.get_running_loop()
        moved_at, more = clock.time(), True
        # Until an empty poll as well, for the pip-only broker (Tansu 0.6) tells ends that lie before the end.
        while (left := _left(positions, ends)) or (more and not connection.transactions):
            on_progress(left)
            batches = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=_AT_ONCE)
            yield [input_record(each) for records in batches.values() for each in records]
            before, positions = positions, {tp: await consumer.position(tp) for tp in wanted}
            more = bool(batches)
            moved_at = clock.time() if positions != before else moved_at
            if clock.time() - moved_at > STALLED_SECONDS:
                raise LogError(
                    f"{left} records before the end the broker gives nothing more: a transaction is open on one of "
                    f"{sorted({tp.topic for tp in wanted})}. Wait until it has timed out, and try again"
                )


def _left(positions: dict[TopicPartition, int], ends: dict[TopicPartition, int]) -> int:
    return sum(max(0, end - positions[tp]) for tp, end in ends.items())
