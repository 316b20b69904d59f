"""Valid identifiers from readable names: the same name gives the same numbers in every test and every run (R1, R2).

All lie in ranges that no register has issued, so that nobody is mistaken for a real place.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from adapters.cvr.sample import sample_cvr_numbers, sample_p_numbers
from contracts.identifiers import SorId

if TYPE_CHECKING:
    from contracts.identifiers import CvrNumber, PNumber

_FIRST_ITEM, _ITEMS = 1_000_001, 98_000_000
"""SOR had issued item numbers up to 155,673 by November 2025."""
_FIRST_CVR, _CVRS = 90_000_001, 9_000_000
_FIRST_P_NUMBER, _P_NUMBERS = 1_900_000_001, 90_000_000
_DIGEST_BYTES: Final = 8


def sor_id_of(name: str) -> SorId:
    """The SOR-id of the unit with that name."""
    return SorId.of_item(_FIRST_ITEM + _number(name) % _ITEMS)


def cvr_of(name: str) -> CvrNumber:
    """The CVR number of the company with that name."""
    return next(sample_cvr_numbers(_FIRST_CVR + _number(name) % _CVRS))


def p_number_of(name: str) -> PNumber:
    """The P number of the production unit with that name."""
    return next(sample_p_numbers(_FIRST_P_NUMBER + _number(name) % _P_NUMBERS))


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=_DIGEST_BYTES).digest())
