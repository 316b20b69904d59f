"""The log's words for decisions that matter: ids, rules and outcome, never a person (R49).

Of an invoice trigger's recipient only the channel is told: its address and the reference are what people have typed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.deregistrations import DeregistrationEffective, SorDeletionRequested
from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from contracts.registrations import RegistrationWithdrawn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.wire import Message
    from workers.stream.journal import Buried, Decided, Journal
    from workers.tree.state import Parked

LATE_SECONDS: Final = 60.0
"""An end committed later than this after its instant is late: the worker was down, or something stood still (R26)."""
_AN_ID: Final = re.compile(r"[\w.:/-]{1,120}", re.ASCII)
"""A `ce_id` is its sender's, and may be anything; no address and no person's whole name looks like this."""


class Told(NamedTuple):
    """One log event."""

    event: str
    fields: dict[str, object]
    is_late: bool = False


def told_of(journal: Journal, now: datetime) -> Iterator[Told]:
    """Yield an event for each decision that matters; `now` is when they were committed."""
    yield from (_decision(each, now) for each in journal.decided)
    yield from (_parked(sor_id, parked) for sor_id, parked in journal.parked)
    yield from (_buried(each) for each in journal.buried)


def _decision(decided: Decided, now: datetime) -> Told:
    send = decided.send
    event, fields = _words(send.message)
    delay = (now - decided.at).total_seconds()
    explanation = getattr(send.message, "explanation", None)
    about: dict[str, object] = {
        "sor_id": send.subject,
        "id": str(send.id),
        "caused_by": _shown(send.causation),
        "rules": explanation.rules if explanation is not None else (),
        "after_seconds": round(delay, 3),
    }
    is_late = isinstance(send.message, DeregistrationEffective) and delay > LATE_SECONDS
    return Told(event, about | fields, is_late)


def _words(message: Message) -> tuple[str, dict[str, object]]:
    match message:
        case DeregistrationEffective():
            return "deregistered", _end(message)
        case InvoiceTriggered():
            return "fee triggered", _question(message) | _answer(message)
        case InvoiceNotDue():
            return "fee not due", _question(message) | {"reason": message.reason}
        case RegistrationWithdrawn():
            return "withdrawn", {"registration_id": str(message.registration_id), "reason": message.reason}
        case SorDeletionRequested():
            return "deletion from SOR requested", {}
        case _:
            raise TypeError(f"{type(message).__name__} is not one of the journal's")


def _end(message: DeregistrationEffective) -> dict[str, object]:
    return {
        "registration_id": str(message.registration_id),
        "owner_sor_id": message.owner_sor_id,
        "cause": message.cause,
        "last_day": str(message.last_day),
        "effective_at": str(message.effective_at),
        "backdated": message.backdated,
        "days_late": message.days_late,
    }


def _question(message: InvoiceTriggered | InvoiceNotDue) -> dict[str, object]:
    return {
        "registration_id": str(message.registration_id),
        "fee_year": message.fee_year,
        "occasion": message.occasion,
    }


def _answer(message: InvoiceTriggered) -> dict[str, object]:
    return {
        "category": message.category,
        "amount": message.amount,
        "basis": message.basis,
        "tariff": message.tariff,
        "route_status": message.route_status,
        "channel": message.recipient.channel,
    }


def _shown(event_id: str) -> str:
    return event_id if _AN_ID.fullmatch(event_id) else "(an id of no usual form)"


def _parked(sor_id: SorId, parked: Parked) -> Told:
    return Told(
        "fee parked",
        {
            "sor_id": sor_id,
            "registration_id": str(parked.registration_id),
            "fee_year": parked.fee_year,
            "occasion": parked.occasion,
            "waits_for": "tariff" if parked.not_after is None else "cvr",
            "caused_by": _shown(parked.event_id),
            "rules": ("R32",) if parked.not_after is None else ("R38",),
        },
    )


def _buried(buried: Buried) -> Told:
    record, refusal = buried
    return Told(
        "dead letter",
        {"topic": record.topic, "offset": record.offset, "reason": refusal.reason, "detail": refusal.detail},
    )
