"""What was sent of a unit, as events of its story; each with the explanation it carries (R50)."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from contracts.dead_letters import DeadLetterReason
from contracts.deregistrations import DeregistrationCause
from contracts.explanations import Explanation
from contracts.identifiers import SorId
from contracts.invoice_triggers import Basis, NotDueReason, Occasion, RouteStatus
from contracts.registrations import Enrichment, RegistrationState, WithdrawalReason
from contracts.self_registrations import Category
from contracts.wire import CivilDate, Instant, Message, message
from workers.explain.inputs import Place


@message
class Sent(Message):
    """What every output has: when it was decided, its id, the `ce_id` that caused it, and why it is so (R50)."""

    at: Instant
    place: Place | None
    """Where it lies; None for what a replay would send."""
    topic: str
    id: str
    caused_by: str
    why: Explanation | None


@message
class Forwarded(Sent):
    """BSR was told the SOR half of the record (R14–R17)."""

    kind: Literal["forwarded"] = "forwarded"
    registration_id: UUID
    state: RegistrationState
    is_first: bool
    enrichment: Enrichment
    closes_on: CivilDate | None
    changes: tuple[str, ...] = ()
    """The items that differ from the record before."""
    discrepancies: tuple[str, ...] = ()
    """The fields in which SOR and CVR differ (R19)."""


@message
class Withdrawn(Sent):
    """BSR should forget the place (R14, R29)."""

    kind: Literal["withdrawn"] = "withdrawn"
    registration_id: UUID
    reason: WithdrawalReason


@message
class Deregistered(Sent):
    """The registration ended (R25)."""

    kind: Literal["deregistered"] = "deregistered"
    registration_id: UUID
    last_day: CivilDate
    cause: DeregistrationCause
    caused_by_sor_id: SorId
    backdated: bool
    days_late: int
    successor_registration_id: UUID | None


@message
class Invoiced(Sent):
    """A year's fee was triggered. Where it goes by kind of channel alone (R49)."""

    kind: Literal["invoiced"] = "invoiced"
    registration_id: UUID
    fee_year: int
    occasion: Occasion
    category: Category
    amount: str
    basis: Basis
    tariff: str
    channel: Literal["ean", "digital-post", "email"]
    billed_sor_id: SorId
    route_status: RouteStatus
    flags: tuple[str, ...]


@message
class NotDue(Sent):
    """The fee question was asked and nothing was due (R40)."""

    kind: Literal["not-due"] = "not-due"
    registration_id: UUID
    fee_year: int
    occasion: Occasion
    reason: NotDueReason


@message
class DeletionRequested(Sent):
    """SDS was told that the place asks to be deleted in SOR (R45)."""

    kind: Literal["deletion-requested"] = "deletion-requested"
    reference_number: str


@message
class DeadLetter(Sent):
    """A message on the unit, its owner or one above it was refused."""

    kind: Literal["dead-letter"] = "dead-letter"
    reason: DeadLetterReason
    detail: str


OutputEvent = Forwarded | Withdrawn | Deregistered | Invoiced | NotDue | DeletionRequested | DeadLetter
