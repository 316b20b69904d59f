"""What a person at STPS should look at before the invoice goes out (R36, R43)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workers.fees.recipient import HOSPITAL
from workers.fees.suspicion import is_suspect
from workers.tree.state import Deregistered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.invoice_triggers import Occasion
    from contracts.self_registrations import SelfRegistered
    from workers.tree.draft import Draft
    from workers.tree.state import Node

_FIRST_DAYS: Final = 14


def flags_of(draft: Draft, node: Node, said: SelfRegistered, fee_year: int, occasion: Occasion) -> Iterator[str]:
    """Yield the flags of one trigger."""
    if occasion == "closure" and _closed_in_first_days(node, fee_year):
        yield "dispensation-candidate"
    if _category_is_suspect(draft, node, said):
        yield "suspect-category"


def _closed_in_first_days(node: Node, fee_year: int) -> bool:
    """A place that closed within the first 14 days of the year is a candidate for a dispensation (R36)."""
    if not isinstance(node.standing, Deregistered):
        return False
    last_day = node.standing.last_day
    return last_day.year == fee_year and last_day.month == 1 and last_day.day <= _FIRST_DAYS


def _category_is_suspect(draft: Draft, node: Node, said: SelfRegistered) -> bool:
    """The category is the place's own statement; one that contradicts its unit type is only marked (R43)."""
    if node.entity is None:
        return False
    way_up = (*(draft.path(node.entity) or ()), node.entity)
    below = (draft.node(sor_id) for sor_id in draft.subtree(node.sor_id) if sor_id != node.sor_id)
    open_units = [each for each in below if each.entity is not None and each.closed is None]
    return is_suspect(
        said.category,
        node.entity.entity_type,
        in_hospital=any(step.entity_type == HOSPITAL for step in way_up),
        has_responsible_physician=said.responsible_physician is not None,
        providers=len(open_units),
    )
