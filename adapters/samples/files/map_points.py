"""Where an address lies: codes and coordinates that SOR files write beside it, and no reader of ours takes."""

from __future__ import annotations

import zlib
from datetime import date
from typing import NamedTuple

from adapters.samples.danish_places import TOWN_AT
from contracts.addresses import Address
from contracts.identifiers import SorId

_AROUND_TOWN_METRES = 3_000
_REMEASURED_EVERY_DAYS = 365
_STREET_CODES = 9_900
_ITEM_END = -10
"""What follows the item number in a SOR-id: namespace, partition and check digit (R1)."""


class MapPoint(NamedTuple):
    """ETRS89 / UTM zone 32 in millimetres, and the codes of street and region."""

    easting_mm: int
    northing_mm: int
    street_code: str
    region_code: str


def map_point(address: Address, of: SorId, day: date) -> MapPoint | None:
    """Return where a unit's address lies as known on `day`; None for a town that no sample has.

    Each unit is measured anew once a year, on a day of its own: noise that says nothing of the unit.
    """
    town = TOWN_AT.get(address.postcode or "")
    if town is None:
        return None
    street = zlib.crc32((address.street or "").encode())
    house = zlib.crc32(f"{address.street} {address.number}".encode())
    measured = (day.toordinal() + int(of[:_ITEM_END])) // _REMEASURED_EVERY_DAYS
    return MapPoint(
        easting_mm=town.easting * 1_000 + _spread(house) + measured % 50,
        northing_mm=town.northing * 1_000 + _spread(house >> 13) + measured % 70,
        street_code=f"{street % _STREET_CODES + 1:04}",
        region_code=town.region_code,
    )


def metres(millimetres: int) -> str:
    """Write a measure with three decimals, as SOR XML does."""
    return f"{millimetres // 1_000}.{millimetres % 1_000:03}"


def _spread(chance: int) -> int:
    return (chance % (2 * _AROUND_TOWN_METRES) - _AROUND_TOWN_METRES) * 1_000 + chance % 1_000
