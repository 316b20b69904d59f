"""A place leaves BSR: deregistered if it was registered, withdrawn if it never was (R14, R25, R27, R29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.danish_time import effective_after
from contracts.deregistrations import DeregistrationEffective
from contracts.registrations import RegistrationWithdrawn
from workers.effects import Send, effect_id
from workers.explanation import explain
from workers.tree.state import Deregistered, Forwarded, Registered, Withdrawn

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from contracts.deregistrations import DeregistrationCause
    from contracts.identifiers import SorId
    from contracts.registrations import WithdrawalReason
    from workers.tree.draft import Draft
    from workers.tree.state import Node

_DAYS_TO_DEREGISTER: Final = timedelta(days=14)


class Leaving(NamedTuple):
    """Why and when a registration ends. `noted_on` is the Danish day on which somebody registered that it would."""

    cause: DeregistrationCause
    last_day: date
    by: SorId
    noted_on: date
    is_backdated: bool
    rules: tuple[str, ...]
    event_id: str
    successor: UUID | None = None
    distinct: tuple[object, ...] = ()
    """What tells two endings of one registration at one instant apart, where that can be."""


def deregister(draft: Draft, node: Node, standing: Registered, leaving: Leaving) -> Send:
    """End the registration. Due within two weeks of the last day (R27): days over are stated."""
    identity, effective_at = standing.identity, effective_after(leaving.last_day)
    draft.put(replace(node, standing=Deregistered(identity, leaving.last_day, leaving.cause)))
    late = leaving.noted_on - leaving.last_day - _DAYS_TO_DEREGISTER
    message = DeregistrationEffective(
        registration_id=identity.registration_id,
        sor_id=node.sor_id,
        owner_sor_id=draft.owner,
        last_day=leaving.last_day,
        effective_at=effective_at,
        cause=leaving.cause,
        caused_by_sor_id=leaving.by,
        backdated=leaving.is_backdated,
        days_late=max(0, late.days),
        successor_registration_id=leaving.successor,
        explanation=explain(draft, node, leaving.event_id, *leaving.rules),
    )
    send_id = effect_id("deregistration", identity.registration_id, effective_at.isoformat(), *leaving.distinct)
    return Send(message, send_id, node.sor_id, node.sor_id, leaving.event_id)


def withdraw(
    draft: Draft, node: Node, reason: WithdrawalReason, rule: str, event_id: str, *distinct: object
) -> list[Send]:
    """Take back what BSR holds of the unit; nothing if it holds nothing."""
    if not isinstance(node.standing, Forwarded | Registered):
        return []
    identity = node.standing.identity
    message = RegistrationWithdrawn(
        registration_id=identity.registration_id,
        sor_id=node.sor_id,
        reason=reason,
        explanation=explain(draft, node, event_id, rule),
    )
    draft.put(replace(node, standing=Withdrawn(identity, reason)))
    version = node.entity.version if node.entity is not None else None
    send_id = effect_id("registration-withdrawn", identity.registration_id, reason, version, *distinct)
    return [Send(message, send_id, node.sor_id, node.sor_id, event_id)]
