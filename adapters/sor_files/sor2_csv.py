"""SOR2 CSV (`SorEntity_daily.csv`): what its header must have, and what its rows need not say (notes/sor.md §1.4)."""

from __future__ import annotations

from functools import cache
from typing import Final

from adapters.sor_files import sor2_csv_columns as names
from adapters.sor_files.csv_layout import Layout, header_columns
from adapters.sor_files.port import SnapshotFormat
from adapters.sor_files.sor2_rows import read_row
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.code_lists import entity_type_label

_DELIMITER: Final = ";"
_KNOWN: Final = frozenset(names.ALL)
_REPEATED: Final = (
    *(names.OWNER_NAME, names.OWNER_TYPE_LABEL, names.CVR),
    *(names.INSTITUTION_NAME, names.INSTITUTION_TYPE_LABEL),
)
"""What every row repeats of its owner's and its institution's, in whose rows it is read."""


def sor2_layout(header: bytes) -> Layout | None:
    """Return the layout of a file with this first line, None where it is not SOR2 CSV.

    Some files write ``Sor`` before other columns too (SorVisitingAddressStreetName).
    """
    columns = tuple(_known_name(column) for column in header_columns(header, _DELIMITER))
    if not set(names.REQUIRED) <= set(columns) or len(set(columns)) != len(columns):
        return None
    at = {column: position for position, column in enumerate(columns)}

    def found(*wanted: str) -> tuple[int, ...]:
        return tuple(at[column] for column in wanted if column in at)

    unknown = frozenset(position for position, column in enumerate(columns) if column not in _KNOWN)
    repeated = frozenset(found(*_REPEATED))
    return Layout(
        format=SnapshotFormat.SOR2_CSV,
        delimiter=_DELIMITER,
        columns=columns,
        sor_id=at[names.SOR_ID],
        sor_type=at[names.SOR_TYPE],
        parents={
            "IE": (),
            "SI": found(names.PARENT, names.OWNER),
            "OE": found(names.PARENT, names.INSTITUTION),
        },
        cvr=at.get(names.CVR),
        gln=None if names.GLN_INHERITED in at else at.get(names.GLN),
        type_cells=found(names.TYPE_CODE, names.TYPE_LABEL),
        hospital=_hospital(),
        unread={"IE": unknown, "SI": unknown | repeated, "OE": unknown | repeated},
        place_by_shape=False,
        read=read_row,
        lacking=tuple(" or ".join(several) for several in names.DECIDING if not found(*several)),
    )


def _known_name(column: str) -> str:
    bare = column.removeprefix("Sor")
    return bare if column not in _KNOWN and bare in _KNOWN else column


@cache
def _hospital() -> frozenset[bytes]:
    label = entity_type_label(HOSPITAL)
    return frozenset(text.encode() for text in (HOSPITAL, label) if text)
