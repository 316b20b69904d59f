"""SOR entity types (enhedstype): SNOMED CT codes with SOR's Danish labels (notes/sor.md §1.7).

A code without a label, or a label without a code, is a legal state: SOR publishes neither list in full.
No check-digit test belongs here; real codes of SOR's own lists fail Verhoeff.
"""

from __future__ import annotations

from functools import cache

from contracts.code_lists.rows import code_by_label, label_by_code

_TABLE = "entity_types.csv"


@cache
def _labels() -> dict[str, str]:
    return label_by_code(_TABLE)


@cache
def _codes() -> dict[str, str]:
    return code_by_label(_TABLE)


def entity_type_label(code: str) -> str | None:
    """Return the Danish label of `code`, or None when no source publishes one."""
    return _labels().get(code)


def entity_type_code(label: str) -> str | None:
    """Return the present code of a Danish `label`, whatever its letter case, or None when none is known."""
    return _codes().get(label.strip().casefold())
