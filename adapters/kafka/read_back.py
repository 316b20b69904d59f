"""Reading whole topics, as any `read_committed` reader would see them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from adapters.kafka.connection import Connection
    from contracts.cloudevents import Headers

_SECONDS: Final = 30.0


async def read_topics(
    connection: Connection, topics: Sequence[str], partitions: int
) -> AsyncIterator[tuple[str, bytes | None, bytes | None, Headers]]:
    """Yield every committed record there is now, and perhaps some written meanwhile; in order per partition.

    Each as topic, key, value, headers. Raises `TimeoutError` when nothing comes for half a minute.
    """
    wanted = [TopicPartition(topic, partition) for topic in topics for partition in range(partitions)]
    consumer = AIOKafkaConsumer(
        **connection.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level=connection.isolation_level,
    )
    await consumer.start()
    try:
        consumer.assign(wanted)
        for tp, start in (await consumer.beginning_offsets(wanted)).items():
            consumer.seek(tp, start)
        ends = await consumer.end_offsets(wanted)
        async with asyncio.timeout(_SECONDS) as patience:
            more = True
            # Until an empty poll as well, for the pip-only broker (Tansu 0.6) tells ends that lie before the end.
            while more or [tp for tp, end in ends.items() if await consumer.position(tp) < end]:
                batches = await consumer.getmany(timeout_ms=200)
                more = bool(batches) and not connection.transactions
                if batches:
                    patience.reschedule(asyncio.get_running_loop().time() + _SECONDS)
                for tp, records in batches.items():
                    for record in records:
                        yield tp.topic, record.key, record.value, tuple(record.headers)
    finally:
        await consumer.stop()
