"""Whether a new version may announce, move or undo a closure (R21, R24)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from contracts.danish_time import danish_date, effective_after
from workers.effects import Refusal
from workers.tree.state import Announcement

if TYPE_CHECKING:
    from contracts.sor_entities import EntityChanged
    from workers.tree.state import Node

_NOTICE: Final = timedelta(days=7)


def refuse_closure(node: Node, change: EntityChanged, now: datetime) -> Refusal | None:
    """Why the version's `to_date` cannot be accepted, or None.

    An edit that repeats the day already announced is never refused: its closure was accepted when it was made.
    """
    announced = node.announcement
    if announced is not None and change.to_date == announced.last_day:
        return None
    if announced is not None and (_has_taken_effect(node) or _is_past(node, announced, now)):
        return Refusal(
            "undo-after-effect",
            f"the closure took effect after {announced.last_day}; a closed unit is never reopened (R7, R24). "
            "A return is a new SOR-id",
        )
    if node.has_moved or (node.entity is None and change.version > 1):
        return None  # earlier versions never came here; one of them may have announced the closure in time
    if change.channel != "self-service" or change.to_date is None:
        return None
    earliest = danish_date(change.registered_at) + _NOTICE
    if change.to_date < earliest:
        return Refusal(
            "closure-too-early",
            f"self-service may close from {earliest} at the earliest, seven days after registration (R21). "
            "The SOR office may record any date",
        )
    return None


def _has_taken_effect(node: Node) -> bool:
    """Whether the unit's *own* closure closed it; one closed by its company has nothing of its own to undo."""
    return node.closed is not None and node.closed.by == node.sor_id


def _is_past(node: Node, announced: Announcement, now: datetime) -> bool:
    """Whether the day announced here has come. Where the unit moved on, the day was its new owner's to keep or undo."""
    return not node.has_moved and effective_after(announced.last_day) <= now


def announce(node: Node, change: EntityChanged, event_id: str) -> Announcement | None:
    """The unit's own closure once `change` holds: unchanged, new, moved, or (null) undone (R24)."""
    if change.to_date is None:
        return None
    if node.announcement is not None and node.announcement.last_day == change.to_date:
        return node.announcement
    return Announcement(change.to_date, change.registered_at, event_id)
