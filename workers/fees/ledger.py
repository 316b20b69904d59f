"""Asking a fee question and writing the answer down: at most one fee per registration and year (R39, R40)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from workers.effects import Send, effect_id
from workers.fees.recipient import billed_unit, recipient_of, route_status
from workers.fees.verdict import Due, Nothing, judge
from workers.tree.state import NotDue, Parked, Triggered

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.invoice_triggers import Occasion
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import OwnerType
    from contracts.tariffs import TariffTable
    from workers.tree.draft import Draft
    from workers.tree.state import Identity, LedgerEntry, Node


@dataclass(frozen=True, slots=True)
class Question:
    """Does this registration owe that year's fee, asked on this occasion? `event_id` is what raised it."""

    identity: Identity
    fee_year: int
    occasion: Occasion
    self_registration: SelfRegistered | None
    event_id: str


def ask(draft: Draft, question: Question, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Settle the question, note it in the unit's ledger, and return the trigger or the not-due decision.

    The same question twice is settled once. Without a tariff it is parked and nothing is sent yet (R32).
    """
    node = draft.node(question.identity.sor_id)
    earlier = _same_registration_and_year(node, question)
    if any(entry.occasion == question.occasion for entry in earlier):
        return []
    verdict = judge(earlier, question.fee_year, question.self_registration, _owner_type(draft, node), tariffs)
    if isinstance(verdict, Due):
        return _trigger(draft, node, question, verdict, now)
    if isinstance(verdict, Nothing):
        return _not_due(draft, node, question, verdict)
    _write(draft, node, Parked(question.identity, question.fee_year, question.occasion, question.event_id))
    return []


def release(draft: Draft, sor_id: SorId, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Ask the unit's parked questions again, in the order they were raised; those still without tariff stay (R32).

    The self-registration counts as it is now: a category corrected meanwhile is the one that is owed for [D].
    """
    node = draft.node(sor_id)
    if not releasable(node, tariffs):
        return []
    parked = [entry for entry in node.ledger if isinstance(entry, Parked)]
    draft.put(replace(node, ledger=tuple(entry for entry in node.ledger if not isinstance(entry, Parked))))
    sends: list[Send] = []
    for entry in parked:
        question = Question(entry.identity, entry.fee_year, entry.occasion, node.self_registration, entry.event_id)
        sends += ask(draft, question, tariffs, now)
    return sends


def releasable(node: Node, tariffs: TariffTable) -> bool:
    """Whether a parked question of the unit could be answered now."""
    said = node.self_registration
    if said is None:
        return False
    tariffs_found = [tariffs.find(each.fee_year, said.category) for each in node.ledger if isinstance(each, Parked)]
    return any(tariff and (said.turnover_band != "half" or tariff.half is not None) for tariff in tariffs_found)


def _same_registration_and_year(node: Node, question: Question) -> list[LedgerEntry]:
    return [
        entry
        for entry in node.ledger
        if entry.registration_id == question.identity.registration_id and entry.fee_year == question.fee_year
    ]


def _owner_type(draft: Draft, node: Node) -> OwnerType | None:
    owner = draft.node(draft.owner).entity
    return owner.owner_type if owner is not None and node.entity is not None else None


def _trigger(draft: Draft, node: Node, question: Question, due: Due, now: datetime) -> list[Send]:
    identity, self_registration = question.identity, question.self_registration
    if node.entity is None or self_registration is None:
        raise AssertionError("only a registered place can owe a fee")
    recipient = recipient_of(self_registration, identity.cvr, billed_unit(draft, node.entity))
    message = InvoiceTriggered(
        registration_id=identity.registration_id,
        sor_id=node.sor_id,
        fee_year=question.fee_year,
        occasion=question.occasion,
        category=self_registration.category,
        amount=f"{due.amount:.2f}",
        basis=due.basis,
        tariff=due.tariff,
        recipient=recipient,
        reference_id=self_registration.reference_id,
        route_status=route_status(draft, recipient, now),
    )
    _write(draft, node, Triggered(identity.registration_id, question.fee_year, question.occasion))
    send_id = effect_id("invoice-triggered", identity.registration_id, question.fee_year)
    return [Send(message, send_id, node.sor_id, node.sor_id, question.event_id)]


def _not_due(draft: Draft, node: Node, question: Question, nothing: Nothing) -> list[Send]:
    registration_id = question.identity.registration_id
    message = InvoiceNotDue(
        registration_id=registration_id,
        sor_id=node.sor_id,
        fee_year=question.fee_year,
        occasion=question.occasion,
        reason=nothing.reason,
    )
    _write(draft, node, NotDue(registration_id, question.fee_year, question.occasion, nothing.reason))
    send_id = effect_id("invoice-not-due", registration_id, question.fee_year, question.occasion)
    return [Send(message, send_id, node.sor_id, node.sor_id, question.event_id)]


def _write(draft: Draft, node: Node, entry: LedgerEntry) -> None:
    draft.put(replace(node, ledger=(*node.ledger, entry)))
