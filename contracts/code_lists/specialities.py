"""Clinical specialities (specialer): SOR's codes with Danish labels (R15 item 10; notes/sor.md §1.7)."""

from __future__ import annotations

from functools import cache

from contracts.code_lists.rows import code_by_label, label_by_code

_TABLE = "specialities.csv"


@cache
def _labels() -> dict[str, str]:
    return label_by_code(_TABLE)


@cache
def _codes() -> dict[str, str]:
    return code_by_label(_TABLE)


def speciality_label(code: str) -> str | None:
    """Return the Danish label of `code`, or None when it is not in the list."""
    return _labels().get(code)


def speciality_code(label: str) -> str | None:
    """Return the present code of a Danish `label`, whatever its letter case, or None when none is known."""
    return _codes().get(label.strip().casefold())
