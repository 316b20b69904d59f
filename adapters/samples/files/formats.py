"""The three formats by name: writing a snapshot in one of them, and what a reader must find in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import BinaryIO, Final, NamedTuple

from adapters.samples.files.inheritance import resolved
from adapters.samples.files.sor2_csv import csv_text
from adapters.samples.files.sor_xml1 import xml1_carries, xml1_text
from adapters.samples.files.sor_xml2 import xml2_carries, xml2_text
from adapters.samples.tree_builder import Tree
from adapters.sor_files.entity import SnapshotEntity

_BOM: Final = b"\xef\xbb\xbf"


class FileFormat(StrEnum):
    """The formats of SOR's files."""

    XML1 = "xml1"
    XML2 = "xml2"
    CSV = "csv"

    def file_name(self, day: date) -> str:
        """Return what the snapshot of `day` is called."""
        return f"SorEntity_daily_{day}.csv" if self is FileFormat.CSV else f"Sor_{day}.xml"


class _Format(NamedTuple):
    text: Callable[[Iterable[Tree], date], Iterator[str]]
    carries: Callable[[Tree], Iterable[SnapshotEntity]]
    line_end: str


_FORMATS: Final = {
    FileFormat.XML1: _Format(xml1_text, lambda tree: map(xml1_carries, tree), "\n"),
    FileFormat.XML2: _Format(xml2_text, lambda tree: map(xml2_carries, tree), "\r\n"),
    FileFormat.CSV: _Format(csv_text, resolved, "\n"),
}


def write(form: FileFormat, trees: Iterable[Tree], day: date, target: BinaryIO) -> None:
    """Write the snapshot of `day`, UTF-8 with BOM; one tree is in memory at a time."""
    chosen = _FORMATS[form]
    target.write(_BOM)
    target.writelines(piece.replace("\n", chosen.line_end).encode() for piece in chosen.text(trees, day))


def carried(form: FileFormat, tree: Tree) -> tuple[SnapshotEntity, ...]:
    """Return what the format says of an owner's units, as a reader must give them back.

    No format has the mark of a behandlingssted. A reader decides by type (`adapters.sor_files.treatment_places`), and
    samples are made so that it decides right.
    """
    return tuple(_FORMATS[form].carries(tree))
