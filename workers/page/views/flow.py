"""*Flow*: what has been sent by hour and day, and whether state and topics tell the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final
from uuid import UUID

from contracts.danish_time import danish_date
from contracts.wire import CivilDate, Instant, Message, message

if TYPE_CHECKING:
    from collections import Counter

    from workers.page.follower import Follower

SHOWN: Final = (
    "dk.bsr.registration.forwarded.v1",
    "dk.bsr.registration.withdrawn.v1",
    "dk.bsr.deregistration.effective.v1",
    "dk.stps.invoice.triggered.v1",
    "dk.stps.invoice.not-due.v1",
    "dk.sor.deletion.requested.v1",
    "dead-letter",
)
_HOURS: Final = 24
_DAYS: Final = 14


@message
class Hour(Message):
    """What was sent in one hour, by type, in the order of `SHOWN`."""

    begins: Instant
    sent: tuple[int, ...]


@message
class DayOfFlow(Message):
    """What was sent on one Danish day, by type."""

    day: CivilDate
    sent: tuple[int, ...]


@message
class Difference(Message):
    """Where state and topics do not agree: of a registration, or of its fee in a year."""

    sor_id: str
    registration_id: UUID
    fee_year: int | None
    by_state: str
    by_topics: str


@message
class Flow(Message):
    """The whole view."""

    at: Instant
    types: tuple[str, ...]
    hours: tuple[Hour, ...]
    days: tuple[DayOfFlow, ...]
    total: tuple[int, ...]
    is_compared: bool
    """Whether everything has been read, so that state and topics can be compared."""
    registrations_compared: int
    fees_compared: int
    differences: tuple[Difference, ...]


def flow_of(follower: Follower) -> Flow:
    """The view of this moment."""
    at, side = follower.clock.now(), follower.side
    compared = side.reconciliation.compared()
    return Flow(
        at=at,
        types=SHOWN,
        hours=tuple(Hour(begins=begins, sent=_row(sent)) for begins, sent in side.flow.by_hour(at, _HOURS)),
        days=tuple(DayOfFlow(day=day, sent=_row(sent)) for day, sent in side.flow.by_day(danish_date(at), _DAYS)),
        total=_row(side.flow.total()),
        is_compared=follower.is_complete,
        registrations_compared=compared.registrations,
        fees_compared=compared.fees,
        differences=tuple(Difference(**asdict(each)) for each in follower.differences),
    )


def _row(sent: Counter[str]) -> tuple[int, ...]:
    return tuple(sent[ce_type] for ce_type in SHOWN)
