"""What waits, and for what: nothing is lost for arriving in the wrong order, and it shows (R13, R20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from workers.tree.draft import Draft
from workers.tree.state import Forwarded, Parked, Registered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.identifiers import SorId
    from workers.tree.state import Node, OwnerState


Reason = Literal["only-self-registered", "only-noticed", "moved-here", "ancestor", "circle", "tariff", "cvr"]

_WORDS: Final[Mapping[Reason, str]] = {
    "only-self-registered": "SOR's own message on the unit, so far only its self-registration has come (R13)",
    "only-noticed": "SOR's own message on the unit, so far only a notice from STPS has come (R13)",
    "moved-here": "SOR's message on the unit under {about}, where it has moved to (R13)",
    "ancestor": "its ancestor {about} (R13)",
    "circle": "parents that do not form a circle (R13); ask the SOR office",
    "tariff": "a tariff for {about} (R32)",
    "cvr": "CVR's answer on {about} (R20)",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unit and what it waits for; `about` is the SOR-id, the year or the number that is missing."""

    sor_id: SorId
    owner_sor_id: SorId
    reason: Reason
    about: str = ""

    @property
    def kind(self) -> Literal["sor", "tariff", "cvr"]:
        """Who could end the waiting."""
        return self.reason if self.reason in {"tariff", "cvr"} else "sor"

    @property
    def waits_for(self) -> str:
        """The same in words an operator can act on."""
        return _WORDS[self.reason].format(about=self.about)


def waiting_in(state: OwnerState) -> Iterator[Waiting]:
    """Yield the units of one owner that wait: for a parent, for themselves, for a fee table, for CVR."""
    draft = Draft(state)
    for node in state.nodes.values():
        missing = _missing(draft, node)
        if missing is not None:
            yield Waiting(node.sor_id, state.owner, *missing)
        years = {entry.fee_year for entry in node.ledger if isinstance(entry, Parked) and entry.not_after is None}
        for year in sorted(years):
            yield Waiting(node.sor_id, state.owner, "tariff", str(year))
    for number, entry in state.numbers.items():
        if entry.answer is None:
            yield Waiting(entry.wanted_by[0], state.owner, "cvr", number)


def _heard_of(node: Node) -> tuple[Reason] | None:
    """A unit SOR has not told of; one that another unit replaces or that is only notified of waits for nothing."""
    if node.self_registration is not None:
        return ("only-self-registered",)
    to_come = any(each.is_now == "to-come" for each in node.notices.departures)
    return ("only-noticed",) if to_come else None


def _missing(draft: Draft, node: Node) -> tuple[Reason] | tuple[Reason, str] | None:
    if (node.entity is None or node.has_moved) and isinstance(node.standing, Forwarded | Registered):
        return "moved-here", draft.owner
    if node.entity is None:
        return _heard_of(node)
    if not node.entity.is_treatment_place or node.closed is not None or draft.path(node.entity) is not None:
        return None
    parent, seen = node.entity.parent_sor_id, {node.sor_id}
    while parent is not None and parent not in seen:
        seen.add(parent)
        entity = draft.node(parent).entity
        if entity is None:
            return "ancestor", parent
        parent = entity.parent_sor_id
    return ("circle",)
