"""A new CVR number, or a public place's new P number, is a new place: the old one ends, the new one begins (R4–R6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from contracts.danish_time import danish_date, start_of_day
from workers.fees.ledger import Question, ask
from workers.registrations.identity import identify, is_public
from workers.registrations.leaving import Leaving, deregister, withdraw
from workers.tree.inheritance import resolve
from workers.tree.state import Forwarded, Registered, Renumbering, Superseded, Telling

if TYPE_CHECKING:
    from datetime import date, datetime

    from contracts.identifiers import SorId
    from contracts.sor_entities import EntityChanged
    from contracts.tariffs import TariffTable
    from workers.effects import Send
    from workers.tree.draft import Draft
    from workers.tree.state import Identity, Node

NewNumber = Literal["new-cvr", "new-p-number"]


@dataclass(frozen=True, slots=True)
class Succession:
    """One registration gives way to another: from which day, and which unit's version brought it."""

    old: Identity
    new: Identity
    by: SorId
    since: Renumbering

    @property
    def cause(self) -> NewNumber:
        """R4 before R5: with a new CVR it does not matter whether the P number is new as well."""
        return "new-cvr" if self.old.cvr != self.new.cvr else "new-p-number"

    @property
    def last_day(self) -> date:
        """The last day of the old registration."""
        return self.since.on - timedelta(days=1)

    @property
    def effective_at(self) -> datetime:
        """The instant from which the new numbers count."""
        return start_of_day(self.since.on)


def renumbered(node: Node, change: EntityChanged, event_id: str, now: datetime) -> tuple[Renumbering, ...]:
    """Note what number or place in the tree `change` brings anew, and from which day.

    That day is the version's `from_date`; one that did not move since the version before tells nothing, and then it
    is the day on which the change became known [D].
    """
    known = node.entity
    if known is None:
        return node.renumberings
    changed = _changed(known, change)
    if not changed:
        return node.renumberings
    on = change.from_date if change.from_date > known.from_date else danish_date(now)
    fresh = (Renumbering(what, on, change.registered_at, event_id, change.version, now) for what in changed)
    return (*(each for each in node.renumberings if each.what not in changed), *fresh)


def _changed(known: EntityChanged, change: EntityChanged) -> list[Telling]:
    changed: list[Telling] = []
    if known.cvr != change.cvr:
        changed.append("cvr")
    if known.p_number != change.p_number:
        changed.append("p-number")
    if known.parent_sor_id != change.parent_sor_id:
        changed.append("place")
    if known.owner_type != change.owner_type:
        changed.append("owner-type")
    if known.moved_to_owner_sor_id != change.moved_to_owner_sor_id:
        changed.append("owner")
    return changed


def succession_of(draft: Draft, node: Node) -> Succession | None:
    """The registration that follows the one BSR holds, if the numbers have changed; also when their day is to come.

    Of several versions that made the difference the one with the latest day counts.
    """
    if node.entity is None or not isinstance(node.standing, Forwarded | Registered):
        return None
    path, above = draft.path(node.entity), draft.above(node.entity)
    if path is None or above is None:
        return None
    changes = _changes(node.entity, (*above, node))
    old = node.standing.identity
    # Where a clock went back nothing seems to have come after the registration; but something made the difference.
    recent = [(each, entity) for each, entity in changes if each.noted_at >= old.since] or changes
    if not recent:
        return None
    new = identify(node.sor_id, resolve(node.entity, path), old.since, old)
    if new.registration_id == old.registration_id:
        return None
    telling = [(each, entity) for each, entity in recent if each.what in _telling(old, new)] or recent
    # Nothing that is so here began before the unit came here.
    has_come = node.moved_here_by is not None
    arrival = [(each, step) for each, step in changes if has_come and each.what == "owner" and step is node.entity]
    since, entity = max(telling + arrival, key=lambda each: each[0].on)
    return Succession(old, new, entity.sor_id, since)


def _changes(entity: EntityChanged, way: tuple[Node, ...]) -> list[tuple[Renumbering, EntityChanged]]:
    """What has changed on the unit's way up. Another unit's move to this owner changes nothing for those below it."""
    return [
        (change, step.entity)
        for step in way
        if step.renumberings and step.entity is not None
        for change in step.renumberings
        if change.what != "owner" or step.entity is entity or step is way[0]
    ]


def _telling(old: Identity, new: Identity) -> set[Telling]:
    """The kinds of change that can have made this difference; a move to another owner can make any."""
    kinds: set[Telling] = {"owner"}
    if old.cvr != new.cvr:
        kinds.add("cvr")
    if old.p_number != new.p_number:
        kinds.add("owner-type")
    if old.p_number != new.p_number and is_public(new.owner_type):
        kinds |= {"p-number", "place"}
    return kinds


def end_the_old(draft: Draft, node: Node, succession: Succession, tariffs: TariffTable, now: datetime) -> list[Send]:
    """End the registration that gives way, before its successor is forwarded: both owe the year's fee (R4, R5)."""
    event_id, rule = succession.since.event_id, "R4" if succession.cause == "new-cvr" else "R5"
    brought_by = (succession.by, succession.since.version)
    if not isinstance(node.standing, Registered):
        gave_way = Superseded(succession.old, succession.last_day)
        node = replace(node, superseded=(*node.superseded, gave_way))
        return withdraw(draft, node, "superseded", rule, event_id, *brought_by)
    noted_on = danish_date(succession.since.registered_at)
    leaving = Leaving(
        cause=succession.cause,
        last_day=succession.last_day,
        by=succession.by,
        noted_on=noted_on,
        is_backdated=noted_on > succession.since.on,
        rules=(rule, "R6", "R27"),
        event_id=event_id,
        successor=succession.new.registration_id,
        distinct=brought_by,
    )
    last_day, said = leaving.last_day, node.self_registration
    question = Question(succession.old, last_day.year, succession.cause, said, event_id, last_day)
    ended = deregister(draft, node, node.standing, leaving)
    return [ended, *ask(draft, question, tariffs, now)]
