"""Does a self-registered category contradict the kind of place it is (R43, 003 §4.1)? Marked for a person, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.code_lists import bsr_unit_types_of

if TYPE_CHECKING:
    from contracts.self_registrations import Category

_HOSPITAL_UNIT: Final[Category] = "1"
_ALWAYS_3B: Final[Category] = "3b"
_WITH_DOCTORS: Final[frozenset[Category]] = frozenset({"2", "3a"})
_SEVERAL: Final = 2


def is_suspect(
    category: Category,
    entity_type: str | None,
    *,
    in_hospital: bool,
    has_responsible_physician: bool,
    providers: int,
) -> bool:
    """Whether `category` cannot be right for a place of SOR's `entity_type`, as far as the worker can see.

    `in_hospital`: the place is a hospital or a department under one; its departments' own types are many.
    `providers`: the persons (OE) SOR has under it. SOR need not list all of them, and the law demands a named
    physician of some places only (item 16), so neither proves anything by its absence.
    A type that BSR does not have says nothing about the category, but for a department of a hospital.
    """
    usual = _usual_categories(entity_type)
    if usual == {_ALWAYS_3B}:
        return category != _ALWAYS_3B
    if in_hospital or usual == {_HOSPITAL_UNIT}:
        return category != _HOSPITAL_UNIT
    if not usual:
        return False
    if category in {"4", "5"}:
        too_many_for_one = category == "5" and providers >= _SEVERAL
        return category not in usual or has_responsible_physician or too_many_for_one
    # The categories are built stepwise: any other place moves up to 2 or 3a when doctors are attached to it.
    return category not in _WITH_DOCTORS


def _usual_categories(entity_type: str | None) -> set[Category]:
    types = bsr_unit_types_of(entity_type) if entity_type is not None else ()
    return {category for unit_type in types for category in unit_type.categories}
