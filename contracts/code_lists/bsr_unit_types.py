"""The unit types of the Behandlingsstedsregister and the fee categories each may have (RBT § 2; 003 §4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast

from contracts.code_lists.rows import rows_of
from contracts.self_registrations import Category


@dataclass(frozen=True)
class BsrUnitType:
    """One unit type: its Danish name, the SOR entity types that count as it, and its possible categories."""

    name: str
    since: int
    """Year of the first bekendtgørelse that names it."""
    entity_types: tuple[str, ...]
    categories: tuple[Category, ...]
    """The default first. Which of them holds is the place's own statement (R43), by staffing."""

    @property
    def default_category(self) -> Category:
        """The category 003 §4.1 gives the type when nothing is known of its staffing."""
        return self.categories[0]


@cache
def bsr_unit_types() -> tuple[BsrUnitType, ...]:
    """All unit types, in the order of the regulation."""
    return tuple(
        BsrUnitType(
            name=row["unit_type"],
            since=int(row["since"]),
            entity_types=tuple(row["entity_types"].split("|")),
            categories=cast("tuple[Category, ...]", tuple(row["categories"].split("|"))),
        )
        for row in rows_of("bsr_unit_types.csv")
    )


def bsr_unit_types_of(entity_type: str) -> tuple[BsrUnitType, ...]:
    """Return the BSR unit types a SOR entity type can be: none, one or two (plejehjem, plejecenter)."""
    return tuple(unit_type for unit_type in bsr_unit_types() if entity_type in unit_type.entity_types)


def default_category(entity_type: str) -> Category | None:
    """Return the default fee category of a SOR entity type, or None when BSR has no such unit type."""
    return next((unit_type.default_category for unit_type in bsr_unit_types_of(entity_type)), None)
