"""How old an answer may be: pure rules over what is remembered of one number (notes/cvr.md §3.6, §7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zlib import crc32

from adapters.cvr.service import Number
from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.danish_time import danish_date, start_of_day

Age = Literal["fresh", "stale", "expired"]
"""Given without asking; given if CVR cannot be asked; not given."""


@dataclass(frozen=True, slots=True)
class Present:
    """CVR said this at `as_of` (UTC), and that it will say something else from `changes_on` on, a Danish date."""

    fact: CompanyFact | ProductionUnitFact
    as_of: datetime
    changes_on: date | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """CVR said at `as_of` (UTC), for the `times`-th time in a row, that it has no such number."""

    as_of: datetime
    times: int = 1


Memo = Present | Absent


@dataclass(frozen=True, slots=True)
class Ages:
    """The rules. `jitter` is a share of `fresh_for`; the others are spans of time, explained in the settings."""

    fresh_for: timedelta
    jitter: float
    kept_for: timedelta
    absent_first: timedelta
    absent_longest: timedelta

    def age(self, number: Number, memo: Memo, now: datetime) -> Age:
        """How old the memo is at `now` (UTC). One from the future is fresh, after a clock went back a little."""
        if self._is_of_another_time(memo, now):
            return "expired" if isinstance(memo, Absent) else "stale"
        if isinstance(memo, Absent):
            return "fresh" if now < memo.as_of + self._absence(memo.times) else "expired"
        # What CVR itself said would end is not even stale from that day on: it is wrong.
        if memo.changes_on is not None and now >= start_of_day(memo.changes_on):
            return "expired"
        if now < memo.as_of + self._freshness(number):
            return "fresh"
        return "stale" if now < memo.as_of + self.kept_for else "expired"

    def merged(self, number: Number, known: Memo | None, new: Memo, now: datetime) -> Memo:
        """What to remember when `new` comes to what is known.

        The later word counts, but a lower version never replaces a higher one: CVR's own copies lag behind each other.
        That protection ends with the life of the higher one.
        """
        if known is None or self._is_of_another_time(known, now):
            return new
        if new.as_of == known.as_of and _has_lost_its_version(known, new):
            return known  # our own answer, come back by way of the topic
        if new.as_of < known.as_of or (_is_newer_version(known, new) and self.age(number, known, now) != "expired"):
            return known
        if isinstance(known, Absent) and isinstance(new, Absent):
            # One answer of CVR's may be told several times, once for each owner that asked.
            return replace(new, times=known.times + (new.as_of > known.as_of))
        return new

    def _is_of_another_time(self, memo: Memo, now: datetime) -> bool:
        return memo.as_of > now + self.fresh_for

    def _freshness(self, number: Number) -> timedelta:
        draw = crc32(number.encode()) / 0xFFFFFFFF
        return self.fresh_for * (1 + self.jitter * (2 * draw - 1))

    def _absence(self, times: int) -> timedelta:
        doublings = min(times - 1, 20)  # more would leave what a timedelta can hold
        return min(self.absent_longest, self.absent_first * (1 << doublings))


def _is_newer_version(known: Memo, new: Memo) -> bool:
    match known, new:
        case Present(version=int(higher)), Present(version=int(lower)):
            return higher > lower
        case _:
            return False


def _has_lost_its_version(known: Memo, new: Memo) -> bool:
    match known, new:
        case Present(fact=fact, version=int()), Present(fact=again, version=None):
            return fact == again
        case _:
            return False


def announced_change(fact: CompanyFact | ProductionUnitFact, as_of: datetime) -> date | None:
    """The first day after `as_of` on which the fact's own dates say that it will not hold any more (notes §3.2)."""
    days = [fact.started_on, fact.ceased_on + timedelta(days=1) if fact.ceased_on is not None else None]
    return min((day for day in days if day is not None and day > danish_date(as_of)), default=None)
