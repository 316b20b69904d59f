"""The register CSV: one unit a row, any order, parents by id (the form of ``medcom_eer_sor_orgs.csv``)."""

from __future__ import annotations

from typing import Final

from adapters.sor_files.csv_layout import Layout, Row, header_columns
from adapters.sor_files.entity import Damaged, LocationNumber, SnapshotEntity
from adapters.sor_files.port import Reading, SnapshotFormat
from adapters.sor_files.treatment_places import is_place_by_shape
from adapters.sor_files.unreadable import Fault, UnreadableError, relative, sor_id
from contracts.code_lists import entity_type_code, owner_type_of
from contracts.identifiers import CvrNumber, Gln
from contracts.sor_entities import OwnerType

_DELIMITER: Final = ","
_COLUMNS: Final = ("sor_id", "sor_type", "unit_type", "name", "cvr", "parent_sor_id", "gln")


def register_layout(header: bytes) -> Layout | None:
    """Return the layout of a file with this first line, None where it is not the register CSV."""
    columns = header_columns(header, _DELIMITER)
    if not set(_COLUMNS) <= set(columns):
        return None
    at = {column: position for position, column in enumerate(columns)}
    parent = (at["parent_sor_id"],)
    unknown = frozenset(position for position, column in enumerate(columns) if column not in _COLUMNS)
    return Layout(
        format=SnapshotFormat.REGISTER_CSV,
        delimiter=_DELIMITER,
        columns=columns,
        sor_id=at["sor_id"],
        sor_type=at["sor_type"],
        parents={"IE": (), "SI": parent, "OE": parent},
        cvr=at["cvr"],
        gln=at["gln"],
        type_cells=(),
        hospital=frozenset(),
        unread={"IE": unknown, "SI": unknown | {at["cvr"]}, "OE": unknown | {at["cvr"]}},
        place_by_shape=True,
        read=read_row,
    )


def read_row(row: Row) -> Reading:
    """Return the row as an entity; see `FileUnit.read`."""
    try:
        entity, faults = _entity(row)
    except UnreadableError as error:
        return Reading(None, (Damaged(row.sor_id, error.reason, f"{row.where}, column {error.field}"),))
    return Reading(entity, tuple(Damaged(row.sor_id, reason, row.where, unit_kept=True) for reason, _ in faults))


def _entity(row: Row) -> tuple[SnapshotEntity, list[Fault]]:
    identifier = sor_id(row.sor_id, "sor_id")
    unit_type, name, cvr, gln = (row.cells.get(column, "") for column in ("unit_type", "name", "cvr", "gln"))
    if not name:
        raise UnreadableError("unreadable", "name")
    if row.sor_type == "IE" and "parent_sor_id" in row.cells:
        raise UnreadableError("unreadable", "parent_sor_id: an owner stands at the top")
    owner_type = _owner_type(unit_type) if row.sor_type == "IE" else None
    entity_type = entity_type_code(unit_type)
    number = _location_number(row, gln)
    found: tuple[tuple[bool, Fault], ...] = (
        (bool(unit_type) and entity_type is None, ("unknown-label", "unit_type")),
        (row.cvr_differs, ("cvr-differs-from-owner", "cvr")),
        (bool(gln) and number is None, ("invalid-location-number", "gln")),
        (row.sor_type == "IE" and owner_type is None, ("unknown-owner-type", "unit_type")),
    )
    return SnapshotEntity(
        sor_id=identifier,
        sor_type=row.sor_type,
        owner_sor_id=identifier if row.parent is None else relative(row.owner),
        parent_sor_id=None if row.parent is None else relative(row.parent),
        name=name,
        entity_type=entity_type,
        type_is_unknown=bool(unit_type) and entity_type is None,
        owner_type=owner_type,
        is_treatment_place=is_place_by_shape(
            row.sor_type, has_children=row.has_children, has_oe_children=row.has_oe_children
        ),
        cvr=CvrNumber.parse(cvr) if row.sor_type == "IE" and cvr else None,
        location_number=number,
    ), [fault for holds, fault in found if holds]


def _owner_type(unit_type: str) -> OwnerType | None:
    """Return what kind of owner this is, None for a type that is no owner's.

    524 of the 526 owners of the real file have no type, and every one of them is a private practice by its
    name: an owner without a type is taken to be private [D].
    """
    return owner_type_of(unit_type) if unit_type else "private"


def _location_number(row: Row, text: str) -> LocationNumber | None:
    """Return the row's lokationsnummer, None where there is none or its check digit fails (R2).

    The CSV does not say whether a number is inherited; one equal to the parent's is taken to be [D].
    """
    try:
        gln = Gln.parse(text)
    except ValueError:
        return None
    return LocationNumber(gln=gln, inherited=row.parents_gln == text)
