"""The fixed sites of a regional lægevagt pay one category-3 fee per scheme, in the years whose decrees say so (R42)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workers.tree.state import Triggered

if TYPE_CHECKING:
    from contracts.self_registrations import SelfRegistered
    from contracts.sor_entities import OwnerType
    from workers.tree.draft import Draft

_YEARS: Final = frozenset({2021, 2023})
"""VEJ 9831/2023 (seed 003) §4.2, "Nedsat gebyr i 2023" and "… i 2021": one amount *pr. lægevagtordning*."""


def scheme_of(fee_year: int, said: SelfRegistered, owner_type: OwnerType | None) -> str | None:
    """The scheme that pays for the place in that year, or None where the place pays for itself."""
    is_fixed_site = said.treatment_at_address and said.category in {"3a", "3b"}
    return said.out_of_hours_scheme if fee_year in _YEARS and owner_type == "region" and is_fixed_site else None


def is_scheme_paid(draft: Draft, scheme: str, fee_year: int) -> bool:
    """Whether any site of the region's scheme has been charged for that year."""
    return any(
        isinstance(entry, Triggered) and entry.scheme == scheme and entry.fee_year == fee_year
        for node in draft.all_nodes()
        for entry in node.ledger
    )
