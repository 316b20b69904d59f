"""What has been sent: by hour, by day, and what was done today; from the output topics."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from adapters.kafka.consumed import instant_of
from contracts.danish_time import danish_date

if TYPE_CHECKING:
    from collections.abc import Iterator

DEAD_LETTER: Final = "dead-letter"
"""Stands where other records have their `ce_type`: a dead letter has that of the input it was, or none."""
_HOURS_KEPT: Final = 14 * 24
_DAYS_LISTED: Final = 3
MOST_LISTED: Final = 200
_MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Done:
    """One closure that has taken effect, or one place taken back before it was registered (R25, R29)."""

    at: datetime
    sor_id: str
    what: str
    """``deregistered`` or ``withdrawn``."""
    why: str
    """Its cause, or the reason."""
    last_day: date | None
    days_late: int


class Flow:
    """Counts outputs as they are read. Hours are kept for two weeks, days for good, what was done for some days."""

    def __init__(self) -> None:
        self._hours: Counter[tuple[int, str]] = Counter()
        self._days: Counter[tuple[date, str]] = Counter()
        self._day_of_hour: dict[int, date] = {}
        self._done: dict[date, deque[Done]] = {}
        self._count_done: Counter[date] = Counter()
        self._newest_hour = 0

    def sent(self, ce_type: str, at: int) -> None:
        """Count one output, sent at `at` in milliseconds."""
        hour = at // _MS_PER_HOUR
        self._hours[hour, ce_type] += 1
        day = self._day_of_hour.get(hour)
        if day is None:
            day = self._day_of_hour[hour] = danish_date(instant_of(at))
        self._days[day, ce_type] += 1
        if hour > self._newest_hour:
            self._newest_hour = hour
            self._forget_before(hour - _HOURS_KEPT)

    def done(self, ce_type: str, at: int, data: dict[str, Any]) -> None:
        """Note that a place has left BSR; `data` is the message's."""
        is_deregistration = ce_type == "dk.bsr.deregistration.effective.v1"
        instant = instant_of(at)
        day = danish_date(instant)
        self._count_done[day] += 1
        if day not in self._done:
            self._done[day] = deque(maxlen=MOST_LISTED)
            for past in sorted(self._done)[:-_DAYS_LISTED]:
                del self._done[past]
        if day in self._done:
            self._done[day].append(_done(instant, data, is_deregistration=is_deregistration))

    def done_on(self, day: date) -> list[Done]:
        """What left BSR on a Danish day, the latest first; the latest `MOST_LISTED` of the last days."""
        return sorted(self._done.get(day, ()), key=lambda each: each.at)[::-1]

    def count_done(self, day: date) -> int:
        """How many left BSR on a Danish day."""
        return self._count_done[day]

    def by_hour(self, now: datetime, hours: int) -> list[tuple[datetime, Counter[str]]]:
        """The last `hours` hours, the present one last."""
        last = int(now.timestamp() * 1000) // _MS_PER_HOUR
        found: dict[int, Counter[str]] = {hour: Counter() for hour in range(last - hours + 1, last + 1)}
        for (hour, ce_type), count in self._hours.items():
            if hour in found:
                found[hour][ce_type] += count
        return [(instant_of(hour * _MS_PER_HOUR), counted) for hour, counted in found.items()]

    def by_day(self, today: date, days: int) -> list[tuple[date, Counter[str]]]:
        """The last `days` Danish days, today last."""
        found = {day: Counter[str]() for day in _days_until(today, days)}
        for (day, ce_type), count in self._days.items():
            if day in found:
                found[day][ce_type] += count
        return list(found.items())

    def total(self) -> Counter[str]:
        """Everything that has been read, by type."""
        counted: Counter[str] = Counter()
        for (_, ce_type), count in self._days.items():
            counted[ce_type] += count
        return counted

    def _forget_before(self, hour: int) -> None:
        for old in [each for each in self._hours if each[0] < hour]:
            del self._hours[old]
        for past in [each for each in self._day_of_hour if each < hour]:
            del self._day_of_hour[past]


def _days_until(today: date, days: int) -> Iterator[date]:
    return (today - timedelta(days=back) for back in range(days - 1, -1, -1))


def _done(at: datetime, data: dict[str, Any], *, is_deregistration: bool) -> Done:
    if not is_deregistration:
        return Done(at, data["sorId"], "withdrawn", data["reason"], None, 0)
    last_day = date.fromisoformat(data["lastDay"])
    return Done(at, data["sorId"], "deregistered", data["cause"], last_day, data["daysLate"])
