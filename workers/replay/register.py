"""What Sorbro holds of the units at an instant: their standing in BSR, their closures, fees, and what they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workers.closures.announced import closing_of
from workers.tree.draft import Draft
from workers.tree.state import Deregistered, NotDue, Withdrawn
from workers.tree.waiting import waiting_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workers.tree.state import LedgerEntry, Node, OwnerState, Standing


@dataclass(frozen=True, slots=True)
class Fee:
    """How one fee question stands: the year, the occasion, and the answer."""

    year: int
    occasion: str
    answer: str


@dataclass(frozen=True, slots=True)
class Place:
    """One unit, by its SOR-id alone; nothing here is personal (R49)."""

    sor_id: str
    owner_sor_id: str
    sor_type: str | None
    sor_version: int | None
    is_treatment_place: bool
    standing: str
    closes_on: date | None
    """The last day, announced or past."""
    fees: tuple[Fee, ...]
    waits_for: tuple[str, ...]


def places_in(states: Iterable[OwnerState]) -> Iterator[Place]:
    """Yield the units, owner by owner in the order of their SOR-ids."""
    for state in sorted(states, key=lambda each: each.owner):
        draft = Draft(state)
        waits = [(each.sor_id, each.waits_for) for each in waiting_in(state)]
        for node in sorted(state.nodes.values(), key=lambda each: each.sor_id):
            yield _place(draft, node, tuple(what for sor_id, what in waits if sor_id == node.sor_id))


def _place(draft: Draft, node: Node, waits: tuple[str, ...]) -> Place:
    entity = node.entity
    has_way_up = entity is not None and draft.path(entity) is not None  # else it might go round in a circle (R13)
    closing = closing_of(draft, node) if has_way_up else node.closed
    return Place(
        sor_id=node.sor_id,
        owner_sor_id=draft.owner,
        sor_type=entity.sor_type if entity is not None else None,
        sor_version=entity.version if entity is not None else None,
        is_treatment_place=entity is not None and entity.is_treatment_place,
        standing=_standing(node.standing),
        closes_on=closing.last_day if closing is not None else None,
        fees=tuple(Fee(each.fee_year, each.occasion, _answer(each)) for each in node.ledger),
        waits_for=waits,
    )


def _standing(standing: Standing) -> str:
    if isinstance(standing, Withdrawn):
        return f"{standing.kind} ({standing.reason})"
    if isinstance(standing, Deregistered):
        return f"{standing.kind} ({standing.cause})"
    return standing.kind


def _answer(entry: LedgerEntry) -> str:
    return f"{entry.kind} ({entry.reason})" if isinstance(entry, NotDue) else entry.kind
