"""All rows of a CSV snapshot, held compactly: rows of children stand before their parents' in real files."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from adapters.sor_files.csv_layout import TYPES, Layout
from adapters.sor_files.csv_lines import SEPARATOR, CsvLines
from adapters.sor_files.entity import Damaged, DamageReason
from adapters.sor_files.source import Source
from adapters.sor_files.unreadable import LONGEST_ID
from contracts.sor_entities import SorType

TOP: Final = -1
"""The parent of an owner."""
NOWHERE: Final = -2
"""The parent of a unit whose parent is not in the file."""
_AROUND: Final = b'=" \t'
"""What stands around a number that a spreadsheet is to keep as text, and blanks."""


class UnitTable:
    """The units of a file by their number in it, and who stands under whom; filled by `load`."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.ids: list[str] = []
        self.rows: list[bytes] = []
        """Of each row what is read of it, in one piece: some 75 MB for the whole register."""
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
        self._columns = {sor_type: layout.kept_columns(sor_type) for sor_type in layout.unread}
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
        layout, cut, at_parents = self.layout, self.layout.cut, self.layout.parents
        at_id, at_type, at_cvr, at_gln = layout.sor_id, layout.sor_type, layout.cvr, layout.gln
        kept = {sor_type: itemgetter(*layout.kept(sor_type)) for sor_type in layout.unread}
        types, parents, rows, numbers = self.types, self._parent_ids, self.rows, self.lines
        record, separator, line = b"", b"", 0
        for line, separator, record in _after_the_header(lines):
            cells = record.split(separator, cut)
            sor_type = TYPES.get(cells[at_type]) if len(cells) > cut else None
            sor_id = cells[at_id].strip(_AROUND).decode() if sor_type else ""
            if sor_type is None or sor_id in by_id or not 0 < len(sor_id) <= LONGEST_ID:
                yield self._unusable(cells, sor_type, by_id, line)
                continue
            parent = b""
            for at in at_parents[sor_type]:
                parent = parent or cells[at].strip(_AROUND)
            if at_cvr is not None:
                self.cvrs.append(cells[at_cvr])
            if at_gln is not None:
                self.glns.append(cells[at_gln])
            if sor_type == "SI" and self._is_hospital(cells):
                self.hospitals.add(len(by_id))
            by_id[sor_id] = len(by_id)
            types.append(sor_type)
            parents.append(parent)
            numbers.append(line)
            rows.append(separator.join(kept[sor_type](cells)))
        if record and record.count(separator) + 1 < len(layout.columns):
            raise source.error(f"line {line}, the last, has too few cells: the file breaks off there")

    def _is_hospital(self, cells: list[bytes]) -> bool:
        return any(cells[at].strip(_AROUND).lower() in self.layout.hospital for at in self.layout.type_cells)

    def cells(self, number: int) -> dict[str, bytes] | None:
        """Return the cells of a row that are kept, by column; None where there are too few or too many."""
        row, columns = self.rows[number], self._columns[self.types[number]]
        cells = row.split(SEPARATOR if SEPARATOR in row else self.layout.delimiter.encode())
        return dict(zip(columns, cells, strict=True)) if len(cells) == len(columns) else None

    def _unusable(self, cells: list[bytes], sor_type: SorType | None, by_id: dict[str, int], line: int) -> Damaged:
        sor_id = cells[self.layout.sor_id].strip(_AROUND).decode() if len(cells) > self.layout.sor_id else ""
        reason: DamageReason = "duplicate" if sor_id in by_id else "invalid-identifier"
        if sor_type is None:
            reason = "unreadable"
        if sor_id not in by_id:
            self.unusable.add(sor_id[:LONGEST_ID])
        return Damaged(sor_id[:LONGEST_ID], reason, f"line {line}, SOR-id, type or number of columns")


def _after_the_header(lines: CsvLines) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield line, separator and cells of each row."""
    is_header = True
    for first, separator, records in lines.records():
        for line, record in enumerate(records, first):
            if record and not is_header:
                yield line, separator, record
            is_header = is_header and not record
