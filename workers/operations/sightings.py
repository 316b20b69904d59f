"""Which kinds of message have been seen on each topic, how many, and when last; and what could not be used of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from adapters.kafka.consumed import instant_of
from contracts import dead_letters as names
from contracts.topics import WORKER_INPUTS
from workers.operations.last_day import LastDay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MOST_KINDS: Final = 50
_LONGEST_KIND: Final = 80
_OTHERS: Final = "…"
"""For kinds over that number: anybody may write anything into a `ce_type`."""
_REASONS: Final = frozenset(get_args(names.DeadLetterReason))
_INPUTS: Final = frozenset(topic.value for topic in WORKER_INPUTS)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One kind of message on one topic; `ce_type` is empty where the record has none."""

    topic: str
    ce_type: str
    count: int
    last_day: int
    """How many of them in the last 24 hours."""
    last: datetime
    """By its timestamp, UTC."""


class Sightings:
    """Counts what it is told of."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, tuple[int, int]]] = {}
        self._last_day: LastDay[tuple[str, str]] = LastDay()
        self._refused: LastDay[tuple[str, str]] = LastDay()

    def seen(self, topic: str, ce_type: str, at: int) -> None:
        """Count one record, stamped `at` in milliseconds."""
        kinds = self._seen.setdefault(topic, {})
        kind = ce_type[:_LONGEST_KIND]
        if kind not in kinds and len(kinds) >= _MOST_KINDS:
            kind = _OTHERS
        count, last = kinds.get(kind, (0, 0))
        kinds[kind] = (count + 1, max(last, at))
        self._last_day.seen((topic, kind), at)

    def refused(self, headers: Mapping[str, bytes], at: int) -> None:
        """Count a dead letter by its headers, if it is one of ours; anybody may write to the topic."""
        topic, reason = (
            headers.get(name, b"").decode("utf-8", "replace") for name in (names.CONNECT_TOPIC, names.REASON)
        )
        if topic in _INPUTS and reason in _REASONS:
            self._refused.seen((topic, reason), at)

    def count(self, topic: str) -> int:
        """How many records have been seen on a topic."""
        return sum(count for count, _ in self._seen.get(topic, {}).values())

    def last(self, topic: str) -> datetime | None:
        """When the newest record on a topic was written, by its timestamp; None when there is none."""
        newest = max((last for _, last in self._seen.get(topic, {}).values()), default=None)
        return instant_of(newest) if newest is not None else None

    def of(self, topic: str, now: datetime) -> list[Sighting]:
        """What has been seen on a topic, the most frequent first."""
        kinds, last_day = self._seen.get(topic, {}), self._last_day.at(now)
        found = [
            Sighting(topic, kind, count, last_day[topic, kind], instant_of(last))
            for kind, (count, last) in kinds.items()
        ]
        return sorted(found, key=lambda each: -each.count)

    def refused_of(self, topic: str, now: datetime) -> Counter[str]:
        """What could not be used of a topic's records in the last 24 hours, by reason."""
        refused = self._refused.at(now).items()
        return Counter({reason: count for (of, reason), count in refused if of == topic})
