"""Counting what lies no more than a day back, by the hour."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

Counted = TypeVar("Counted")

_HOURS: Final = 24
_HOURS_KEPT: Final = 2 * _HOURS
"""More than are asked for: a sender whose clock is ahead must not push the present out."""
_MS_PER_HOUR: Final = 3_600_000


class LastDay(Generic[Counted]):
    """Counts things by the hour they are stamped in; the oldest hours are forgotten."""

    def __init__(self) -> None:
        self._hours: dict[int, Counter[Counted]] = {}
        self._forgotten = -1

    def seen(self, what: Counted, at: int) -> None:
        """Count one thing, stamped `at` in milliseconds."""
        hour = at // _MS_PER_HOUR
        if hour <= self._forgotten:
            return
        self._hours.setdefault(hour, Counter())[what] += 1
        if len(self._hours) > _HOURS_KEPT:
            self._forgotten = min(self._hours)
            del self._hours[self._forgotten]

    def at(self, now: datetime) -> Counter[Counted]:
        """What was counted in the last 24 hours, the hour of `now` included."""
        last = int(now.timestamp() * 1000) // _MS_PER_HOUR
        hours = (self._hours.get(hour) for hour in range(last - _HOURS + 1, last + 1))
        return sum((each for each in hours if each is not None), Counter())
