"""When a document will say something else without anybody touching it (notes/cvr.md §3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from adapters.cvr.periods import civil_date, period_of, tellable
from contracts.cvr_facts import CompanyFact, ProductionUnitFact

Fact = CompanyFact | ProductionUnitFact


def changes_on(content: Mapping[str, Any], today: date, fact_on: Callable[[date], Fact]) -> date | None:
    """Return the first day after `today` on which `content` says something else, or None.

    That is the first boundary of a period in it at which `fact_on` gives another fact, or
    ``naermesteFremtidigeDato``, CVR's own word for it, if that comes earlier: it may be about a row that is not in the
    document yet.
    """
    announced = civil_date(content.get("naermesteFremtidigeDato"))
    fact = fact_on(today)
    seen = next((day for day in sorted(_boundaries(content, today)) if fact_on(day) != fact), None)
    return tellable(min((day for day in (seen, announced) if day is not None and day > today), default=None))


def _boundaries(node: object, today: date) -> set[date]:
    return {day for day in _days(node) if day > today}


def _days(node: object) -> Iterator[date]:
    """The first day of every period, and the day after its last: ``gyldigTil`` is inclusive."""
    if isinstance(node, list):
        for element in node:
            yield from _days(element)
    elif isinstance(node, dict):
        period = period_of(node)
        if period.start is not None:
            yield period.start
        if period.end is not None and period.end < date.max:
            yield period.end + timedelta(days=1)
        for value in node.values():
            yield from _days(value)
