"""Asking a fee question and writing the answer down: at most one fee per registration and year (R39, R40)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from workers.effects import Send, effect_id
from workers.exemptions.notified import is_exempt
from workers.explanation import explain
from workers.fees.dispensations import share_let_off
from workers.fees.flags import flags_of
from workers.fees.former_owners import former_owner_of
from workers.fees.recipient import answer_expected_until, billed_unit, recipient_of, route_status
from workers.fees.schemes import is_scheme_paid, scheme_of
from workers.fees.verdict import Case, Due, NoTariff, Nothing, judge
from workers.tree.state import NotDue, Parked, Triggered, Unforwarded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from contracts.identifiers import SorId
    from contracts.invoice_triggers import Basis, Occasion
    from contracts.self_registrations import SelfRegistered
    from contracts.tariffs import TariffTable
    from workers.fees.verdict import Verdict
    from workers.tree.draft import Draft
    from workers.tree.state import Identity, LedgerEntry, Node


_REGISTERING: Final = frozenset({"registration", "late-registration"})
_FOLLOWING: Final = frozenset({"new-cvr", "new-p-number"})
_RULES: Final[dict[Basis, tuple[str, ...]]] = {"full": (), "half": ("R34",), "partial-dispensation": ("R34", "R36")}


class Question(NamedTuple):
    """Does this registration owe that year's fee, asked on this occasion? `event_id` is what raised it."""

    identity: Identity
    fee_year: int
    occasion: Occasion
    self_registration: SelfRegistered | None
    event_id: str
    last_day: date | None = None
    """The last day of the registration, where SOR ends it."""


def ask(draft: Draft, question: Question, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Settle the question, note it in the unit's ledger, and return the trigger or the not-due decision.

    A question that was answered on the same occasion is silent, unless the fee has become due since. Without a tariff
    it is parked and nothing is sent yet (R32), and so it is for a while when CVR has just been asked whether the
    invoice will arrive (R38).
    """
    return _settle(draft, question, tariffs, now, asked_at=now)


def _settle(draft: Draft, question: Question, tariffs: TariffTable, now: datetime, *, asked_at: datetime) -> list[Send]:
    node = draft.node(question.identity.sor_id)
    verdict = judge(_case(draft, node, question), tariffs)
    patience = _patience(draft, node, question, verdict, now)
    if isinstance(verdict, Due) and patience is None:
        return _trigger(draft, node, question, verdict, now)
    same = [entry for entry in _same_registration_and_year(node, question) if entry.occasion == question.occasion]
    if isinstance(verdict, Nothing):
        return [] if _is_answered(question, same) else _not_due(draft, node, question, verdict)
    if not any(isinstance(entry, Parked) for entry in same):
        _write(draft, node, _parked(node, question, asked_at, patience))
    return []


def _parked(node: Node, question: Question, asked_at: datetime, patience: datetime | None) -> Parked:
    said = question.self_registration
    return Parked(
        question.identity,
        question.fee_year,
        question.occasion,
        question.event_id,
        asked_at,
        patience,
        question.last_day,
        said_then=said if said is not node.self_registration else None,
    )


def _is_answered(question: Question, same: Sequence[LedgerEntry]) -> bool:
    """Whether that occasion has its answer. A registration that began with a fee may end on the same one (R40)."""
    may_end = question.occasion in {"closure", "new-cvr", "new-p-number"}
    return any(not (may_end and isinstance(entry, Triggered)) for entry in same)


def _patience(draft: Draft, node: Node, question: Question, verdict: Verdict, now: datetime) -> datetime | None:
    """Until when a fee that is due waits for CVR's answer on the payer.

    None: the answer is there, nobody can be asked, it took too long, or it is not CVR that is waited for.
    """
    said = question.self_registration
    if said is None or not isinstance(verdict, Due):
        return None
    recipient = recipient_of(said, question.identity.cvr, node.sor_id)
    return answer_expected_until(draft, recipient, now)


def release(draft: Draft, sor_id: SorId, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Ask the unit's parked questions again, in the order they were raised; those still without answer stay (R32, R38).

    The self-registration counts as it is now: a category corrected meanwhile is the one that is owed for [D]. But one
    that a place makes anew in a later year says nothing of the year that is asked about (see `keep_what_was_said`).
    """
    node = draft.node(sor_id)
    if not releasable(draft, node, tariffs, now):
        return []
    parked = [entry for entry in node.ledger if isinstance(entry, Parked)]
    draft.put(replace(node, ledger=tuple(entry for entry in node.ledger if not isinstance(entry, Parked))))
    sends: list[Send] = []
    for entry in parked:
        sends += _settle(draft, _again(node, entry), tariffs, now, asked_at=entry.asked_at)
    return sends


def releasable(draft: Draft, node: Node, tariffs: TariffTable, now: datetime) -> bool:
    """Whether a parked question of the unit could be answered now, or waits for something else than it did."""
    parked = [entry for entry in node.ledger if isinstance(entry, Parked)]
    return any(_waits_no_more(draft, node, each, tariffs, now) for each in parked)


def _waits_no_more(draft: Draft, node: Node, parked: Parked, tariffs: TariffTable, now: datetime) -> bool:
    question = _again(node, parked)
    verdict = judge(_case(draft, node, question), tariffs)
    patience = _patience(draft, node, question, verdict, now)
    can_be_answered = patience is None and not isinstance(verdict, NoTariff)
    return can_be_answered or patience != parked.not_after


def waits_until(node: Node) -> datetime | None:
    """When the first of the unit's questions waits no longer for CVR; None when none does."""
    waits = [entry.not_after for entry in node.ledger if isinstance(entry, Parked) and entry.not_after is not None]
    return min(waits, default=None)


def parked_since(node: Node) -> datetime:
    """When the oldest parked question of the unit was asked: the order of release between units (R32)."""
    return min(entry.asked_at for entry in node.ledger if isinstance(entry, Parked))


def _again(node: Node, parked: Parked) -> Question:
    said = parked.said_then or node.self_registration
    return Question(parked.identity, parked.fee_year, parked.occasion, said, parked.event_id, parked.last_day)


def keep_what_was_said(node: Node, anew: SelfRegistered) -> Node:
    """The node before the place registers `anew`: parked questions about the time before keep what it said then (R32).

    They are those of earlier years, and those of a registration that has given way to another: the buyer's word is no
    answer for the seller (R4). Without that, a fee that waits for its table would be lost with the old registration.
    """
    said = node.self_registration
    if said is None or anew.registered_on <= said.registered_on or isinstance(node.standing, Unforwarded):
        return node
    present, year = node.standing.identity.registration_id, anew.registered_on.year
    ledger = tuple(
        replace(entry, said_then=entry.said_then or said)
        if isinstance(entry, Parked) and (entry.fee_year < year or entry.registration_id != present)
        else entry
        for entry in node.ledger
    )
    return replace(node, ledger=ledger)


def _case(draft: Draft, node: Node, question: Question) -> Case:
    year, said, owner_type = question.fee_year, question.self_registration, question.identity.owner_type
    scheme = scheme_of(year, said, owner_type) if said is not None else None
    return Case(
        fee_year=year,
        is_triggered=any(isinstance(each, Triggered) for each in _same_registration_and_year(node, question)),
        self_registration=said,
        owner_type=owner_type,
        is_exempt=is_exempt(draft, node, year, owner_type, former_owner_of(draft, node, question.identity)),
        is_scheme_paid=scheme is not None and is_scheme_paid(draft, scheme, year),
        dispensation=share_let_off(node, year),
        last_day=question.last_day,
        # Who registers is asked for no year before its first; and while questions are released the ledger lacks some.
        first_year=first_year_of(node, question.identity) if question.occasion not in _REGISTERING else None,
    )


def first_year_of(node: Node, identity: Identity) -> int | None:
    """The year in which the registration followed another; None where nothing says so (R4–R6).

    The years before it were the other's, and what the place says of itself tells nothing about that.
    """
    asked = [entry for entry in node.ledger if entry.registration_id == identity.registration_id]
    first = min((entry.fee_year for entry in asked if entry.occasion in _FOLLOWING), default=None)
    return None if first is None or any(entry.fee_year < first for entry in asked) else first


def is_owed(draft: Draft, node: Node, question: Question, tariffs: TariffTable) -> bool:
    """Whether the year's fee is owed and has not been triggered yet."""
    return not isinstance(judge(_case(draft, node, question), tariffs), Nothing)


def was_free_for_another_reason(node: Node, question: Question) -> bool:
    """Whether on this occasion nothing was due, and that not because of an exemption."""
    same = [each for each in _same_registration_and_year(node, question) if each.occasion == question.occasion]
    return any(isinstance(each, NotDue) and each.reason != "exempt-notified" for each in same)


def _same_registration_and_year(node: Node, question: Question) -> list[LedgerEntry]:
    return [
        entry
        for entry in node.ledger
        if entry.registration_id == question.identity.registration_id and entry.fee_year == question.fee_year
    ]


def _trigger(draft: Draft, node: Node, question: Question, due: Due, now: datetime) -> list[Send]:
    identity, said = question.identity, question.self_registration
    if said is None:
        raise AssertionError("only a registered place can owe a fee")
    former_owner = former_owner_of(draft, node, identity)
    recipient = recipient_of(said, identity.cvr, former_owner.billed if former_owner else billed_unit(draft, node))
    rules = ("R31", "R32", "R37", "R38", "R39", *_RULES[due.basis])
    message = InvoiceTriggered(
        registration_id=identity.registration_id,
        sor_id=node.sor_id,
        fee_year=question.fee_year,
        occasion=question.occasion,
        category=said.category,
        amount=f"{due.amount:.2f}",
        basis=due.basis,
        tariff=due.tariff,
        recipient=recipient,
        reference_id=said.reference_id,
        route_status=route_status(draft, recipient, now, former_owner),
        flags=tuple(flags_of(draft, node, said, question.fee_year, question.occasion)),
        explanation=explain(
            draft,
            node,
            question.event_id,
            *rules,
            numbers=(recipient.cvr,),
            former_owner=former_owner,
            tariff=due.tariff,
        ),
    )
    scheme = scheme_of(question.fee_year, said, identity.owner_type)
    _write(draft, node, Triggered(identity.registration_id, question.fee_year, question.occasion, scheme))
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
        explanation=explain(draft, node, question.event_id, "R40", nothing.rule),
    )
    _write(draft, node, NotDue(registration_id, question.fee_year, question.occasion, nothing.reason))
    send_id = effect_id("invoice-not-due", registration_id, question.fee_year, question.occasion)
    return [Send(message, send_id, node.sor_id, node.sor_id, question.event_id)]


def _write(draft: Draft, node: Node, entry: LedgerEntry) -> None:
    draft.put(replace(node, ledger=(*node.ledger, entry)))
