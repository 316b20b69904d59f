"""Which units of a snapshot count as behandlingssted: no format carries SOR's mark, so we decide [D].

R14 forwards only marked units. On the real topic the mark comes with the message; these two rules serve
snapshots alone, and are the only place that guesses it.
"""

from __future__ import annotations

from contracts.code_lists import bsr_unit_types_of
from contracts.sor_entities import SorType

HOSPITAL = "22232009"


def is_place_by_shape(sor_type: SorType, *, has_children: bool, has_oe_children: bool) -> bool:
    """Decide where most units have no type (register CSV): leaf OEs, and SIs without an OE under them [D]."""
    if sor_type == "OE":
        return not has_children
    return sor_type == "SI" and not has_oe_children


def is_place_by_entity_type(
    sor_type: SorType, entity_type: str | None, *, in_hospital: bool, has_children: bool
) -> bool:
    """Decide where units have types: those that BSR knows as a unit type [D].

    A hospital is registered per department (R18), so its leaf OEs are places, whatever their own type, and
    the SI is one only when nothing stands under it. `in_hospital` is told by the type of the SI above (or own).
    """
    if sor_type == "IE":
        return False
    if in_hospital:
        return not has_children
    return entity_type is not None and bool(bsr_unit_types_of(entity_type))
