"""CVR's historised lists: which entry counts today, and in which stretches a company has lived.

Every entry carries ``periode: {gyldigFra, gyldigTil}``. ``gyldigTil`` is inclusive, null means open, the
lists are unsorted, and by data error several entries may be open at once (notes/cvr.md §1.5, §3.2, §3.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from contracts.danish_time import FIRST_YEAR, LAST_YEAR

_DATE_LENGTH = len("1999-11-15")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both inclusive; None is an open end (or a start nobody recorded)."""

    start: date | None
    end: date | None

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the period."""
        return not self.is_after(day) and not self.is_over(day)

    def is_over(self, day: date) -> bool:
        """Whether the last day of the period lies before `day`."""
        return self.end is not None and self.end < day

    def is_after(self, day: date) -> bool:
        """Whether the period only begins after `day`."""
        return self.start is not None and self.start > day


def entries(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a JSON list; none where CVR sent null, nothing or something else."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def section(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one where CVR sent null or nothing."""
    return value if isinstance(value, Mapping) else {}


def tellable(day: date | None) -> date | None:
    """The day, if a message may name it (`contracts.danish_time`): some companies are older, and 9999 is no day."""
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def civil_date(value: object) -> date | None:
    """Return the day of a CVR date (``1999-11-15``, in some re-exports followed by a time), or None."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value[:_DATE_LENGTH])
    except ValueError:
        return None


def period_of(entry: Mapping[str, Any]) -> Period:
    """Return the validity of a historised entry; one without a period has always been valid."""
    period = section(entry.get("periode"))
    return Period(civil_date(period.get("gyldigFra")), civil_date(period.get("gyldigTil")))


def applicable(candidates: Iterable[Mapping[str, Any]], today: date) -> Mapping[str, Any]:
    """Return the entry that counts on `today`: a valid one, else the newest past, else the newest future one.

    Among several of a sort the latest ``gyldigFra`` and then the latest ``sidstOpdateret`` wins (notes/cvr.md
    §3.5), never the position in the list. An empty object when there is no entry at all.
    """
    return max(candidates, key=lambda entry: _rank(entry, today), default={})


def _rank(entry: Mapping[str, Any], today: date) -> tuple[int, date, datetime]:
    period = period_of(entry)
    standing = 2 if period.covers(today) else 1 if period.is_over(today) else 0
    return standing, period.start or date.min, _updated_at(entry)


def _updated_at(entry: Mapping[str, Any]) -> datetime:
    try:
        instant = datetime.fromisoformat(str(entry.get("sidstOpdateret")))
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return _LONG_AGO


def lives(life_span: object) -> list[Period]:
    """Return the stretches of an unbroken life in a ``livsforloeb`` list, oldest first.

    Periods that overlap or follow each other day by day are one life: a technical split in the register must
    not make a twenty-year-old company look new (R38).
    """
    merged: list[Period] = []
    for period in sorted(map(period_of, entries(life_span)), key=lambda period: period.start or date.min):
        last = merged[-1] if merged else None
        if last and _continues(last, period):
            end = max(last.end, period.end) if last.end and period.end else None
            merged[-1] = Period(last.start, end)
        else:
            merged.append(period)
    return merged


def _continues(earlier: Period, later: Period) -> bool:
    if earlier.end is None or later.start is None:
        return True
    return later.start.toordinal() <= earlier.end.toordinal() + 1
