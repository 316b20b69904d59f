"""Clinical specialities (specialer): SOR's codes with Danish labels (R15 item 10; notes/sor.md §1.7)."""

from __future__ import annotations

from functools import cache

from contracts.code_lists.rows import label_by_code


@cache
def _labels() -> dict[str, str]:
    return label_by_code("specialities.csv")


def speciality_label(code: str) -> str | None:
    """Return the Danish label of `code`, or None when it is not in the list."""
    return _labels().get(code)
