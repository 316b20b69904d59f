"""A `read_committed` reader beside the contestant, cheap enough not to be in its way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Self

from confluent_kafka import Consumer, Message, TopicPartition

from benchmarks.peers.arena import PARTITIONS
from contracts.topics import Topic

_AT_ONCE: Final = 10_000
_SOON: Final = 0.02
_NOW_AND_THEN: Final = 0.2
_MUCH: Final = 1_000_000
"""Bytes that the broker collects for a calm watcher, while there is time."""


class Watcher:
    """Sees the records of some topics as they are committed, from the first on.

    At once, or `calm`: a few times a second, for trials of many seconds on cores that they need themselves.
    """

    def __init__(self, servers: str, topics: tuple[str, ...] = (Topic.REGISTRATIONS,), *, calm: bool = False) -> None:
        self._wait = _NOW_AND_THEN if calm else _SOON
        self._consumer = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": "bench-watcher",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "fetch.min.bytes": _MUCH if calm else 1,
                "fetch.wait.max.ms": int(self._wait * 500),
            }
        )
        self._consumer.assign([TopicPartition(topic, number, 0) for topic in topics for number in range(PARTITIONS)])

    def look(self, seconds: float | None = None) -> list[Message]:
        """The records committed since the last look, and for so long."""
        some = self._consumer.consume(_AT_ONCE, self._wait if seconds is None else seconds)
        return [each for each in some if each.error() is None]

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
