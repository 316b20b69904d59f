"""The calendar of closures as months to be laid out in weeks."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from workers.page.views.closures import CalendarDay

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month from its first day; `days` begins on a Monday, with None before the first."""

    first: date
    days: tuple[CalendarDay | None, ...]


def months_of(days: Sequence[CalendarDay]) -> list[Month]:
    """The months in which anything takes effect, the soonest first."""
    counts = {each.day: each.count for each in days}
    firsts = sorted({each.day.replace(day=1) for each in days})[:MOST_MONTHS]
    return [_month(first, counts) for first in firsts]


def _month(first: date, counts: dict[date, int]) -> Month:
    before, length = calendar.monthrange(first.year, first.month)
    days = (first.replace(day=number) for number in range(1, length + 1))
    return Month(first, (*[None] * before, *(CalendarDay(day=day, count=counts.get(day, 0)) for day in days)))
