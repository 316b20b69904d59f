"""The door to CVR: many numbers asked at once, one outcome for each, never an exception (R20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber, PNumber

FactT_co = TypeVar("FactT_co", bound=CompanyFact | ProductionUnitFact, covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[FactT_co]):
    """CVR knows the number, and this is what it said at `as_of`, a UTC instant.

    `is_stale`: it is older than one would like, and CVR could not be asked again (notes/cvr.md §7).
    """

    fact: FactT_co
    as_of: datetime
    is_stale: bool = False
    changes_on: date | None = None
    """The first later day (Danish) on which CVR already knows that it will say something else."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """CVR answered at `as_of` (UTC), whole and healthy, and has no such number: a finding, not an error (R20)."""

    as_of: datetime


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """The number fails its form or its check digit: flagged, and not looked up (R2)."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """CVR gave no usable answer about the number; nothing follows from that about the number (R20).

    `reason` is a short English text for the operator. It never holds a credential or a response body.
    """

    reason: str


Outcome = Found[CompanyFact | ProductionUnitFact] | NotFound | InvalidNumber | Unavailable
"""What became of asking for a number of either kind."""

CompanyOutcome = Found[CompanyFact] | NotFound | InvalidNumber | Unavailable
"""What became of asking for one CVR number."""

ProductionUnitOutcome = Found[ProductionUnitFact] | NotFound | InvalidNumber | Unavailable
"""What became of asking for one P number."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One outcome for every number asked for, each exactly once."""

    companies: Mapping[CvrNumber, CompanyOutcome] = field(default_factory=dict)
    units: Mapping[PNumber, ProductionUnitOutcome] = field(default_factory=dict)


class CompanyRegistry(Protocol):
    """Whatever can answer for CVR: a file, a service, or all that stands before a service (`adapters.cvr.registry`)."""

    async def find_many(self, cvrs: Collection[CvrNumber], p_numbers: Collection[PNumber]) -> Lookup:
        """Look all the numbers up and say for each what came of it; raises nothing but cancellation."""
        ...
