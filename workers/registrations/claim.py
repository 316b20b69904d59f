"""What a place's self-registration counts for today: places leave the register, and messages come in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.tree.state import Deregistered, Forwarded

if TYPE_CHECKING:
    from contracts.self_registrations import SelfRegistered
    from workers.tree.state import Identity, Node


def has_left(node: Node) -> bool:
    """Whether a departure has ended what the place says of itself: it stays out until it registers anew (R28, R46)."""
    said = node.self_registration
    return said is not None and any(
        departure.ended is not None and said.registered_on <= departure.ended for departure in node.notices.departures
    )


def _has_missed_a_departure(node: Node, said: SelfRegistered) -> bool:
    """Whether a departure has passed the place by, for what it `said` had not been heard yet."""
    return any(each.is_now == "taken" and said.registered_on < each.effective_on for each in node.notices.departures)


def registered_before(node: Node) -> Identity | None:
    """The registration that the place had made its own before the numbers changed, though that is heard only now (R13).

    Of several that it may have been the earliest; None where it is what BSR waits with, or has left meanwhile (R28).
    """
    said = node.self_registration
    if said is None or not isinstance(node.standing, Forwarded) or _has_missed_a_departure(node, said):
        return None
    in_time = (each.identity for each in node.superseded if said.registered_on <= each.last_day)
    earliest = next(in_time, node.standing.identity)
    return earliest if earliest.registration_id != node.standing.identity.registration_id else None


def is_late(node: Node) -> bool:
    """Whether the closed place had registered in time, but is heard of only now.

    It is registered and deregistered at once, and its fee settled.
    """
    said = node.self_registration
    if said is None or node.closed is None:
        return False
    if isinstance(node.standing, Deregistered) and node.standing.cause in {"closure", "company-closure"}:
        return False
    return said.registered_on < node.closed.taken_on
