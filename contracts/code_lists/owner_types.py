"""Kinds of institutionsejer: they decide what a new P number means (R5), who pays and how (R33, R34, R37)."""

from __future__ import annotations

from functools import cache
from typing import cast

from contracts.code_lists.rows import rows_of
from contracts.sor_entities import OwnerType


@cache
def _owner_types() -> dict[str, OwnerType]:
    known: dict[str, OwnerType] = {}
    for row in rows_of("owner_types.csv"):
        owner_type = cast("OwnerType", row["owner_type"])
        known[row["code"]] = owner_type
        known[row["label"].casefold()] = owner_type
    return known


def owner_type_of(code_or_label: str) -> OwnerType | None:
    """Return the kind of owner behind SOR's code or Danish label, or None if it is not an owner's type."""
    return _owner_types().get(code_or_label.strip().casefold())
