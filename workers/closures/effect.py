"""A closure takes effect: once, a deregistration and a settled fee question (R25–R27, R29, R31, R40)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.danish_time import danish_date
from workers.closures.announced import closing_of
from workers.fees.ledger import Question, ask
from workers.registrations.leaving import Leaving, deregister, withdraw
from workers.tree.state import Forwarded, Registered, Unforwarded

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from contracts.tariffs import TariffTable
    from workers.effects import Send
    from workers.tree.draft import Draft
    from workers.tree.state import Closing, Node


def take_effect(draft: Draft, node: Node, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Close the unit for good and tell BSR and the fee office what follows. The closure must be due."""
    closing = closing_of(draft, node)
    if closing is None or closing.effective_at > now:
        raise AssertionError("a closure takes effect on its own instant, never early (R25)")
    if node.closed is None:
        node = replace(node, closed=closing)
        draft.put(node)
    return _leave_the_register(draft, node, closing, tariffs, now)


def _leave_the_register(draft: Draft, node: Node, closing: Closing, tariffs: TariffTable, now: datetime) -> list[Send]:
    standing, event_id = node.standing, closing.announcement.event_id
    if isinstance(standing, Unforwarded):
        return []  # never a treatment place that BSR heard of
    counts = node.self_registration if isinstance(standing, Registered) else None
    question = Question(standing.identity, closing.last_day.year, "closure", counts, event_id, closing.last_day)
    sends: list[Send] = []
    if isinstance(standing, Registered):
        sends = [deregister(draft, node, standing, _leaving(draft, node, closing))]
    elif isinstance(standing, Forwarded):
        sends = withdraw(draft, node, "closed-unregistered", "R29", event_id)
    # A place that left before by another way (R14, R28) is nothing to BSR any more, and gets its fee decision (R40).
    return sends + ask(draft, question, tariffs, now)


def _leaving(draft: Draft, node: Node, closing: Closing) -> Leaving:
    is_company = closing.by_type == "IE"
    noted_on = danish_date(closing.announcement.registered_at)
    return Leaving(
        cause="company-closure" if is_company else "closure",
        last_day=closing.last_day,
        by=closing.by,
        noted_on=noted_on,
        is_backdated=noted_on > closing.last_day,
        rules=("R25", "R22" if is_company else "R9", "R27"),
        event_id=closing.announcement.event_id,
        successor=_successor(draft, node),
    )


def _successor(draft: Draft, node: Node) -> UUID | None:
    """The registration of the unit that replaces this one, where BSR holds it and the two have one owner [D]."""
    named = node.entity.replaced_by if node.entity is not None else ()
    for sor_id in (*named, *((node.replaced_by,) if node.replaced_by else ())):
        standing = draft.node(sor_id).standing
        if isinstance(standing, Forwarded | Registered):
            return standing.identity.registration_id
    return None
