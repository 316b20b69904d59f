"""The door to CVR: many numbers asked at once, one outcome for each, never an exception (R20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber, PNumber

FactT = TypeVar("FactT", bound=CompanyFact | ProductionUnitFact)


@dataclass(frozen=True, slots=True)
class Found(Generic[FactT]):
    """CVR knows the number, and this is what it said."""

    fact: FactT
    as_of: datetime
    """The instant at which CVR said so."""
    is_stale: bool = False
    """Older than one would like, and CVR could not be asked again (notes/cvr.md §7)."""
    changes_on: date | None = None
    """The first later day on which CVR already knows that it will say something else."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """CVR answered, whole and healthy, and had no such number: a business finding, not an error (R20)."""

    as_of: datetime
    """The instant at which CVR said so."""


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    """The number fails its form or its check digit: flagged, and not looked up (R2)."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """CVR gave no usable answer about the number; nothing follows from that about the number (R20).

    `reason` is a short English text for the operator. It never holds a credential or a response body.
    """

    reason: str


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
    """Whatever can answer for CVR: the live service, and later a cache or a successor service before it."""

    async def find_many(self, cvrs: Collection[CvrNumber], p_numbers: Collection[PNumber]) -> Lookup:
        """Look all the numbers up and say for each what came of it; raises nothing but cancellation."""
        ...
