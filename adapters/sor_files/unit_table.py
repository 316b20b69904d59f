"""All rows of a CSV snapshot, held compactly: rows of children stand before their parents' in real files."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import islice
from typing import Final

from adapters.sor_files.csv_layout import TYPES, Layout
from adapters.sor_files.csv_lines import SEPARATOR, CsvLines
from adapters.sor_files.entity import Damaged, DamageReason
from adapters.sor_files.source import Source
from contracts.sor_entities import SorType

MOST_HELD: Final = 512 << 20
"""Bytes of rows in memory. The whole register is some 75 MB."""
TOP: Final = -1
"""The parent of an owner."""
NOWHERE: Final = -2
"""The parent of a unit whose parent is not in the file."""
_LONGEST_ID: Final = 40
_AROUND: Final = b'=" \t'
"""What stands around a number that a spreadsheet is to keep as text, and blanks."""


class UnitTable:
    """The units of a file by their number in it, and who stands under whom; filled by `load`."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.ids: list[str] = []
        self.rows: list[bytes] = []
        """Each row, but for the cells that nobody reads."""
        self.lines = array("i")
        self.types: list[SorType] = []
        self.parents = array("i")
        """The number of the parent, `TOP` or `NOWHERE`."""
        self.cvrs: list[bytes] = []
        """Cells as written; none where there is no such column."""
        self.glns: list[bytes] = []
        """The same, where the layout asks for them."""
        self.hospitals: set[int] = set()
        """The SIs that are one, by their type."""
        self.unusable: set[str] = set()
        """Ids of rows that are none; what stands under them is damaged with them."""
        self._parent_ids: list[bytes] = []

    @property
    def orphans_of_unusable(self) -> set[int]:
        """The units whose parent is in the file, though damaged."""
        missing = (number for number, parent in enumerate(self.parents) if parent == NOWHERE)
        return {number for number in missing if self._parent_ids[number].decode() in self.unusable}

    def load(self, source: Source) -> Iterator[Damaged]:
        """Read all rows, and say at once of one that is no unit.

        Raises `SnapshotError` where the file breaks off, is no CSV or is too large.
        """
        by_id: dict[str, int] = {}
        lines = CsvLines(source, self.layout.delimiter)
        yield from self._add(lines, by_id, source)
        self.ids = list(by_id)
        self.parents.extend(
            TOP if sor_type == "IE" else by_id.get(parent.decode(), NOWHERE)
            for sor_type, parent in zip(self.types, self._parent_ids, strict=True)
        )

    def _add(self, lines: CsvLines, by_id: dict[str, int], source: Source) -> Iterator[Damaged]:
        # All rows of a register pass here, changed or not; whatever is looked up is looked up once, outside the loop.
        layout, cut = self.layout, self.layout.cut
        at_id, at_type, at_parents = layout.sor_id, layout.sor_type, layout.parents
        at_cvr, at_gln, unread = layout.cvr, layout.gln, layout.unread
        add_row, add_type, add_line = self.rows.append, self.types.append, self.lines.append
        held, record = 0, b""
        for record in islice(lines.records(), 1, None):
            cells = record.split(lines.separator, cut)
            sor_type = TYPES.get(cells[at_type]) if len(cells) > cut else None
            sor_id = cells[at_id].strip(_AROUND).decode() if sor_type else ""
            if sor_type is None or sor_id in by_id or not 0 < len(sor_id) <= _LONGEST_ID:
                yield self._unusable(cells, sor_type, by_id, lines.number)
                continue
            parent = b""
            for at in at_parents[sor_type]:
                parent = parent or cells[at].strip(_AROUND)
            self._parent_ids.append(parent)
            if at_cvr is not None:
                self.cvrs.append(cells[at_cvr])
            if at_gln is not None:
                self.glns.append(cells[at_gln])
            if sor_type == "SI" and not layout.hospital.isdisjoint(cells[at].lower() for at in layout.type_cells):
                self.hospitals.add(len(by_id))
            by_id[sor_id] = len(by_id)
            add_type(sor_type)
            add_line(lines.number)
            for at in unread[sor_type]:
                cells[at] = b""
            row = lines.separator.join(cells)
            add_row(row)
            held += len(row)
            if held > MOST_HELD:
                raise source.error(f"more than {MOST_HELD >> 20} MiB of rows; no register is that large")
        if record and self.cells_of(record) < len(layout.columns):
            raise source.error(f"line {lines.number}, the last, has too few cells: the file breaks off there")

    def cells_of(self, row: bytes) -> int:
        """Count the cells of a row."""
        return row.count(SEPARATOR if SEPARATOR in row else self.layout.delimiter.encode()) + 1

    def _unusable(self, cells: list[bytes], sor_type: SorType | None, by_id: dict[str, int], line: int) -> Damaged:
        sor_id = cells[self.layout.sor_id].strip(_AROUND).decode() if len(cells) > self.layout.sor_id else ""
        reason: DamageReason = "duplicate" if sor_id in by_id else "invalid-identifier"
        if sor_type is None:
            reason = "unreadable"
        if sor_id not in by_id:
            self.unusable.add(sor_id[:_LONGEST_ID])
        return Damaged(sor_id[:_LONGEST_ID], reason, f"line {line}, SOR-id, type or number of columns")
