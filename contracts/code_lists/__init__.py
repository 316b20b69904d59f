"""Code lists: our own tables of public codes, each row with its source, and typed access to them."""

from __future__ import annotations

from contracts.code_lists.bsr_unit_types import (
    BsrUnitType,
    bsr_unit_types,
    bsr_unit_types_of,
    default_category,
)
from contracts.code_lists.entity_types import entity_type_code, entity_type_label
from contracts.code_lists.owner_types import owner_type_of
from contracts.code_lists.rows import CodeListError, use_tables
from contracts.code_lists.specialities import speciality_code, speciality_label

__all__ = [
    "BsrUnitType",
    "CodeListError",
    "bsr_unit_types",
    "bsr_unit_types_of",
    "default_category",
    "entity_type_code",
    "entity_type_label",
    "owner_type_of",
    "speciality_code",
    "speciality_label",
    "use_tables",
]
