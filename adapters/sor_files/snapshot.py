"""Which format a snapshot has, told by its content and never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from adapters.sor_files.csv_snapshot import CsvSnapshot
from adapters.sor_files.entity import Damaged, SnapshotEntity
from adapters.sor_files.port import FileUnit, Snapshot, SnapshotFormat
from adapters.sor_files.register_csv import register_layout
from adapters.sor_files.sor2_csv import sor2_layout
from adapters.sor_files.sor_xml import SorXml
from adapters.sor_files.source import Source, open_source

_READ: Final = (
    "SOR XML 1.0, SOR XML 2.0 (root SorTree), SOR2 CSV (SorId;SorType;EntityName;…) "
    "and the register CSV (sor_id,sor_type,…)"
)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class OpenSnapshot:
    """A `Snapshot` that is to be closed: call `close`, or use it as a context manager."""

    def __init__(self, snapshot: Snapshot, resources: ExitStack) -> None:
        self._snapshot = snapshot
        self._resources = resources
        self.format: SnapshotFormat = snapshot.format
        self.taken_on: date | None = snapshot.taken_on
        self.lacking: tuple[str, ...] = snapshot.lacking
        self.size: int | None = snapshot.size

    @property
    def position(self) -> int:
        """See `Snapshot`."""
        return self._snapshot.position

    def units(self) -> Iterator[FileUnit | Damaged]:
        """See `Snapshot`."""
        return self._snapshot.units()

    def close(self) -> None:
        """Close what was opened; a file that was given open stays so."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_snapshot(source: Path | BinaryIO) -> OpenSnapshot:
    """Open a snapshot in any format that is read, also in a zip or gzip archive; a pipe is read from where it stands.

    Raises `SnapshotError` for anything else, `OSError` for a file that cannot be opened.
    """
    with ExitStack() as resources:
        snapshot = _read_as_what_it_is(open_source(source, resources))
        return OpenSnapshot(snapshot, resources.pop_all())


def read_snapshot(source: Path | BinaryIO) -> Iterator[SnapshotEntity | Damaged]:
    """Return all units of a snapshot, parents first, and `Damaged` for what cannot be read.

    Raises `SnapshotError` at once for a format that is not read, and while iterating where the file breaks.
    """
    return _entities(open_snapshot(source))


def _entities(snapshot: OpenSnapshot) -> Iterator[SnapshotEntity | Damaged]:
    with snapshot:
        for unit in snapshot.units():
            if isinstance(unit, Damaged):
                yield unit
                continue
            reading = unit.read()
            yield from reading.damage
            if reading.entity is not None:
                yield reading.entity


def _read_as_what_it_is(source: Source) -> Snapshot:
    head = source.head.removeprefix(_BYTE_ORDER_MARK)
    if head.lstrip().startswith(b"<"):
        return SorXml(source)
    header = head.split(b"\n", 1)[0]
    for layout_of in (sor2_layout, register_layout):
        layout = layout_of(header)
        if layout is not None:
            return CsvSnapshot(source, layout)
    raise source.error(f"not a format that is read; those are {_READ}")
