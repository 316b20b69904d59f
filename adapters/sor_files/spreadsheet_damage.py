"""SOR-ids that went through a spreadsheet, which keeps 15 significant digits and zeroes the rest (notes/sor.md §2).

All but the item number and the check digit of a SOR-id is the same in every one (R1). So whoever still has the item
number whole knows the id; but we say it and do not repair: what stands in the file is not what SOR wrote.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Final, Literal

from contracts.identifiers import SorId

_KEPT: Final = 15
_TAIL: Final = 10
"""Digits after the item number."""
_LONGEST_ITEM: Final = 8
_SCIENTIFIC: Final = re.compile(r"([1-9])(?:[.,]([0-9]{1,17}))?E\+?([0-9]{2})", re.ASCII | re.IGNORECASE)
_PLAIN: Final = re.compile(r"[1-9][0-9]{15,17}", re.ASCII)


def what_it_was(text: str) -> SorId | Literal[""] | None:
    """Return the one SOR-id that a spreadsheet makes `text` of, ``""`` where it can be several, None for other text.

    Digits are lost by cutting and by rounding, so both are tried.
    """
    found = _SCIENTIFIC.fullmatch(text)
    if found is not None:
        digits, length = found[1] + (found[2] or ""), int(found[3]) + 1
    elif _PLAIN.fullmatch(text) and not text[_KEPT:].strip("0"):
        digits, length = text[:_KEPT], len(text)
    else:
        return None
    item_digits = length - _TAIL
    if not 1 <= item_digits <= _LONGEST_ITEM:
        return None
    if len(digits) < item_digits:
        return ""
    was = SorId.of_item(int(digits[:item_digits]))
    left = Decimal(digits.ljust(length, "0"))
    return was if left in _left_of(was, min(len(digits), length)) else None


def _left_of(sor_id: SorId, kept: int) -> set[Decimal]:
    """What is left of `sor_id` with `kept` significant digits."""
    return {Context(prec=kept, rounding=how).create_decimal(sor_id) for how in (ROUND_DOWN, ROUND_HALF_UP)}
