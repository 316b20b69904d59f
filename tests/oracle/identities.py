"""When a place becomes another registration, and by whose word (R4–R6, decisions page)."""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import NamedTuple

from contracts.danish_time import danish_date
from oracle.effects import Registration
from oracle.history import Json, Said, utc
from oracle.papers import Papers
from oracle.record import Way, identity


class Change(NamedTuple):
    """The day on which the new identity begins, and the unit whose version brought it."""

    day: date
    by: str
    registered_at: datetime


def is_backdated(day: date, told_at: datetime) -> bool:
    """Whether what begins on `day` was told only after it (as R26 has it of closures)."""
    return day < danish_date(told_at)


def days_late(day: date, told_at: datetime) -> int:
    """R27, as of a closure on the eve of `day`."""
    return max(0, (danish_date(told_at) - day).days + 1 - 14)


def change(papers: Papers, way: Way, old: Registration, since: datetime) -> Change:
    """The latest of the changes that made `old` into what the place is now; of one day, the topmost."""
    new = identity(way)
    found: list[Change] = []
    for step in reversed(way):
        for field in _fields(step, way, old, new):
            found += _brought(papers, step, field, since)
    return max(found + _moved(papers, way), key=lambda each: each.day)


def _moved(papers: Papers, way: Way) -> list[Change]:
    """The version under the old owner that brought the unit here: nothing that is so here began before."""
    gone = papers.moved_here(way)
    if gone is None:
        return []
    before = papers.versions(gone.message["ownerSorId"], gone.unit)[-2:]
    return [_dated(gone, before[0])]


def _fields(step: Json, way: Way, old: Registration, new: Registration) -> list[str]:
    """What a unit on the way may have changed that makes the difference."""
    fields = ["cvr"] if step is way[-1] and old.cvr != new.cvr else []
    if old.p_number == new.p_number:
        return fields
    # A private place is the same whatever its P number: what made the difference is that it became private (R5).
    return [*fields, "ownerType", *(["parentSorId", "pNumber"] if way[-1]["ownerType"] != "private" else [])]


def _brought(papers: Papers, step: Json, field: str, since: datetime) -> list[Change]:
    """The version that brought the present value of `field`, if it came after `since`."""
    versions = papers.versions(step["ownerSorId"], step["sorId"])
    for before, after in reversed(list(itertools.pairwise(versions))):
        if before.message[field] != after.message[field]:
            return [_dated(after, before)] if after.time >= since else []
    return []


def _dated(after: Said, before: Said) -> Change:
    """A version that holds from a later day than the one before tells its day; else it is the day it came."""
    from_date = after.message["fromDate"]
    is_dated = from_date > before.message["fromDate"]
    day = date.fromisoformat(from_date) if is_dated else danish_date(after.time)
    return Change(day, after.unit, utc(after.message["registeredAt"]))
