"""One row of the register CSV, checked as far as a row can be checked alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from adapters.sor_files.entity import Damaged, LocationNumber
from contracts.code_lists import owner_type_of
from contracts.identifiers import Gln, SorId
from contracts.sor_entities import OwnerType, SorType

REQUIRED_COLUMNS = ("sor_id", "sor_type", "unit_type", "name", "cvr", "parent_sor_id", "gln")
_SOR_TYPES = frozenset({"IE", "SI", "OE"})


@dataclass(frozen=True)
class RegisterRow:
    """A row with a valid SOR-id, type and name; the other cells as written, ``""`` where empty."""

    sor_id: SorId
    sor_type: SorType
    unit_type: str
    name: str
    cvr: str
    parent: str
    gln: str
    where: str


def parse_row(cells: Mapping[Any, Any], where: str) -> RegisterRow | Damaged:
    """Return the row at `where`, or why it cannot be one; `cells` as `csv.DictReader` gives them."""
    cell = {column: (cells.get(column) or "").strip() for column in REQUIRED_COLUMNS}
    try:
        sor_id = SorId.parse(cell["sor_id"])
    except ValueError:
        return Damaged(cell["sor_id"], "invalid-identifier", f"{where}, column sor_id")
    if None in cells or None in cells.values():
        return Damaged(sor_id, "unreadable", f"{where}, number of columns")
    if cell["sor_type"] not in _SOR_TYPES:
        return Damaged(sor_id, "unreadable", f"{where}, column sor_type")
    if not cell["name"]:
        return Damaged(sor_id, "unreadable", f"{where}, column name")
    if cell["sor_type"] == "IE" and cell["parent_sor_id"]:
        return Damaged(sor_id, "unreadable", f"{where}, column parent_sor_id: an owner stands at the top")
    return RegisterRow(
        sor_id=sor_id,
        sor_type=cast("SorType", cell["sor_type"]),
        unit_type=cell["unit_type"],
        name=cell["name"],
        cvr=cell["cvr"],
        parent=cell["parent_sor_id"],
        gln=cell["gln"],
        where=where,
    )


def owner_type(owner: RegisterRow) -> OwnerType | None:
    """Return what kind of owner this is, None for a type that is no owner's.

    524 of the 526 owners of the real file have no type, and every one of them is a private practice by its
    name: an owner without a type is taken to be private [D].
    """
    return owner_type_of(owner.unit_type) if owner.unit_type else "private"


def location_number(row: RegisterRow, parent: RegisterRow | None) -> LocationNumber | None:
    """Return the row's lokationsnummer, None where there is none or its check digit fails (R2).

    The CSV does not say whether a number is inherited; one equal to the parent's is taken to be [D].
    """
    try:
        gln = Gln.parse(row.gln)
    except ValueError:
        return None
    return LocationNumber(gln=gln, inherited=parent is not None and parent.gln == row.gln)
