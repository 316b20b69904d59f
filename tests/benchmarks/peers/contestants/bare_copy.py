"""The floor of the client: read a batch, send it on, offsets and all in one transaction; aiokafka and nothing else."""

from __future__ import annotations

import asyncio
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from adapters.kafka.partition_log import LARGEST_REQUEST
from benchmarks.peers.contestants.orders import Orders, orders
from contracts.topics import Topic

BATCH: Final = 2000
"""As many records as four of Sorbro's loops have at hand together."""
_BATCH_BYTES: Final = 256 * 1024


async def work(given: Orders) -> None:
    """Copy until killed."""
    consumer = AIOKafkaConsumer(
        Topic.ENTITY_CHANGES.value,
        bootstrap_servers=given.servers,
        group_id=given.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=LARGEST_REQUEST,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=given.servers,
        transactional_id=given.group,
        acks="all",
        max_batch_size=_BATCH_BYTES,
        max_request_size=LARGEST_REQUEST,
    )
    async with consumer, producer:
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=BATCH)
            if not batches:
                continue
            async with producer.transaction():
                sent = [
                    await producer.send(Topic.REGISTRATIONS.value, each.value, each.key, headers=list(each.headers))
                    for records in batches.values()
                    for each in records
                ]
                await asyncio.gather(*sent)
                offsets = {tp: records[-1].offset + 1 for tp, records in batches.items()}
                await producer.send_offsets_to_transaction(offsets, given.group)


if __name__ == "__main__":
    asyncio.run(work(orders()))
