"""Writing input while a contestant runs."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import Producer

from contracts.records import OutputRecord

_SECONDS = 60.0


class Sender:
    """Sends as the senders of Sorbro's input do: each key to its partition, without transactions, acknowledged."""

    def __init__(self, servers: str) -> None:
        self._producer = Producer(
            {"bootstrap.servers": servers, "partitioner": "murmur2_random", "acks": "all", "linger.ms": 1}
        )

    def send(self, records: Iterable[OutputRecord]) -> None:
        """Hand the records over, each stamped with its own time; does not wait for the broker."""
        for each in records:
            at = int(each.time.timestamp() * 1000)
            self._producer.produce(each.topic, each.value, each.key, headers=list(each.headers), timestamp=at)
            self._producer.poll(0)

    def flush(self) -> None:
        """Wait until everything is acknowledged. Raises `RuntimeError` when it takes a minute."""
        if self._producer.flush(_SECONDS):
            raise RuntimeError("the broker does not take the input")
