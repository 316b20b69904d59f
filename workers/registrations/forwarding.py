"""Reviewing one unit: BSR is to hold what it should, no more and no less (R12–R17, R20)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.registrations import RegistrationWithdrawn
from workers.closures.announced import closing_of
from workers.effects import Send, effect_id
from workers.enrichment.facts import findings_for
from workers.fees.ledger import Question, ask
from workers.fees.verdict import treated_by_end_of
from workers.registrations.identity import identify
from workers.registrations.record import build_record, digest_of
from workers.tree.inheritance import resolve
from workers.tree.state import Forwarded, Registered, Unforwarded, Withdrawn

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.registrations import WithdrawalReason
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import EntityChanged
    from contracts.tariffs import TariffTable
    from workers.enrichment.questions import Questions
    from workers.tree.draft import Draft
    from workers.tree.state import Identity, Node


def review(
    draft: Draft, sor_id: SorId, questions: Questions, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """Bring BSR up to date on one unit, and ask the fee question where it becomes registered by this."""
    node = draft.node(sor_id)
    if node.entity is None or node.closed is not None or node.has_moved:
        return []
    if not node.entity.is_treatment_place:
        return withdraw(draft, node, "not-a-treatment-place", event_id)
    path = draft.path(node.entity)
    if path is None or _over_before_it_began(draft, node, now):
        return []
    return _forward(draft, node, node.entity, path, questions, tariffs, now, event_id)


def withdraw(draft: Draft, node: Node, reason: WithdrawalReason, event_id: str) -> list[Send]:
    """Take back what BSR holds of the unit; nothing if it holds nothing (R14, R29)."""
    if not isinstance(node.standing, Forwarded | Registered):
        return []
    identity = node.standing.identity
    message = RegistrationWithdrawn(registration_id=identity.registration_id, sor_id=node.sor_id, reason=reason)
    draft.put(replace(node, standing=Withdrawn(identity, reason)))
    version = node.entity.version if node.entity is not None else None
    send_id = effect_id("registration-withdrawn", identity.registration_id, reason, version)
    return [Send(message, send_id, node.sor_id, node.sor_id, event_id)]


def _over_before_it_began(draft: Draft, node: Node, now: datetime) -> bool:
    """A unit first heard of after its closure, and never self-registered, was never BSR's business [D]."""
    if node.self_registration is not None or not isinstance(node.standing, Unforwarded):
        return False
    closing = closing_of(draft, node)
    return closing is not None and closing.effective_at <= now


def _forward(
    draft: Draft,
    node: Node,
    entity: EntityChanged,
    path: tuple[EntityChanged, ...],
    questions: Questions,
    tariffs: TariffTable,
    now: datetime,
    event_id: str,
) -> list[Send]:
    effective = resolve(entity, path)
    questions.want(effective)
    identity = identify(node.sor_id, effective)
    registration = node.self_registration
    record = build_record(
        entity,
        path,
        effective,
        identity,
        "awaiting-self-registration" if registration is None else "registered",
        closing_of(draft, node),
        findings_for(draft, entity, path, effective),
    )
    digest = digest_of(record)
    before = node.standing
    if isinstance(before, Forwarded | Registered) and before.digest == digest:
        return []
    standing = Forwarded(identity, digest) if registration is None else Registered(identity, digest)
    draft.put(replace(node, standing=standing))
    versions = (*(step.version for step in path), entity.version, registration.version if registration else None)
    send_id = effect_id("registration-forwarded", identity.registration_id, *versions, digest)
    sends = [Send(record, send_id, record.sor_id, record.sor_id, event_id)]
    if registration is not None and not isinstance(before, Registered):
        sends += _ask_on_registration(draft, identity, registration, tariffs, now, event_id)
    return sends


def _ask_on_registration(
    draft: Draft, identity: Identity, registration: SelfRegistered, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """Ask for the fee of the year of registration (R39), unless treatment only starts in a later year (R31)."""
    year = registration.registered_on.year
    if not treated_by_end_of(year, registration):
        return []
    return ask(draft, Question(identity, year, "registration", registration, event_id), tariffs, now)
