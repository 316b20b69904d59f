"""What is due of a unit, and when: a closure, a departure, a new number (R4, R5, R25, R28). Never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from workers.closures.announced import closure_due_at
from workers.closures.departures import departure_due_at
from workers.fees.ledger import waits_until
from workers.registrations.succession import succession_of
from workers.tree.due import Due, Matter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from workers.tree.draft import Draft
    from workers.tree.state import Node


def upcoming(draft: Draft, node: Node) -> Iterator[Due]:
    """Yield what is due of the unit now or later: level-triggered, "due and not yet done"."""
    if (at := closure_due_at(draft, node)) is not None:
        yield Due(at, Matter.CLOSURE, node.sor_id)
    if (at := departure_due_at(node)) is not None:
        yield Due(at, Matter.DEPARTURE, node.sor_id)
    if (at := _succession_due_at(draft, node)) is not None:
        yield Due(at, Matter.SUCCESSION, node.sor_id)


def due_at(draft: Draft, node: Node, matter: Matter) -> datetime | None:
    """The instant at which that matter wants to take effect for the unit, or None."""
    if matter is Matter.CLOSURE:
        return closure_due_at(draft, node)
    if matter is Matter.DEPARTURE:
        return departure_due_at(node)
    if matter is Matter.SUCCESSION:
        return _succession_due_at(draft, node)
    assert_never(matter)


def _succession_due_at(draft: Draft, node: Node) -> datetime | None:
    if node.closed is not None or node.has_moved or node.entity is None or not node.entity.is_treatment_place:
        return None
    succession = succession_of(draft, node)
    return succession.effective_at if succession is not None else None


def instants_of(coming: Iterable[Due], nodes: Iterable[Node]) -> Iterator[datetime]:
    """Yield when the units want to be looked at: what is `coming`, and when a fee waits no longer for CVR (R38)."""
    yield from (due.at for due in coming)
    yield from (impatient for node in nodes if (impatient := waits_until(node)) is not None)
