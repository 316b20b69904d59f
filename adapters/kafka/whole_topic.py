"""A topic read whole, and then as it grows; for what every worker needs to know and none of them decides upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer

from adapters.kafka.closing import started
from adapters.kafka.polling import poll_past

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.kafka.connection import Connection

_WAIT_MS = 500
_AT_ONCE = 2000


async def whole_topic(connection: Connection, topic: str) -> AsyncIterator[tuple[list[Any], bool]]:
    """Yield committed records as they are read, with whether all that was there at the start has been; without end.

    Raises what aiokafka raises when the brokers stay away.
    """
    consumer = AIOKafkaConsumer(
        topic,  # without a group, that is all its partitions
        **connection.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=connection.isolation_level,
    )
    async with started(consumer):
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        behind = set(partitions)
        while True:
            polled = await poll_past(consumer, partitions, _WAIT_MS, _AT_ONCE)
            behind = {each for each in behind if await consumer.position(each) < ends[each]}
            yield [record for batch in polled.values() for record in batch], not behind
