"""The first line of a recording: what was recorded, and how. A record itself, so that any reader passes over it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from contracts.records import InputRecord
from contracts.wire import Instant, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT: Final = "sorbro.recording.v1"
"""The topic that line names. There is none of that name on any broker."""
_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)
"""Its timestamp: a replay of an older release lets no day come by it."""


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

    def as_record(self) -> InputRecord:
        """The line as a record."""
        return InputRecord(ABOUT, 0, 0, None, self.to_json(), (), _LONG_AGO)


def extents_of(begins: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]) -> tuple[Extent, ...]:
    """The extents of places, in the order of their names."""
    return tuple(
        Extent(topic=topic, partition=partition, begin=begins[topic, partition], end=ends[topic, partition])
        for topic, partition in sorted(begins)
    )
