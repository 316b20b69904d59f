"""What waits, and for what: nothing is lost for arriving in the wrong order, and it shows (R13, R20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workers.tree.draft import Draft
from workers.tree.state import Forwarded, Parked, Registered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.identifiers import SorId
    from workers.tree.state import Node, OwnerState


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unit and what it waits for, in words an operator can act on."""

    sor_id: SorId
    owner_sor_id: SorId
    kind: Literal["sor", "tariff", "cvr"]
    waits_for: str


def waiting_in(state: OwnerState) -> Iterator[Waiting]:
    """Yield the units of one owner that wait: for a parent, for themselves, for a fee table, for CVR."""
    draft = Draft(state)
    for node in state.nodes.values():
        missing = _missing(draft, node)
        if missing is not None:
            yield Waiting(node.sor_id, state.owner, "sor", missing)
        years = {entry.fee_year for entry in node.ledger if isinstance(entry, Parked) and entry.not_after is None}
        for year in sorted(years):
            yield Waiting(node.sor_id, state.owner, "tariff", f"a tariff for {year} (R32)")
    for number, entry in state.numbers.items():
        if entry.answer is None:
            yield Waiting(entry.wanted_by[0], state.owner, "cvr", f"CVR's answer on {number} (R20)")


def _heard_of(node: Node) -> str | None:
    """A unit SOR has not told of; one that another unit replaces or that is only notified of waits for nothing."""
    if node.self_registration is not None:
        return "SOR's own message on the unit, so far only its self-registration has come (R13)"
    to_come = any(each.is_now == "to-come" for each in node.notices.departures)
    return "SOR's own message on the unit, so far only a notice from STPS has come (R13)" if to_come else None


def _missing(draft: Draft, node: Node) -> str | None:
    if (node.entity is None or node.has_moved) and isinstance(node.standing, Forwarded | Registered):
        return f"SOR's message on the unit under {draft.owner}, where it has moved to (R13)"
    if node.entity is None:
        return _heard_of(node)
    if not node.entity.is_treatment_place or node.closed is not None or draft.path(node.entity) is not None:
        return None
    parent, seen = node.entity.parent_sor_id, {node.sor_id}
    while parent is not None and parent not in seen:
        seen.add(parent)
        entity = draft.node(parent).entity
        if entity is None:
            return f"its ancestor {parent} (R13)"
        parent = entity.parent_sor_id
    return "parents that do not form a circle (R13); ask the SOR office"
