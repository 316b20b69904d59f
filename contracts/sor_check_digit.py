"""The Verhoeff check digit of a SOR-id, in a microsecond: a register is some hundred thousand ids.

`python-stdnum` knows the algorithm too, at eight microseconds an id, most of what reading a unit takes; the tests
hold this to it. Here all that SOR-ids have in common is multiplied out beforehand: every id ends in the namespace and
the partition, ``100001600``, and its check digit, so only the digits of the item number are left.
"""

from __future__ import annotations

from typing import Final

_COMMON: Final = "100001600"
_TURNED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""Verhoeff's permutation of the digits; the digit at place `n` is permuted `n` times."""


def _product(left: int, right: int) -> int:
    """Multiply in the dihedral group of order ten: 0–4 turn a pentagon, 5–9 flip it."""
    turned = left % 5 + right % 5 if left < 5 else left % 5 - right % 5  # noqa: PLR2004  the flips
    return turned % 5 + 5 * ((left >= 5) ^ (right >= 5))  # noqa: PLR2004  the flips


def _permuted(place: int, digit: int) -> int:
    for _ in range(place % 8):
        digit = _TURNED[digit]
    return digit


def _common_part(check: str) -> int:
    state = 0
    for place, digit in enumerate(reversed(_COMMON + check)):
        state = _product(state, _permuted(place, int(digit)))
    return state


_AFTER_COMMON: Final = {check: _common_part(check) for check in "0123456789"}
_STEPS: Final = tuple(
    {str(digit): tuple(_product(state, _permuted(place, digit)) for state in range(10)) for digit in range(10)}
    for place in range(len(_COMMON) + 1, 18)
)
"""For each place from the item number's last digit on: the digit, and what it makes of each state."""


def check_digit_holds(sor_id: str) -> bool:
    """Whether the last digit of a text in the form of a SOR-id is the right one (R1)."""
    state = _AFTER_COMMON[sor_id[-1]]
    for step, digit in zip(_STEPS, sor_id[-len(_COMMON) - 2 :: -1], strict=False):  # ids are of several lengths
        state = step[digit][state]
    return state == 0
