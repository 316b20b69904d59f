"""What was heard of a unit, as events of its story: SOR's versions, self-registrations, STPS's notices, CVR's answers.

No event holds an autorisations-id, a person's name, a telephone number or an e-mail address (R49): of such a field only
its name is told.
"""

from __future__ import annotations

from typing import Literal

from contracts.cvr_facts import CompanyStatus
from contracts.exemption_facts import ExemptionKind
from contracts.identifiers import SorId
from contracts.self_registrations import Category, TurnoverBand
from contracts.sor_entities import Channel, SorStatus, SorType
from contracts.wire import CivilDate, Instant, Message, message

Relation = Literal["unit", "above", "owner", "heir"]
"""Whom a message is about: the unit itself, one above it, its owner, or the one that says it replaces it."""
Outcome = Literal["applied", "repeated", "stale", "refused"]
"""What became of a message; one that was refused is followed by its dead letter."""


@message
class Place(Message):
    """Where a record lies. In a file without offsets the offset counts the topic's records from 0."""

    topic: str
    partition: int
    offset: int


@message
class Heard(Message):
    """What every message has: when (the record's timestamp), where it lies, the `ce_id`, and what became of it."""

    at: Instant
    place: Place
    event_id: str
    outcome: Outcome


@message
class Change(Message):
    """A field that differs from the version before; its values only where they are nobody's personal data (R49)."""

    field: str
    before: str | None = None
    after: str | None = None


@message
class SorVersion(Heard):
    """A version in SOR of the unit, or of another one that reaches it (R3, R8, R22)."""

    kind: Literal["sor-version"] = "sor-version"
    relation: Relation
    sor_id: SorId
    version: int
    is_first: bool
    name: str | None
    """None for a person: a provider (OE) that is no place."""
    sor_type: SorType
    parent_sor_id: SorId | None
    channel: Channel
    status: SorStatus
    is_treatment_place: bool
    last_day: CivilDate | None
    changes: tuple[Change, ...] = ()


@message
class SelfRegistration(Heard):
    """A version of the place's own half (R16)."""

    kind: Literal["self-registration"] = "self-registration"
    version: int
    is_first: bool
    registered_on: CivilDate
    treatment_started_on: CivilDate | None
    category: Category
    turnover_band: TurnoverBand
    volunteers_only: bool
    scheme: str | None
    changes: tuple[str, ...] = ()
    """The fields that differ from the version before."""


@message
class DeregistrationNotice(Heard):
    """STPS takes the place out of BSR (R28)."""

    kind: Literal["deregistration-notice"] = "deregistration-notice"
    effective_on: CivilDate
    initiator: Literal["place", "stps"]
    treated_in_year: bool


@message
class DeletionNotice(Heard):
    """The place asks to be deleted (R45)."""

    kind: Literal["deletion-notice"] = "deletion-notice"
    reference_number: str
    scope: tuple[Literal["bsr", "sor"], ...]
    requested_on: CivilDate
    treated_in_year: bool


@message
class DispensationNotice(Heard):
    """STPS lets the place off a share of a year's fee (R36)."""

    kind: Literal["dispensation-notice"] = "dispensation-notice"
    fee_year: int
    share: str


@message
class ExemptionNotice(Heard):
    """A notification (underretning) by the place, or by its owner for all its places (R44)."""

    kind: Literal["exemption-notice"] = "exemption-notice"
    exemption: ExemptionKind
    relation: Relation
    notified_on: CivilDate


@message
class FeeRunNotice(Heard):
    """STPS starts the yearly run (R39)."""

    kind: Literal["fee-run-notice"] = "fee-run-notice"
    fee_year: int
    run_on: CivilDate


@message
class CvrAnswered(Heard):
    """CVR's answer on a number of the unit or its owner: the first, or one that says something else (R19, R20)."""

    kind: Literal["cvr-answered"] = "cvr-answered"
    number: str
    said: Literal["company", "production-unit", "not-found", "unavailable"]
    status: CompanyStatus | None
    ceased_on: CivilDate | None
    belongs_to_cvr: str | None
    fetched_at: Instant


@message
class Unread(Heard):
    """A message that names the unit and could not be read; the dead letter says why."""

    kind: Literal["unread"] = "unread"


InputEvent = (
    SorVersion
    | SelfRegistration
    | DeregistrationNotice
    | DeletionNotice
    | DispensationNotice
    | ExemptionNotice
    | FeeRunNotice
    | CvrAnswered
    | Unread
)
