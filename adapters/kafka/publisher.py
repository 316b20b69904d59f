"""Sending records that need no transaction of ours: a feed, the demo, the demo's clock."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer

from adapters.kafka.closing import started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from adapters.kafka.connection import Connection
    from contracts.records import OutputRecord


class Publisher:
    """Sends records in order; `publish` returns when the brokers have acknowledged all of them."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer

    async def publish(self, records: Iterable[OutputRecord]) -> int:
        """Send the records with their own times as timestamps, and return how many there were."""
        pending = [
            await self._producer.send(
                record.topic,
                key=record.key,
                value=record.value,
                partition=record.partition,
                headers=list(record.headers),
                timestamp_ms=int(record.time.timestamp() * 1000),
            )
            for record in records
        ]
        await asyncio.gather(*pending)
        return len(pending)


@asynccontextmanager
async def publisher(connection: Connection) -> AsyncIterator[Publisher]:
    """A publisher for as long as the block lasts."""
    producer: Any = AIOKafkaProducer(
        **connection.client_options(),
        acks="all",
        enable_idempotence=connection.transactions,
        linger_ms=5,
        max_batch_size=256 * 1024,
    )
    async with started(producer):
        yield Publisher(producer)
