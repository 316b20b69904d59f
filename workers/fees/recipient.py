"""To whom an invoice goes, and whether that road is open today (R37, R38)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from contracts.cvr_facts import CompanyFact
from contracts.danish_time import danish_date
from contracts.invoice_triggers import Recipient

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import CvrNumber, SorId
    from contracts.invoice_triggers import RouteStatus
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import EntityChanged
    from workers.tree.draft import Draft

HOSPITAL: Final = "22232009"
"""The entity type of a hospital; a private one is invoiced for its departments (R18, R37)."""
_QUARANTINE: Final = timedelta(days=12)


def recipient_of(self_registration: SelfRegistered, cvr: CvrNumber | None, billed: SorId) -> Recipient:
    """EAN if given; else Digital Post to the CVR; else, only without CVR, e-mail (R37).

    SOR's lokationsnummer is an EDI mailbox and is not looked at here at all.
    """
    if self_registration.ean is not None:
        return Recipient(channel="ean", ean=self_registration.ean, cvr=cvr, billed_sor_id=billed)
    if cvr is not None:
        return Recipient(channel="digital-post", cvr=cvr, billed_sor_id=billed)
    return Recipient(channel="email", email=self_registration.invoice_email, billed_sor_id=billed)


def billed_unit(draft: Draft, entity: EntityChanged) -> SorId:
    """The unit that gets the invoice: the place itself, or the private hospital it is a department of (R37)."""
    path = draft.path(entity)
    if path is None or not path or path[0].owner_type != "private" or entity.sor_type != "OE":
        return entity.sor_id
    hospital = next((step for step in path if step.sor_type == "SI" and step.entity_type == HOSPITAL), None)
    return hospital.sor_id if hospital is not None else entity.sor_id


def route_status(draft: Draft, recipient: Recipient, now: datetime) -> RouteStatus:
    """Say whether the channel can deliver, as far as CVR has told us; the trigger goes out all the same (R38)."""
    if recipient.channel == "email":
        return "ok" if recipient.email else "no-route"
    if recipient.channel == "ean" or recipient.cvr is None:
        return "ok"
    entry = draft.number(recipient.cvr)
    fact = entry.answer.fact if entry is not None and entry.answer is not None else None
    if not isinstance(fact, CompanyFact):
        return "ok"
    if fact.status == "ceased":
        return "company-ceased"
    if fact.started_on is not None and danish_date(now) < fact.started_on + _QUARANTINE:
        return "new-company-quarantine"
    return "ok"
