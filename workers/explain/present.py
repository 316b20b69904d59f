"""How a unit stands: with BSR, what is due of it and when, what it waits for, and what does not happen (R13, R25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.danish_time import danish_date
from workers.closures.announced import closing_of
from workers.closures.departures import next_departure
from workers.decide import wakes_of
from workers.explain.absences import absences_of
from workers.explain.story import Coming, Fact, ParkedFee, Present, Standing, Unit, Wait
from workers.fees.ledger import waits_until
from workers.registrations.succession import succession_of
from workers.tree.draft import Draft
from workers.tree.due import Due, Matter
from workers.tree.inheritance import Effective, resolve
from workers.tree.state import Deregistered, OwnerState, Parked, Registered, Unforwarded, Withdrawn
from workers.tree.waiting import Waiting, waiting_in
from workers.upcoming import upcoming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from contracts.identifiers import SorId
    from workers.stream.world import World
    from workers.tree.state import Node


def home_of(world: World, sor_id: SorId) -> OwnerState | None:
    """The owner who speaks for the unit: the one it has not moved away from, and of several the latest told."""
    states = [state for state in world.owners.values() if sor_id in state.nodes or sor_id in state.children]

    def claim(state: OwnerState) -> tuple[bool, int]:
        node = Draft(state).node(sor_id)
        return node.entity is not None and not node.has_moved, node.entity.version if node.entity is not None else -1

    return max(states, key=claim, default=None)


def present_of(world: World, owner: OwnerState, sor_id: SorId, as_of: datetime) -> Present:
    """How the unit stands under `owner` at `as_of`, as the world holds it."""
    draft = Draft(owner)
    node = draft.node(sor_id)
    effective = effective_of(draft, node)
    numbers = {number for number in (effective.cvr, effective.p_number) if number} if effective else set()
    knowing = [state for state in world.owners.values() if sor_id in state.nodes]  # a moved unit's old owner as well
    waits = [each for state in knowing for each in waiting_in(state) if _is_of(each, sor_id, numbers)]
    return Present(
        unit=_unit(draft, node, effective),
        standing=_standing(node),
        coming=tuple(sorted(_coming(world, draft, node), key=lambda each: each.at)),
        waits=tuple(Wait(reason=each.reason, about=each.about) for each in waits),
        parked=tuple(
            ParkedFee(fee_year=each.fee_year, occasion=each.occasion, asked_at=each.asked_at)
            for each in node.ledger
            if isinstance(each, Parked)
        ),
        absences=tuple(absences_of(draft, node, effective, danish_date(as_of).year)),
        facts=tuple(_facts(draft, sorted(numbers))),
        looked_at_next=min(wakes_of(owner, world.tariffs, as_of), default=None),
    )


def _is_of(waiting: Waiting, sor_id: SorId, numbers: AbstractSet[str]) -> bool:
    return waiting.sor_id == sor_id or (waiting.reason == "cvr" and waiting.about in numbers)


def effective_of(draft: Draft, node: Node) -> Effective | None:
    """What the unit has from above; None while its way up is not whole (R13)."""
    path = draft.path(node.entity) if node.entity is not None else None
    return resolve(node.entity, path) if node.entity is not None and path is not None else None


def _unit(draft: Draft, node: Node, effective: Effective | None) -> Unit:
    entity = node.entity
    if entity is None:
        return Unit(sor_id=node.sor_id, owner_sor_id=draft.owner)
    below = (draft.node(each).entity for each in draft.subtree(node.sor_id)[1:])
    is_person = entity.sor_type == "OE" and not entity.is_treatment_place
    return Unit(
        sor_id=node.sor_id,
        owner_sor_id=draft.owner,
        name=None if is_person else entity.name,
        sor_type=entity.sor_type,
        parent_sor_id=entity.parent_sor_id,
        owner_type=effective.owner_type if effective is not None else None,
        is_treatment_place=entity.is_treatment_place,
        cvr=effective.cvr if effective is not None else None,
        p_number=effective.p_number if effective is not None else None,
        version=entity.version,
        treatment_places_below=sum(1 for each in below if each is not None and each.is_treatment_place),
    )


def _standing(node: Node) -> Standing:
    standing = node.standing
    return Standing(
        is_now=standing.kind,
        registration_id=None if isinstance(standing, Unforwarded) else standing.identity.registration_id,
        last_day=standing.last_day if isinstance(standing, Deregistered) else None,
        cause=standing.cause if isinstance(standing, Deregistered) else None,
        reason=standing.reason if isinstance(standing, Withdrawn) else None,
    )


def _coming(world: World, draft: Draft, node: Node) -> Iterator[Coming]:
    yield from (_due(draft, node, due) for due in upcoming(draft, node))
    patience = waits_until(node)
    if patience is not None:
        yield Coming(at=patience, matter="fee-patience")
    if isinstance(node.standing, Registered):
        for run in world.fee_runs:
            if run.is_waiting and not run.has_passed(draft.owner):
                yield Coming(at=run.at, matter="yearly-run", fee_year=run.fee_year)


def _due(draft: Draft, node: Node, due: Due) -> Coming:
    closing, departure, succession = closing_of(draft, node), next_departure(node), succession_of(draft, node)
    if due.matter is Matter.CLOSURE and closing is not None:
        is_company = closing.by_type == "IE"
        return Coming(
            at=due.at,
            matter="company-closure" if is_company else "closure",
            last_day=closing.last_day,
            by=closing.by,
        )
    if due.matter is Matter.SUCCESSION and succession is not None:
        return Coming(at=due.at, matter=succession.cause, last_day=succession.last_day, by=succession.by)
    if departure is None:
        raise AssertionError("what is due of a unit is a closure, a departure or a new number")
    return Coming(at=due.at, matter="departure", by=node.sor_id)


def _facts(draft: Draft, numbers: list[str]) -> Iterator[Fact]:
    for number in numbers:
        entry = draft.number(number)
        answer = entry.answer if entry is not None else None
        if answer is None or answer.fact.kind == "unavailable":  # which is no answer, and never kept as one
            continue
        fact = answer.fact
        status = fact.status if isinstance(fact, CompanyFact | ProductionUnitFact) else None
        yield Fact(number=number, said=fact.kind, status=status, fetched_at=answer.fetched_at)
