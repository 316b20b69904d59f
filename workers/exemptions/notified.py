"""Which notification of exemption is in force for a place in a year (R44, R46)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workers.tree.state import Exemption

if TYPE_CHECKING:
    from contracts.notices import ExemptionNotified
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import OwnerType
    from workers.tree.draft import Draft
    from workers.tree.state import FormerOwner, Node


def exemption_of(notice: ExemptionNotified) -> Exemption:
    """What the notification claims."""
    until = notice.event.to if notice.event is not None else None
    return Exemption(notice.kind, notice.notified_on, until)


def with_exemption(node: Node, exemption: Exemption) -> Node:
    """Note it beside those before it; one that is told again says nothing."""
    if exemption in node.notices.exemptions:
        return node
    return replace(node, notices=replace(node.notices, exemptions=(*node.notices.exemptions, exemption)))


def is_exempt(
    draft: Draft, node: Node, fee_year: int, owner_type: OwnerType | None, former_owner: FormerOwner | None = None
) -> bool:
    """Whether the unit, or its owner for all its units, has notified an exemption that covers the year.

    Asked of a registration that the unit came with, what its `former_owner` has notified counts.
    """
    said = node.self_registration
    owners = by_owner(draft, node) if former_owner is None else former_owner.exemptions
    notified = (*node.notices.exemptions, *owners)
    return any(_is_open_to(each, said, owner_type) and _covers(each, fee_year, said) for each in notified)


def has_ended_one(draft: Draft, node: Node, said: SelfRegistered) -> bool:
    """Whether the place, exempt until then, has registered anew by what it `said` (R46)."""
    notified = (*node.notices.exemptions, *by_owner(draft, node))
    return any(each.notified_on < said.registered_on for each in notified)


def by_owner(draft: Draft, node: Node) -> tuple[Exemption, ...]:
    """What the unit's owner has notified for all its places."""
    # A unit that SOR has not put under this owner yet is none of its places, though its dossier is here.
    if node.entity is None or node.sor_id == draft.owner:
        return ()
    # The place of an event is a place of its own: no notice of one frees the clinics of whoever arranges it.
    notified = draft.node(draft.owner).notices.exemptions
    return tuple(each for each in notified if each.kind != "temporary-event")


def _is_open_to(exemption: Exemption, said: SelfRegistered | None, owner_type: OwnerType | None) -> bool:
    """Low turnover frees private places only (R44), and no cosmetic one, which must register all the same (R34)."""
    if exemption.kind != "low-turnover":
        return True
    return owner_type == "private" and (said is None or not said.cosmetic)


def _covers(exemption: Exemption, fee_year: int, said: SelfRegistered | None) -> bool:
    if fee_year < exemption.notified_on.year or (exemption.until is not None and fee_year > exemption.until.year):
        return False
    # One that registers later ends its exemption, from the year in which it does (R46): it owes none of those before.
    return said is None or said.registered_on <= exemption.notified_on or fee_year < said.registered_on.year
