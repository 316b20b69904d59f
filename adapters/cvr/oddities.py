"""What is legal in a CVR document but worth counting: it is read all the same (notes/cvr.md §1.6, §3.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

from adapters.cvr.periods import entries, period_of
from contracts.cvr_facts import CompanyFact, ProductionUnitFact

Oddity = Literal["unknown-status", "several-open"]
"""``unknown-status``: a status word nobody has told us of. ``several-open``: two values where there can be one."""

Notice = Callable[[Oddity], None]
"""Takes note of one oddity in one document."""

_ONE_AT_A_TIME: Final = (
    "navne",
    "beliggenhedsadresse",
    "postadresse",
    "virksomhedsform",
    "virksomhedsstatus",
    "virksomhedsrelation",
    "livsforloeb",
)
"""The lists that are read and can have one valid entry on a day; a company may well have several ``penheder``."""


def oddities(content: Mapping[str, Any], fact: CompanyFact | ProductionUnitFact, today: date) -> Iterator[Oddity]:
    """Yield what is odd about the content of a document and the fact that was read from it on `today`."""
    if fact.status == "unknown" and fact.status_text is not None:
        yield "unknown-status"
    for name in _ONE_AT_A_TIME:
        if sum(period_of(entry).covers(today) for entry in entries(content.get(name))) > 1:
            yield "several-open"
