"""To whom an invoice goes, and whether that road is open today (R37, R38)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from contracts.cvr_facts import CompanyFact
from contracts.danish_time import danish_date
from contracts.invoice_triggers import Recipient

if TYPE_CHECKING:
    from datetime import date, datetime

    from contracts.cvr_facts import Fact
    from contracts.identifiers import CvrNumber, SorId
    from contracts.invoice_triggers import RouteStatus
    from contracts.self_registrations import SelfRegistered
    from workers.tree.draft import Draft
    from workers.tree.state import FormerOwner, Node

HOSPITAL: Final = "22232009"
"""The entity type of a hospital; a private one is invoiced for its departments (R18, R37)."""
_QUARANTINE: Final = timedelta(days=12)
_PATIENCE: Final = timedelta(hours=1)
"""How long a trigger waits at most for CVR's answer on a company that has only just been asked for [D]."""


def recipient_of(self_registration: SelfRegistered, cvr: CvrNumber | None, billed: SorId) -> Recipient:
    """EAN if given; else Digital Post to the CVR; else, only without CVR, e-mail (R37).

    SOR's lokationsnummer is an EDI mailbox and is not looked at here at all.
    """
    if self_registration.ean is not None:
        return Recipient(channel="ean", ean=self_registration.ean, cvr=cvr, billed_sor_id=billed)
    if cvr is not None:
        return Recipient(channel="digital-post", cvr=cvr, billed_sor_id=billed)
    return Recipient(channel="email", email=self_registration.invoice_email, billed_sor_id=billed)


def billed_unit(draft: Draft, node: Node) -> SorId:
    """The unit that gets the invoice: the place itself, or the private hospital it is a department of (R37)."""
    path = draft.path(node.entity) if node.entity is not None and node.entity.sor_type == "OE" else None
    if not path or path[0].owner_type != "private":
        return node.sor_id
    hospital = next((step for step in path if step.sor_type == "SI" and step.entity_type == HOSPITAL), None)
    return hospital.sor_id if hospital is not None else node.sor_id


def route_status(
    draft: Draft, recipient: Recipient, now: datetime, former_owner: FormerOwner | None = None
) -> RouteStatus:
    """Say whether the channel can deliver, as far as CVR has told us; the trigger goes out all the same (R38).

    Of a `former_owner`'s company that is what CVR had said when the unit left, for nobody here asks for it.
    """
    if recipient.channel == "email":
        return "ok" if recipient.email else "no-route"
    if recipient.channel == "ean" or recipient.cvr is None:
        return "ok"
    if not recipient.cvr.is_valid:
        return "no-route"  # nobody has a number whose check fails (R2)
    entry = draft.number(recipient.cvr)
    answer = former_owner.answer if former_owner is not None else entry.answer if entry is not None else None
    return _digital_post(answer.fact, danish_date(now)) if answer is not None else "ok"


def answer_expected_until(draft: Draft, recipient: Recipient, now: datetime) -> datetime | None:
    """Until when CVR's first answer on the payer may still come; None when there is nothing to wait for.

    A number that fails its check is never asked for (R2).
    """
    if recipient.channel != "digital-post" or recipient.cvr is None:
        return None
    entry = draft.number(recipient.cvr)
    if entry is None or entry.answer is not None or entry.is_unavailable:
        return None
    until = entry.asked_at + _PATIENCE
    return until if now < until else None


def _digital_post(fact: Fact, today: date) -> RouteStatus:
    """Whether the company's mailbox can be written to today: not once it has ceased, nor in its first 12 days."""
    if not isinstance(fact, CompanyFact):
        return "no-route"
    if fact.status == "ceased" or (fact.ceased_on is not None and fact.ceased_on < today):
        return "company-ceased"
    if fact.started_on is not None and today < fact.started_on + _QUARANTINE:
        return "new-company-quarantine"
    return "ok"
