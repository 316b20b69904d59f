"""What is due of a unit, and when: a closure, a departure, a new number (R4, R5, R25, R28). Never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    closure = closure_due_at(draft, node)
    if closure is not None:
        yield Due(closure, Matter.CLOSURE, node.sor_id)
    departure = departure_due_at(node)
    if departure is not None:
        yield Due(departure, Matter.DEPARTURE, node.sor_id)
    succession = succession_of(draft, node) if node.closed is None and not node.has_moved else None
    if succession is not None and node.entity is not None and node.entity.is_treatment_place:
        yield Due(succession.effective_at, Matter.SUCCESSION, node.sor_id)


def instants_of(coming: Iterable[Due], nodes: Iterable[Node]) -> Iterator[datetime]:
    """Yield when the units want to be looked at: what is `coming`, and when a fee waits no longer for CVR (R38)."""
    yield from (due.at for due in coming)
    yield from (impatient for node in nodes if (impatient := waits_until(node)) is not None)
