"""Identifiers that pass every check of R1 and R2, from ranges that no register has issued."""

from __future__ import annotations

import random
from itertools import count
from typing import NamedTuple

from stdnum import ean, verhoeff

from contracts.identifiers import AuthorisationId, CvrNumber, Gln, PNumber, SorId


class Series(NamedTuple):
    """Where a source of numbers begins. Two series have no number in common, short of some millions."""

    item: int
    """SOR had issued item numbers up to 155,673 by November 2025 (notes/sor.md §4.2)."""
    cvr_body: int
    """The first seven digits; those after 46 million are not issued until the old numbers of 50 million begin."""
    cvr_bodies: int
    p_body: int
    gln_body: int


FOUNDING = Series(1_000_001, 4_700_000, 200_000, 190_000_000, 579_000_800_000)
"""For a register as it is first found."""
LATER = Series(10_000_001, 4_900_000, 100_000, 195_000_000, 579_000_900_000)
"""For what is born while it lives."""
_STRIDE = 7_919
"""Prime, so that strides come round all bodies before they meet one again; numbers then look unlike each other."""
_AUTHORISATION_CHARACTERS = "0123456789BCDFGHJKLMNPQRSTVWXZ"


class NumberSource:
    """Hands out the numbers of a series, each once. All chance comes from `rng`."""

    def __init__(self, rng: random.Random, series: Series = FOUNDING) -> None:
        self._rng = rng
        self._series = series
        self._items = count(series.item + 1)
        self._glns = count(series.gln_body + 1)
        self._p_body = series.p_body
        self._cvr_steps = iter(range(series.cvr_bodies))
        self._cvr_offset = rng.randrange(series.cvr_bodies)

    def sor_id(self) -> SorId:
        """Return the next SOR-id: SOR counts items upwards (R1)."""
        body = f"{next(self._items)}100001600"
        return SorId(body + verhoeff.calc_check_digit(body))

    def cvr(self) -> CvrNumber:
        """Return a CVR number whose modulus-11 check holds (R2). Raises `ValueError` when the series is used up."""
        for step in self._cvr_steps:
            body = self._series.cvr_body + (self._cvr_offset + step * _STRIDE) % self._series.cvr_bodies
            number = next((each for each in map(CvrNumber, _ten(body)) if each.is_valid), None)
            if number is not None:
                return number
        raise ValueError(f"{self._series.cvr_bodies} companies are all that sample CVR numbers reach; ask for less")

    def p_number(self) -> PNumber:
        """Return a P number of the new series whose modulus-11 check holds (R2)."""
        while True:
            self._p_body += self._rng.randint(1, 9)
            number = next((each for each in map(PNumber, _ten(self._p_body)) if each.is_valid), None)
            if number is not None:
                return number

    def location_gln(self) -> Gln:
        """Return a GLN in the series of SOR's lokationsnumre."""
        return _gln(next(self._glns))


def invoice_ean(rng: random.Random) -> Gln:
    """Return an EAN as public places have for their invoices, 5798… (R15 item 17)."""
    return _gln(579_800_000_000 + rng.randint(9_000_000, 9_999_999))


def authorisation_id(rng: random.Random) -> AuthorisationId:
    """Return an autorisations-id in form: five digits and consonants (R2)."""
    return AuthorisationId.parse("".join(rng.choices(_AUTHORISATION_CHARACTERS, k=5)))


def _ten(body: int) -> list[str]:
    return [f"{body}{digit}" for digit in range(10)]


def _gln(body: int) -> Gln:
    return Gln(f"{body}{ean.calc_check_digit(str(body))}")
