"""Reviewing one unit: BSR is to hold what it should, no more and no less (R4–R6, R12–R17, R20)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from workers.closures.announced import closing_of
from workers.effects import Send, effect_id
from workers.enrichment.facts import changes_of, findings_for
from workers.explanation import explain
from workers.fees.occasions import ask_after_exemption, ask_on_registration, ask_successor
from workers.registrations.claim import has_left, is_late, registered_before
from workers.registrations.identity import as_registered, identify
from workers.registrations.leaving import withdraw
from workers.registrations.record import build_record, digest_of, rules_of
from workers.registrations.succession import end_the_old, succession_of
from workers.tree.inheritance import resolve
from workers.tree.state import Deregistered, Forwarded, Registered, Unforwarded, Withdrawn

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.sor_entities import EntityChanged
    from contracts.tariffs import TariffTable
    from workers.enrichment.questions import Questions
    from workers.registrations.succession import Succession
    from workers.tree.draft import Draft
    from workers.tree.inheritance import Effective
    from workers.tree.state import Identity, Node


def review(
    draft: Draft, sor_id: SorId, questions: Questions, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """Bring BSR up to date on one unit, and ask the fee question where it becomes registered by this."""
    node = draft.node(sor_id)
    if node.entity is None or node.has_moved:
        return []
    if node.closed is not None and not is_late(node):
        return []
    if has_left(node):
        return withdraw(draft, node, "superseded", "R28", event_id)
    if not node.entity.is_treatment_place:
        return withdraw(draft, node, "not-a-treatment-place", "R14", event_id)
    path = draft.path(node.entity)
    if path is None or _over_before_it_began(draft, node, now):
        return []
    place = _Review(draft, node, node.entity, path, event_id, now)
    before = registered_before(node)
    if before is None or succession_of(draft, node) is not None:
        return place.bring_up_to_date(questions, tariffs)
    sends = place.register_as(before, tariffs)
    return sends + place._replace(node=draft.node(sor_id)).bring_up_to_date(questions, tariffs)


def _over_before_it_began(draft: Draft, node: Node, now: datetime) -> bool:
    """A unit first heard of after its closure, and not registered in time, was never BSR's business [D]."""
    if not isinstance(node.standing, Unforwarded):
        return False
    closing = closing_of(draft, node)
    if closing is None or closing.effective_at > now:
        return False
    return node.self_registration is None or node.self_registration.registered_on >= closing.taken_on


class _Review(NamedTuple):
    """One treatment place with its way up to the owner, under review because of one event."""

    draft: Draft
    node: Node
    entity: EntityChanged
    path: tuple[EntityChanged, ...]
    event_id: str
    now: datetime

    def register_as(self, identity: Identity, tariffs: TariffTable) -> list[Send]:
        """The place becomes what it registered as; what follows from the change since is settled next (R4, R13)."""
        forwarded = self._forward(as_registered(resolve(self.entity, self.path), identity), identity, None)
        asked = ask_on_registration(self.draft, identity, tariffs, self.now, self.event_id)
        return [forwarded, *asked] if forwarded is not None else asked

    def bring_up_to_date(self, questions: Questions, tariffs: TariffTable) -> list[Send]:
        """End a registration that has a successor, forward what differs, and ask what is owed for it."""
        effective = resolve(self.entity, self.path)
        held = self.node.standing
        known = held.identity if isinstance(held, Forwarded | Registered) else None
        identity = identify(self.node.sor_id, effective, known.since if known is not None else self.now, known)
        succession = succession_of(self.draft, self.node)
        sends: list[Send] = []
        if self.node.closed is not None and isinstance(held, Withdrawn | Deregistered):
            # Late: it never got beyond the identity it had, whatever numbers came after it had left (R6).
            effective, identity = as_registered(effective, held.identity), held.identity
        elif succession is not None and succession.effective_at > self.now:
            effective, identity = as_registered(effective, succession.old), succession.old
            succession = None
        elif succession is not None:
            sends = end_the_old(self.draft, self.node, succession, tariffs, self.now)
            identity = replace(identity, since=self.now)
        questions.want(effective)
        forwarded = self._forward(effective, identity, succession)
        if forwarded is not None:
            sends.append(forwarded)
        if isinstance(self.draft.node(self.node.sor_id).standing, Registered):
            sends += self._ask(identity, succession, tariffs)
        return sends

    def _forward(self, effective: Effective, identity: Identity, succession: Succession | None) -> Send | None:
        """Forward the record if its content is not what BSR holds (R17)."""
        draft, node = self.draft, self.draft.node(self.node.sor_id)
        is_registered = node.self_registration is not None
        record = build_record(
            self.entity,
            self.path,
            effective,
            identity,
            "registered" if is_registered else "awaiting-self-registration",
            closing_of(draft, node),
            findings_for(draft, self.entity, self.path, effective),
        )
        digest = digest_of(record)
        if isinstance(node.standing, Forwarded | Registered) and node.standing.digest == digest:
            return None
        standing = Registered(identity, digest) if is_registered else Forwarded(identity, digest)
        draft.put(replace(node, standing=standing, superseded=() if is_registered else node.superseded))
        said = node.self_registration
        versions = (*(step.version for step in self.path), self.entity.version, said.version if said else None)
        after = (succession.old.registration_id,) if succession is not None else ()
        numbers = (effective.cvr, effective.p_number)
        turns = changes_of(draft, numbers)
        send_id = effect_id("registration-forwarded", identity.registration_id, *versions, digest, *after, *turns)
        why = explain(draft, node, self.event_id, *rules_of(record), numbers=numbers)
        record = replace(record, explanation=why)
        return Send(record, send_id, record.sor_id, record.sor_id, self.event_id)

    def _ask(self, identity: Identity, succession: Succession | None, tariffs: TariffTable) -> list[Send]:
        """Ask what is owed by a place that has become registered, or has ended an exemption by registering."""
        before = self.node.standing
        if succession is not None and isinstance(before, Registered):
            return ask_successor(
                self.draft, identity, succession.cause, succession.since.on, tariffs, self.now, self.event_id
            )
        if isinstance(before, Registered):
            return ask_after_exemption(self.draft, identity, tariffs, self.now, self.event_id)
        return ask_on_registration(self.draft, identity, tariffs, self.now, self.event_id)
