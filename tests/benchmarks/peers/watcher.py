"""A `read_committed` reader beside the contestant, cheap enough not to be in its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Self

from confluent_kafka import Consumer, Message, TopicPartition

from benchmarks.peers.arena import PARTITIONS
from contracts.topics import Topic

_AT_ONCE: Final = 10_000
_WAIT: Final = 0.02


class Watcher:
    """Sees the records of some topics as they are committed, from the first on."""

    def __init__(self, servers: str, topics: tuple[str, ...] = (Topic.REGISTRATIONS,)) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": "bench-watcher",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 10,
            }
        )
        self._consumer.assign([TopicPartition(topic, number, 0) for topic in topics for number in range(PARTITIONS)])

    def look(self, seconds: float = _WAIT) -> list[Message]:
        """The records committed since the last look, and for so long."""
        return [each for each in self._consumer.consume(_AT_ONCE, seconds) if each.error() is None]

    def watch(self, until: Callable[[int], bool], seconds: float) -> tuple[list[tuple[float, int]], list[Message]]:
        """Look until `until` says enough, or the time is over.

        Gives pairs of the monotonic clock and the count so far, and the records, to be judged when nobody waits.
        """
        seen, records, deadline = [(time.monotonic(), 0)], [], time.monotonic() + seconds
        while not until(len(records)) and time.monotonic() < deadline:
            if some := self.look():
                records += some
                seen.append((time.monotonic(), len(records)))
        return seen, records

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()
