"""``dk.bsr.deregistration.effective.v1`` and ``dk.sor.deletion.requested.v1``: places that leave a register."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from contracts.explanations import Explanation
from contracts.identifiers import SorId
from contracts.wire import CivilDate, Instant, Message, message

DeregistrationCause = Literal[
    "closure", "company-closure", "new-cvr", "new-p-number", "stps-decision", "deletion-request"
]


@message
class DeregistrationEffective(Message):
    """A registration ended. Emitted once, never before `effective_at` (R25, R26, R27)."""

    registration_id: UUID
    sor_id: SorId
    owner_sor_id: SorId
    last_day: CivilDate
    effective_at: Instant
    cause: DeregistrationCause
    caused_by_sor_id: SorId
    backdated: bool
    days_late: int
    successor_registration_id: UUID | None
    explanation: Explanation | None = None


@message
class SorDeletionRequested(Message):
    """SDS is told that a place asks to be deleted in SOR; only SDS changes SOR (R45)."""

    sor_id: SorId
    reference_number: str
    requested_on: CivilDate
    reason: str | None
    explanation: Explanation | None = None
