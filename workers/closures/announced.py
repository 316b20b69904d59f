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
    Where the way up is not whole (`Draft.above`), nothing above the unit counts (R13).
    """
    if node.closed is not None or node.entity is None:
        return node.closed
    return _earliest(*(draft.above(node.entity) or ()), node)


def _earliest(*way: Node) -> Closing | None:
    """Of those announced on the way down; on one day the first: the owner's."""
    earliest: Closing | None = None
    for each in way:
        announced, entity = each.announcement, each.entity
        if (
            announced is not None
            and entity is not None
            and (earliest is None or announced.last_day < earliest.last_day)
        ):
            earliest = Closing(each.sor_id, entity.sor_type, announced)
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
    above = draft.above(node.entity)
    if above is None:
        return None
    closing = node.closed or _earliest(*above, node)  # as `closing_of`, with the way up in hand
    return closing.effective_at if closing is not None else None
