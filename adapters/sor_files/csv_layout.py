"""Which cell of a CSV snapshot says what, as far as all rows are looked at: enough to hang them into their trees."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from adapters.sor_files.port import Reading, SnapshotFormat
from contracts.sor_entities import SorType

MOST_COLUMNS: Final = 1_000
TYPES: Final[Mapping[bytes, SorType]] = {
    b"IE": "IE", b"SI": "SI", b"OE": "OE", b"IO": "IE", b"HI": "SI", b"OU": "OE",
}  # fmt: skip
"""SorType as the CSV writes it, and as MedCom does too (notes/sor.md §1.1)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that somebody wants to read, and what it takes from elsewhere; its cells as text, but for empty ones."""

    cells: Mapping[str, str]
    sor_id: str
    sor_type: SorType
    owner: str
    parent: str | None
    """The parent's SOR-id, None for an owner."""
    parents_gln: str | None
    """Told where the file does not say which lokationsnumre are inherited."""
    cvr_differs: bool
    in_hospital: bool
    has_children: bool
    has_oe_children: bool
    where: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A format with the columns of one file, by their position."""

    format: SnapshotFormat
    delimiter: str
    columns: tuple[str, ...]
    sor_id: int
    sor_type: int
    parents: Mapping[SorType, tuple[int, ...]]
    """Cells that name the parent, of an owner none; the first with something in it counts."""
    cvr: int | None
    gln: int | None
    """Where the parent's lokationsnummer tells whether a row's is inherited."""
    type_cells: tuple[int, ...]
    hospital: frozenset[bytes]
    """What `type_cells` of an SI hold that is a hospital."""
    unread: Mapping[SorType, frozenset[int]]
    """Cells that `read` does not look at, among them those that repeat what stands in the row of another unit."""
    place_by_shape: bool
    """Whether the shape of the tree decides what is a behandlingssted, or the type and a hospital's shape."""
    read: Callable[[Row], Reading]
    lacking: tuple[str, ...] = ()
    """See `Snapshot`."""

    @property
    def cut(self) -> int:
        """Where a row is cut for the last time when it is looked at; the rest stays in one piece."""
        several = (self.type_cells, *self.parents.values(), *self.unread.values())
        wanted = max(self.sor_id, self.sor_type, self.cvr or 0, self.gln or 0, *(at for each in several for at in each))
        return min(wanted + 1, len(self.columns) - 1)

    def kept(self, sor_type: SorType) -> tuple[int, ...]:
        """The cells of a row cut at `cut` that are kept for `read`, the rest in one piece among them."""
        return tuple(at for at in range(self.cut + 1) if at not in self.unread[sor_type])

    def kept_columns(self, sor_type: SorType) -> tuple[str, ...]:
        """The columns of what is kept."""
        return tuple(column for at, column in enumerate(self.columns) if at not in self.unread[sor_type])


def header_columns(header: bytes, delimiter: str) -> tuple[str, ...]:
    """Return the names in the line `header`; none where it is no header."""
    try:
        (names,) = csv.reader([header.decode("utf-8").strip()], delimiter=delimiter, strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        return ()
    columns = tuple(name.strip() for name in names)
    return columns if len(columns) <= MOST_COLUMNS and len(set(columns)) == len(columns) else ()
