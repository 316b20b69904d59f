"""Which format a snapshot file has, told by its content and never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.sor_files.entity import Damaged, SnapshotEntity
from adapters.sor_files.errors import SnapshotError
from adapters.sor_files.register_csv import is_register_csv, read_register_csv
from adapters.sor_files.sor_xml2 import is_sor_xml2, read_sor_xml2

_READ = "SOR XML 2.0 (root SorTree, namespace urn:oio:nsi:2.0.0) and the register CSV (sor_id,sor_type,…)"
_HEAD_BYTES = 4096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_snapshot(path: Path) -> Iterator[SnapshotEntity | Damaged]:
    """Return the units of the snapshot at `path`, parents first, and `Damaged` for what cannot be read.

    Raises `SnapshotError` at once for a format that is not read, and while iterating where the file breaks.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"<"):
        if is_sor_xml2(path):
            return read_sor_xml2(path)
    elif is_register_csv(head):
        return read_register_csv(path)
    raise SnapshotError(f"{path}: not a format that is read; those are {_READ}")
