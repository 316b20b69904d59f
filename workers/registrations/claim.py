"""What a place's self-registration counts for today: places leave the register, and messages come in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workers.tree.state import Deregistered

if TYPE_CHECKING:
    from contracts.self_registrations import SelfRegistered
    from workers.tree.state import Node

Claim = Literal["none", "live", "late", "ended"]
"""``live``: a registered place (R16). ``late``: it was registered in time but is heard of after the place left the
register, so it is registered and deregistered at once, and its fee settled. ``ended``: the place has left and stays
out until it registers anew (R28, R46). ``none``: there is no self-registration."""


def claim_of(node: Node) -> Claim:
    """What the unit's newest self-registration counts for."""
    said = node.self_registration
    if said is None:
        return "none"
    after_departures = _after_departures(node, said)
    if node.closed is None or after_departures == "ended":
        return after_departures
    if isinstance(node.standing, Deregistered) and node.standing.cause in {"closure", "company-closure"}:
        return "ended"
    return "late" if said.registered_on < node.closed.taken_on else "ended"


def _after_departures(node: Node, said: SelfRegistered) -> Claim:
    claim: Claim = "live"
    for departure in node.notices.departures:
        if departure.is_now != "taken":
            continue
        if departure.ended is not None and said.registered_on <= departure.ended:
            return "ended"
        if said.registered_on < departure.effective_on:
            claim = "late"
    return claim
