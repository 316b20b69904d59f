"""The yearly fees as a dated table, never computed (R32): what a category costs in a year, whole and half.

The amounts are decrees and published halves, so the table carries both; a year or a category that is not in
it has no tariff, and the trigger waits (R32). Nothing here knows what year it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Self

from contracts.tariffs.tariff_rows import TariffTableError, read_rows

_FEE_CATEGORY = {"3a": "3", "3b": "3"}


@dataclass(frozen=True)
class Tariff:
    """One fee, in kroner.

    `half` is None where the law of that year knew no half fee (2017). The limits are yearly net turnover in
    whole kroner (R34): at or under `exempt_if_turnover_le` nothing is due, at or under `half_if_turnover_le`
    half; None where the year's limits are not published.
    """

    id: str
    year: int
    category: str
    full: Decimal
    half: Decimal | None
    exempt_if_turnover_le: Decimal | None = None
    half_if_turnover_le: Decimal | None = None


class TariffTable:
    """All known tariffs. `version` is the SHA-256 of the file they came from, in hex (R50)."""

    def __init__(self, tariffs: Iterable[Tariff], version: str) -> None:
        self._by_year_and_category = {(tariff.year, tariff.category): tariff for tariff in tariffs}
        self.version = version

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the table at `path`, or the packaged one.

        Raises `TariffTableError` for a file that cannot be read, and for a table that could charge a wrong amount.
        """
        packaged = resources.files(__package__).joinpath("tariffs.csv")
        try:
            content = packaged.read_bytes() if path is None else path.read_bytes()
        except OSError as error:
            raise TariffTableError(f"the tariff table {path} cannot be read: {error.strerror}") from error
        tariffs = [Tariff(**row) for row in read_rows(content)]
        return cls(tariffs, hashlib.sha256(content).hexdigest())

    @property
    def years(self) -> tuple[int, ...]:
        """The years with at least one tariff, ascending."""
        return tuple(sorted({year for year, _ in self._by_year_and_category}))

    def find(self, year: int, category: str) -> Tariff | None:
        """Return the tariff of a registration category (1, 2, 3a, 3b, 4, 5); None parks the trigger (R32)."""
        return self._by_year_and_category.get((year, _FEE_CATEGORY.get(category, category)))
