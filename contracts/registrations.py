"""What BSR is told of a place: ``dk.bsr.registration.forwarded.v1`` and ``…withdrawn.v1`` (R14–R17)."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from contracts.addresses import Address
from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.explanations import Explanation
from contracts.identifiers import CvrNumber, PNumber, SorId
from contracts.sor_entities import OwnerType, SorStatus, SorType, Speciality
from contracts.value import value
from contracts.wire import CivilDate, Instant, Message, message

RegistrationState = Literal["awaiting-self-registration", "registered"]
Enrichment = Literal["complete", "pending", "not-found", "no-cvr"]
WithdrawalReason = Literal["not-a-treatment-place", "closed-unregistered", "superseded"]


@value
class UnitType(Message):
    """Item 9: the SOR entity type by code, with its Danish label where the code list knows it."""

    code: str
    label: str | None


@value
class TreeStep(Message):
    """One step on the way from the owner down to the unit's parent."""

    sor_id: SorId
    name: str
    sor_type: SorType


@value
class Affiliation(Message):
    """Item 11: organisational affiliation."""

    owner_type: OwnerType | None
    owner: str
    path: tuple[TreeStep, ...]


@message
class CompanyFacts(Message):
    """What CVR said, beside what SOR says and never over it (R19); `fetched_at` is the older of the answers."""

    company: CompanyFact | None
    production_unit: ProductionUnitFact | None
    fetched_at: Instant


@message
class Discrepancy(Message):
    """One difference between SOR and CVR, for a person to look at (R19). `cvr` is null when CVR has nothing."""

    field: str
    sor: str | None
    cvr: str | None


@value
class RegistrationForwarded(Message):
    """The SOR half of the register record (items 1, 2, 4–11, 19), inheritance resolved (R8), whole each time."""

    registration_id: UUID
    sor_id: SorId
    owner_sor_id: SorId
    sor_version: int
    sor_status: SorStatus
    state: RegistrationState
    name: str
    visiting_address: Address | None
    activity_address: Address | None
    telephone: str | None
    email: str | None
    website: str | None
    cvr: CvrNumber | None
    p_number: PNumber | None
    unit_type: UnitType | None
    specialities: tuple[Speciality, ...]
    affiliation: Affiliation
    closes_on: CivilDate | None
    company_facts: CompanyFacts | None
    enrichment: Enrichment
    discrepancies: tuple[Discrepancy, ...]
    explanation: Explanation | None = None


@message
class RegistrationWithdrawn(Message):
    """BSR should forget a place that was forwarded and never registered, or is none any more (R14, R29)."""

    registration_id: UUID
    sor_id: SorId
    reason: WithdrawalReason
    explanation: Explanation | None = None
