"""A closure takes effect: once, a deregistration and a settled fee question (R25–R27, R29, R31, R40)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.danish_time import danish_date
from contracts.deregistrations import DeregistrationEffective
from workers.closures.announced import closing_of
from workers.effects import Send, effect_id
from workers.fees.ledger import Question, ask
from workers.registrations.forwarding import withdraw
from workers.tree.state import Closed, Deregistered, Forwarded, Registered

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.deregistrations import DeregistrationCause
    from contracts.tariffs import TariffTable
    from workers.closures.announced import Closing
    from workers.tree.draft import Draft
    from workers.tree.state import Node

_DAYS_TO_DEREGISTER: Final = 14


def take_effect(draft: Draft, node: Node, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Close the unit for good and tell BSR and the fee office what follows. The closure must be due."""
    closing = closing_of(draft, node)
    if closing is None or closing.effective_at > now:
        raise AssertionError("a closure takes effect on its own instant, never early (R25)")
    draft.put(replace(node, closed=Closed(closing.last_day, closing.by)))
    return _leave_the_register(draft, draft.node(node.sor_id), closing, tariffs, now)


def _leave_the_register(draft: Draft, node: Node, closing: Closing, tariffs: TariffTable, now: datetime) -> list[Send]:
    standing, event_id = node.standing, closing.announcement.event_id
    if not isinstance(standing, Forwarded | Registered):
        return []  # BSR does not hold it: never a treatment place, or gone already (R28)
    registered = isinstance(standing, Registered)
    if registered:
        sends = [_deregister(draft, node, standing, closing)]
    else:
        sends = withdraw(draft, node, "closed-unregistered", event_id)
    question = Question(
        standing.identity,
        closing.last_day.year,
        "closure",
        node.self_registration if registered else None,
        event_id,
    )
    return sends + ask(draft, question, tariffs, now)


def _deregister(draft: Draft, node: Node, standing: Forwarded | Registered, closing: Closing) -> Send:
    cause: DeregistrationCause = "company-closure" if closing.by_type == "IE" else "closure"
    identity = standing.identity
    draft.put(replace(node, standing=Deregistered(identity, closing.last_day, cause)))
    registered_on = danish_date(closing.announcement.registered_at)
    message = DeregistrationEffective(
        registration_id=identity.registration_id,
        sor_id=node.sor_id,
        owner_sor_id=draft.owner,
        last_day=closing.last_day,
        effective_at=closing.effective_at,
        cause=cause,
        caused_by_sor_id=closing.by,
        backdated=registered_on > closing.last_day,
        days_late=max(0, (registered_on - closing.last_day).days - _DAYS_TO_DEREGISTER),
        successor_registration_id=None,
    )
    send_id = effect_id("deregistration", identity.registration_id, closing.effective_at.isoformat())
    return Send(message, send_id, node.sor_id, node.sor_id, closing.announcement.event_id)
