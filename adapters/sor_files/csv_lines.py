"""CSV that others wrote, record by record: as the csv module reads it, but mostly without it.

Lines in which no cell begins with a quotation mark are records, and their delimiters part their cells: that is what the
csv module would find, and finding it so for many lines at once is many times as quick. The others it reads itself. The
encoding is decided by the first byte that is not ASCII, which is the first where it matters: UTF-8 if it is that, else
ISO-8859-1.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from adapters.sor_files.errors import SnapshotError
from adapters.sor_files.source import Source

LONGEST: Final = 1 << 20
"""Bytes of a record."""
MOST_LINES: Final = 1_000_000
"""Six times the SOR-ids ever issued (notes/sor.md §4.2)."""
MOST_BYTES: Final = 512 << 20
"""Of the whole file, as its rows are held. The whole register is some 100 MB."""
SEPARATOR: Final = b"\x1f"
"""Stands between the cells of a record that the csv module has read."""
_BLOCK: Final = 1 << 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Records(NamedTuple):
    """Records of a file, some at a time, in UTF-8; empty lines are empty records."""

    line: int
    """Where the first ends; each of the others takes one line."""
    separator: bytes
    """What parts the cells."""
    records: list[bytes]


class CsvLines:
    """The records of a source, the header included."""

    def __init__(self, source: Source, delimiter: str) -> None:
        self._number = 0
        """The line read last."""
        self._source = source
        self._delimiter = delimiter
        self._encoding: str | None = None
        mark = re.escape(delimiter)
        self._quoted = re.compile(rf'"(?<![^{mark}\n]")(?!=""[0-9]*"""[{mark}\r\n])'.encode())
        """A quotation mark that begins a cell, but for a number quoted as spreadsheets need it to be kept as text."""

    def records(self) -> Iterator[Records]:
        """Yield all records.

        Raises `SnapshotError` for what is no CSV, and where the file breaks off.
        """
        delimiter = self._delimiter.encode()
        for block in self._blocks():
            lines = block.splitlines()
            if self._is_plain(block) and len(lines) == block.count(b"\n"):
                yield Records(self._number + 1, delimiter, lines)
                self._number += len(lines)
            else:
                yield from self._one_by_one(block)

    def _blocks(self) -> Iterator[bytes]:
        """Yield whole lines, many at a time, in UTF-8."""
        size = 0
        while block := self._source.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise self._source.error(f"more than {MOST_BYTES >> 20} MiB of rows; no register is that large")
            yield self._checked(block if block.endswith(b"\n") else block + self._source.readline(LONGEST))

    def _checked(self, lines: bytes) -> bytes:
        """Return the next `lines` of the file in UTF-8. Raises `SnapshotError` where they are no text, or cut off."""
        if b"\0" in lines:
            raise self._error(lines, lines.index(0), "holds a NUL, as no text does")
        if not lines.endswith(b"\n"):
            cut_off = len(lines) < LONGEST
            problem = "has no end: the file breaks off there; fetch it again" if cut_off else "is far too long"
            raise self._error(lines, len(lines), problem)
        if self._number > MOST_LINES:
            raise self._error(lines, 0, f"is beyond the {MOST_LINES:,} that a snapshot may have")
        return lines if lines.isascii() else self._as_utf8(lines)

    def _as_utf8(self, lines: bytes) -> bytes:
        if self._encoding is None and self._number == 0:
            lines = lines.removeprefix(_BYTE_ORDER_MARK)
        if self._encoding != "iso-8859-1":
            try:
                lines.decode()
            except UnicodeDecodeError as error:
                if self._encoding is not None or not lines[: error.start].isascii():
                    raise self._error(lines, error.start, "is not UTF-8, as what stands before it is") from error
                self._encoding = "iso-8859-1"
            else:
                self._encoding = "utf-8"
                return lines
        return lines.decode("iso-8859-1").encode()

    def _is_plain(self, lines: bytes) -> bool:
        """Whether each of the `lines` is a record that its delimiters part, if none has a carriage return inside.

        The quoted numbers that are let pass cannot stand inside another quoted cell: that one would have been found.
        """
        return SEPARATOR not in lines and self._quoted.search(lines) is None

    def _one_by_one(self, block: bytes) -> Iterator[Records]:
        lines = iter(block.split(b"\n")[:-1])
        for line in lines:
            self._number += 1
            record = line.removesuffix(b"\r")
            if b"\r" in record or not self._is_plain(line + b"\n"):
                record = self._parsed(line, lines)
                yield Records(self._number, SEPARATOR, [record])
            else:
                yield Records(self._number, self._delimiter.encode(), [record])

    def _parsed(self, line: bytes, lines: Iterator[bytes]) -> bytes:
        """Let the csv module read the record that begins with `line`, and goes on in `lines` and beyond."""
        try:
            cells = next(csv.reader(self._texts(line, lines), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            raise self._error(b"", 0, f"or the one before is not CSV ({error})") from error
        if any(SEPARATOR.decode() in cell for cell in cells):
            raise self._error(b"", 0, "or the one before holds a control character, as no cell does")
        return SEPARATOR.join(cell.encode() for cell in cells)

    def _texts(self, line: bytes, lines: Iterable[bytes]) -> Iterator[str]:
        """Yield the text of `line` and then, as long as the csv module asks, of those after it."""
        size = len(line)
        yield line.decode() + "\n"
        for each in chain(lines, self._further_lines()):
            self._number += 1
            size += len(each)
            if size > LONGEST:
                raise self._error(b"", 0, "ends a record that is far too long; a quotation mark is not closed")
            yield each.decode() + "\n"

    def _further_lines(self) -> Iterator[bytes]:
        while line := self._source.readline(LONGEST):
            yield self._checked(line)[:-1]

    def _error(self, lines: bytes, offset: int, problem: str) -> SnapshotError:
        """`problem` as an error at the line that holds byte `offset` of the next `lines`."""
        return self._source.error(f"line {self._number + 1 + lines.count(bytes((10,)), 0, offset)} {problem}")
