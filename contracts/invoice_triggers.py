"""``dk.stps.invoice.triggered.v1`` and ``…not-due.v1``: every fee question, settled (R31–R43)."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from contracts.explanations import Explanation
from contracts.identifiers import CvrNumber, Gln, SorId
from contracts.self_registrations import Category
from contracts.wire import Message, message

Occasion = Literal["registration", "yearly-run", "closure", "new-cvr", "new-p-number", "late-registration"]
Basis = Literal["full", "half", "partial-dispensation"]
RouteStatus = Literal["ok", "company-ceased", "new-company-quarantine", "no-route"]
NotDueReason = Literal[
    "already-triggered",
    "not-registered",
    "region-lump-sum",
    "volunteers-only",
    "turnover-below-limit",
    "dispensation",
    "exempt-notified",
]


@message
class Recipient(Message):
    """Where the invoice goes (R37): EAN if given, else Digital Post to the CVR, else, without CVR, e-mail."""

    channel: Literal["ean", "digital-post", "email"]
    ean: Gln | None = None
    cvr: CvrNumber | None = None
    email: str | None = None
    billed_sor_id: SorId


@message
class InvoiceTriggered(Message):
    """A year's fee for one registration falls due. `amount` is in kroner, with two decimals (R32)."""

    registration_id: UUID
    sor_id: SorId
    fee_year: int
    occasion: Occasion
    category: Category
    amount: str
    currency: Literal["DKK"] = "DKK"
    basis: Basis
    tariff: str
    recipient: Recipient
    reference_id: str | None
    route_status: RouteStatus
    payment_days: Literal[30] = 30
    flags: tuple[str, ...] = ()
    explanation: Explanation | None = None


@message
class InvoiceNotDue(Message):
    """The fee question was asked and nothing is due, for this reason (R40)."""

    registration_id: UUID
    sor_id: SorId
    fee_year: int
    occasion: Occasion
    reason: NotDueReason
    explanation: Explanation | None = None
