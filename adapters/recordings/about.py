"""What was recorded, and how: a field more on a recording's first line, so that every line is a record of its topics.

Until November 2026 it was a line of its own, the record of a topic that is nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.wire import Instant, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT: Final = "sorbro.recording.v1"
"""The name of that field, and of the topic that the line of its own named. There is none on any broker."""


@message
class Extent(Message):
    """From which offset on one partition of a topic was read, and up to which, the latter not included."""

    topic: str
    partition: int
    begin: int
    end: int


@message
class About(Message):
    """What a recording holds. `since`, `until` and `keys` are the limits that were asked for."""

    release: str
    recorded_at: Instant
    since: Instant | None = None
    until: Instant | None = None
    keys: tuple[str, ...] = ()
    pseudonymised: bool = False
    extents: tuple[Extent, ...] = ()

    @property
    def topics(self) -> frozenset[str]:
        """The topics that were recorded, also those that held nothing."""
        return frozenset(each.topic for each in self.extents)

    @property
    def partitions(self) -> int:
        """How many partitions the topics had."""
        return max((each.partition for each in self.extents), default=0) + 1

    def beside(self, line: str) -> str:
        """The line of a record, with this beside it."""
        return f'{line.removesuffix("}")},"{ABOUT}":{self.to_json().decode()}}}'


def extents_of(begins: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]) -> tuple[Extent, ...]:
    """The extents of places, in the order of their names."""
    return tuple(
        Extent(topic=topic, partition=partition, begin=begins[topic, partition], end=ends[topic, partition])
        for topic, partition in sorted(begins)
    )
