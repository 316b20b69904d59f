"""A CSV snapshot, whichever its columns: all rows held, then given out parents first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Final

from xxhash import xxh3_128_digest

from adapters.sor_files.csv_layout import Layout, Row
from adapters.sor_files.entity import Damaged
from adapters.sor_files.port import Reading
from adapters.sor_files.source import Source
from adapters.sor_files.tree_order import TreeOrder
from adapters.sor_files.unit_table import UnitTable


class CsvUnit:
    """A row, by its number among the units of its file."""

    __slots__ = ("_number", "_snapshot", "fingerprint", "sor_id")

    def __init__(self, sor_id: str, fingerprint: bytes, number: int, snapshot: CsvSnapshot) -> None:
        self.sor_id = sor_id
        self.fingerprint = fingerprint
        self._number = number
        self._snapshot = snapshot

    def read(self) -> Reading:
        """Read it; see `FileUnit`."""
        return self._snapshot.reading(self._number)


class CsvSnapshot:
    """A CSV file as a `Snapshot`; it does not say when it was taken."""

    taken_on: Final[date | None] = None

    def __init__(self, source: Source, layout: Layout) -> None:
        self.format = layout.format
        self.lacking = layout.lacking
        self._source = source
        self._table = UnitTable(layout)
        self._header = f"\x1f{sha256(repr(layout.columns).encode()).hexdigest()[:32]}\x1f"
        self._order = TreeOrder((), set())
        self._has_children = bytearray()
        self._has_oe_children = bytearray()
        self._in_hospital = bytearray()

    @property
    def size(self) -> int | None:
        """See `Snapshot`."""
        return self._source.size

    @property
    def position(self) -> int:
        """See `Snapshot`."""
        return self._source.position

    def units(self) -> Iterator[CsvUnit | Damaged]:
        """See `Snapshot`."""
        table = self._table
        is_damaged = False
        for damage in table.load(self._source):
            is_damaged = True
            yield damage
        if not table.rows and not is_damaged:
            raise self._source.error("no unit in it: not a snapshot")
        self._look_down()
        self._order = order = TreeOrder(table.parents, table.orphans_of_unusable)
        ids, rows, owners = table.ids, table.rows, order.owners
        owner, elsewhere = -1, b""
        for number, reason in order.walk():
            if reason is not None:
                yield Damaged(ids[number], reason, f"line {table.lines[number]}")
                continue
            if owner != owners[number]:
                owner = owners[number]
                elsewhere = f"{self._header}{ids[owner]}\x1f".encode()
            content = rows[number] + elsewhere + self._marks(number, owner)
            yield CsvUnit(ids[number], xxh3_128_digest(content), number, self)

    def reading(self, number: int) -> Reading:
        """Read the row of a unit."""
        table, layout = self._table, self._table.layout
        parent, owner = table.parents[number], self._order.owners[number]
        cells = table.cells(number)
        if cells is None:
            where = f"line {table.lines[number]}, number of columns"
            return Reading(None, (Damaged(table.ids[number], "unreadable", where),))
        return layout.read(
            Row(
                cells={column: text_of(cell) for column, cell in cells.items() if cell},
                sor_id=table.ids[number],
                sor_type=table.types[number],
                owner=table.ids[owner],
                parent=table.ids[parent] if parent >= 0 else None,
                parents_gln=text_of(table.glns[parent]) if parent >= 0 and table.glns else None,
                cvr_differs=bool(table.cvrs) and table.cvrs[number] != table.cvrs[owner],
                in_hospital=bool(self._in_hospital[number]),
                has_children=bool(self._has_children[number]),
                has_oe_children=bool(self._has_oe_children[number]),
                where=f"line {table.lines[number]}",
            )
        )

    def _marks(self, number: int, owner: int) -> bytes:
        """Say of what `reading` takes from other rows, the ids apart, as little as decides the entity."""
        table = self._table
        marks = b"cvr" if table.cvrs and table.cvrs[number] != table.cvrs[owner] else b""
        if table.layout.place_by_shape:
            marks += bytes((self._has_children[number], self._has_oe_children[number]))
        elif table.hospitals and self._is_in_hospital(number):
            marks += bytes((1, self._has_children[number]))
        if table.glns and number != owner and table.glns[number] == table.glns[table.parents[number]]:
            marks += b"gln"
        return marks

    def _is_in_hospital(self, number: int) -> bool:
        """Whether the unit, whose parent has been asked for, is a hospital or in one: the next SI above tells."""
        table = self._table
        if table.types[number] == "SI":
            self._in_hospital[number] = number in table.hospitals
        elif table.types[number] == "OE":
            self._in_hospital[number] = self._in_hospital[table.parents[number]]
        return bool(self._in_hospital[number])

    def _look_down(self) -> None:
        """Note which units have something under them."""
        table = self._table
        self._has_children = bytearray(len(table.rows))
        self._has_oe_children = bytearray(len(table.rows))
        self._in_hospital = bytearray(len(table.rows))
        for number, parent in enumerate(table.parents):
            if parent >= 0:
                self._has_children[parent] = 1
                if table.types[number] == "OE":
                    self._has_oe_children[parent] = 1


def text_of(cell: bytes) -> str:
    """Read a cell; what a spreadsheet needs to keep a number as text is taken off: ``="123"``, or that quoted."""
    text = cell.decode().strip()
    if text[:1] in {"=", '"'}:
        for begin, end in (('"=""', '"""'), ('="', '"')):
            if text.startswith(begin) and text.endswith(end):
                return text[len(begin) : -len(end)].strip()
    return text
