"""Which announced closure ends a unit, and when: its own, or one above it (R22, R23, R25)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.tree.state import Closing, Registered

if TYPE_CHECKING:
    from datetime import datetime

    from workers.tree.draft import Draft
    from workers.tree.state import Node


def closing_of(draft: Draft, node: Node) -> Closing | None:
    """The closure that has ended the unit, or else the earliest on its way up to its owner; None when there is none.

    A child keeps an *earlier* day of its own (R23); on the same day the closure above it counts, the owner's first.
    Recomputed from the tree each time, so undoing the company's closure undoes what it caused and nothing else (R24).
    Asked only of units whose way up is whole (`Draft.path`), so it goes round no circle (R13).
    """
    if node.closed is not None:
        return node.closed
    earliest: Closing | None = None
    current: Node | None = node
    while current is not None and current.entity is not None:
        announced = current.announcement
        if announced is not None and (earliest is None or announced.last_day <= earliest.last_day):
            earliest = Closing(current.sor_id, current.entity.sor_type, announced)
        parent = current.entity.parent_sor_id
        current = draft.node(parent) if parent is not None else None
    return earliest


def closure_due_at(draft: Draft, node: Node) -> datetime | None:
    """The instant the unit's closure wants to take effect, or None: level-triggered, "due and not yet done".

    While an ancestor is missing nothing is due: what the closure ends is not known yet (R13). A closed unit that has
    been registered since, late but in time, is due again.
    """
    if node.entity is None or node.has_moved:
        return None
    if node.closed is not None and not isinstance(node.standing, Registered):
        return None
    if draft.path(node.entity) is None:
        return None
    closing = closing_of(draft, node)
    return closing.effective_at if closing is not None else None
