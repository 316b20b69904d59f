"""Choosing the next record among the input topics of one partition: the oldest by its timestamp, as a replay would."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from contracts.records import InputRecord


class Merge:
    """Records polled and not yet taken, by topic. Order within a topic is the broker's and never changed."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._waiting: dict[str, deque[InputRecord]] = {topic: deque() for topic in topics}
        self._bytes = dict.fromkeys(self._waiting, 0)

    def __len__(self) -> int:
        return sum(len(records) for records in self._waiting.values())

    def add(self, records: Iterable[InputRecord]) -> None:
        """Take in what was polled."""
        for record in records:
            self._waiting[record.topic].append(record)
            self._bytes[record.topic] += _size(record)

    def topics_below(self, count: int, size: int) -> list[str]:
        """The topics with fewer than `count` records and `size` bytes waiting.

        A full one must not keep another from being read.
        """
        return [topic for topic, records in self._waiting.items() if len(records) < count and self._bytes[topic] < size]

    def empty_topics(self) -> list[str]:
        """The topics with no record waiting."""
        return [topic for topic, records in self._waiting.items() if not records]

    def peek(self, drained: AbstractSet[str]) -> InputRecord | None:
        """The record to be taken next.

        None when there is none, or when a topic with nothing waiting is not `drained`: it may hold an older one.
        """
        oldest: InputRecord | None = None
        for topic, records in self._waiting.items():
            if not records:
                if topic not in drained:
                    return None
            elif oldest is None or records[0].timestamp < oldest.timestamp:
                oldest = records[0]
        return oldest

    def take(self, record: InputRecord) -> None:
        """Remove the record `peek` gave."""
        self._waiting[record.topic].popleft()
        self._bytes[record.topic] -= _size(record)

    def position(self, topic: str, polled: Mapping[str, int]) -> int:
        """The offset of the first record of `topic` not taken yet; `polled` are the offsets to be polled next."""
        waiting = self._waiting[topic]
        return waiting[0].offset if waiting else polled[topic]


def _size(record: InputRecord) -> int:
    return len(record.value or b"")
