"""Which kinds of message have been seen on each topic, how many, and when last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from adapters.kafka.consumed import instant_of

if TYPE_CHECKING:
    from datetime import datetime

_MOST_KINDS: Final = 50
_LONGEST_KIND: Final = 80
_OTHERS: Final = "…"
"""For kinds over that number: anybody may write anything into a `ce_type`."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One kind of message on one topic; `ce_type` is empty where the record has none."""

    topic: str
    ce_type: str
    count: int
    last: datetime
    """By its timestamp, UTC."""


class Sightings:
    """Counts what it is told of."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, tuple[int, int]]] = {}

    def seen(self, topic: str, ce_type: str, at: int) -> None:
        """Count one record, stamped `at` in milliseconds."""
        kinds = self._seen.setdefault(topic, {})
        kind = ce_type[:_LONGEST_KIND]
        if kind not in kinds and len(kinds) >= _MOST_KINDS:
            kind = _OTHERS
        count, last = kinds.get(kind, (0, 0))
        kinds[kind] = (count + 1, max(last, at))

    def count(self, topic: str) -> int:
        """How many records have been seen on a topic."""
        return sum(count for count, _ in self._seen.get(topic, {}).values())

    def of(self, topic: str) -> list[Sighting]:
        """What has been seen on a topic, the most frequent first."""
        kinds = self._seen.get(topic, {})
        found = [Sighting(topic, kind, count, instant_of(last)) for kind, (count, last) in kinds.items()]
        return sorted(found, key=lambda each: -each.count)
