"""Which notification of exemption is in force for a place in a year (R44, R46)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workers.tree.state import Exemption

if TYPE_CHECKING:
    from contracts.notices import ExemptionNotified
    from contracts.self_registrations import SelfRegistered
    from workers.tree.draft import Draft
    from workers.tree.state import Node


def exemption_of(notice: ExemptionNotified) -> Exemption:
    """What the notification claims."""
    until = notice.event.to if notice.event is not None else None
    return Exemption(notice.kind, notice.notified_on, until)


def with_exemption(node: Node, exemption: Exemption) -> Node:
    """Note it beside those before it."""
    return replace(node, notices=replace(node.notices, exemptions=(*node.notices.exemptions, exemption)))


def is_exempt(draft: Draft, node: Node, fee_year: int) -> bool:
    """Whether the unit, or its owner for all its units, has notified an exemption that covers the year."""
    own = node.notices.exemptions
    owners = draft.node(draft.owner).notices.exemptions if node.sor_id != draft.owner else ()
    return any(_covers(each, fee_year, node.self_registration) for each in (*own, *owners))


def _covers(exemption: Exemption, fee_year: int, said: SelfRegistered | None) -> bool:
    if fee_year < exemption.notified_on.year or (exemption.until is not None and fee_year > exemption.until.year):
        return False
    if said is None:
        return True
    if exemption.kind == "low-turnover" and said.cosmetic:
        return False  # a cosmetic place must register whatever the turnover (R34)
    return said.registered_on <= exemption.notified_on  # one that registers later has ended its exemption (R46)
