"""The floor of the machine: librdkafka's consume and produce, transactional, with next to no Python between them."""

from __future__ import annotations

from typing import Final

from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.peers.contestants.orders import Orders, orders
from contracts.topics import Topic

_BATCH: Final = 2000
_SECONDS: Final = 10.0


def work(given: Orders) -> None:
    """Copy until killed."""
    consumer = Consumer(
        {
            "bootstrap.servers": given.servers,
            "group.id": given.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": given.servers,
            "transactional.id": given.group,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
        }
    )
    producer.init_transactions(_SECONDS)
    consumer.subscribe([Topic.ENTITY_CHANGES.value])
    while True:
        batch = [each for each in consumer.consume(_BATCH, 0.5) if each.error() is None]
        if not batch:
            continue
        producer.begin_transaction()
        for each in batch:
            producer.produce(Topic.REGISTRATIONS.value, each.value(), each.key(), headers=each.headers())
        ends = {each.partition(): each.offset() + 1 for each in batch}
        offsets = [TopicPartition(Topic.ENTITY_CHANGES.value, number, end) for number, end in ends.items()]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), _SECONDS)
        producer.commit_transaction(_SECONDS)


if __name__ == "__main__":
    work(orders())
