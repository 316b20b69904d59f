"""Identifiers that pass every check of R1 and R2, from ranges that no register has issued."""

from __future__ import annotations

import random

from stdnum import ean

from contracts.identifiers import AuthorisationId, CvrNumber, Gln, PNumber, SorId

_FIRST_ITEM = 1_000_001
"""SOR had issued item numbers up to 155,673 by November 2025 (notes/sor.md §4.2)."""
_CVR_BODIES = (4_700_000, 4_999_999)
_FIRST_P_BODY = 190_000_000
_FIRST_GLN_BODY = 579_000_800_000
_AUTHORISATION_CHARACTERS = "0123456789BCDFGHJKLMNPQRSTVWXZ"


class NumberSource:
    """Hands out numbers, each once. All chance comes from `rng`."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._item = _FIRST_ITEM
        self._p_body = _FIRST_P_BODY
        self._gln_body = _FIRST_GLN_BODY
        self._cvr: set[str] = set()

    def sor_id(self) -> SorId:
        """Return the next SOR-id: SOR counts items upwards (R1)."""
        self._item += 1
        return SorId.of_item(self._item)

    def cvr(self) -> CvrNumber:
        """Return a CVR number whose modulus-11 check holds (R2)."""
        while True:
            body = self._rng.randint(*_CVR_BODIES)
            for digit in range(10):
                number = CvrNumber.parse(f"{body}{digit}")
                if number.is_valid and number not in self._cvr:
                    self._cvr.add(number)
                    return number

    def p_number(self) -> PNumber:
        """Return a P number of the new series whose modulus-11 check holds (R2)."""
        while True:
            self._p_body += self._rng.randint(1, 9)
            for digit in range(10):
                number = PNumber.parse(f"{self._p_body}{digit}")
                if number.is_valid:
                    return number

    def location_gln(self) -> Gln:
        """Return a GLN in the series of SOR's lokationsnumre."""
        self._gln_body += 1
        return _gln(self._gln_body)


def invoice_ean(rng: random.Random) -> Gln:
    """Return an EAN as public places have for their invoices, 5798… (R15 item 17)."""
    return _gln(579_800_000_000 + rng.randint(9_000_000, 9_999_999))


def authorisation_id(rng: random.Random) -> AuthorisationId:
    """Return an autorisations-id in form: five digits and consonants (R2)."""
    return AuthorisationId.parse("".join(rng.choices(_AUTHORISATION_CHARACTERS, k=5)))


def _gln(body: int) -> Gln:
    return Gln.parse(f"{body}{ean.calc_check_digit(str(body))}")
