"""Which announced closure ends a unit, and when: its own, or one above it (R22, R23, R25)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.danish_time import danish_date, effective_after
from workers.tree.state import Registered

if TYPE_CHECKING:
    from datetime import date, datetime

    from contracts.identifiers import SorId
    from contracts.sor_entities import SorType
    from workers.tree.draft import Draft
    from workers.tree.state import Announcement, Node


@dataclass(frozen=True, slots=True)
class Closing:
    """The closure that will end, or has ended, a unit: whose it is and what was announced."""

    by: SorId
    by_type: SorType
    announcement: Announcement

    @property
    def last_day(self) -> date:
        """The last day the unit is open (R9)."""
        return self.announcement.last_day

    @property
    def effective_at(self) -> datetime:
        """00:00 in Copenhagen on the day after (R25)."""
        return effective_after(self.last_day)

    @property
    def taken_on(self) -> date:
        """The Danish day on which it is both announced and due."""
        return danish_date(max(self.effective_at, self.announcement.registered_at))


def closing_of(draft: Draft, node: Node) -> Closing | None:
    """The earliest closure on the unit's way up to its owner; None when nothing is announced.

    A child keeps an *earlier* day of its own (R23); on the same day the closure above it counts, the owner's first.
    Recomputed from the tree each time, so undoing the company's closure undoes what it caused and nothing else (R24).
    """
    earliest: Closing | None = None
    current: Node | None = node
    seen: set[SorId] = set()
    while current is not None and current.entity is not None and current.sor_id not in seen:
        seen.add(current.sor_id)
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
    if node.entity is None or node.has_moved or draft.path(node.entity) is None:
        return None
    if node.closed is not None and not isinstance(node.standing, Registered):
        return None
    closing = closing_of(draft, node)
    return closing.effective_at if closing is not None else None
