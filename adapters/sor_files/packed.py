"""Snapshots in zip and gzip archives: unpacked as a stream, never trusted to stay small."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, cast

from adapters.sor_files.errors import SnapshotError

if TYPE_CHECKING:
    BufferedStream = io.BufferedReader[Any]
else:
    BufferedStream = io.BufferedReader

LARGEST: Final = 4 << 30
"""Bytes of a snapshot unpacked. The whole register is some 300 MB of XML."""
_LARGEST_ARCHIVE: Final = 1 << 30
"""Bytes of an archive that comes through a pipe, and is put on disk, as its table stands at its end."""
_RATIO: Final = 250
"""Bytes that come of one: XML gives 20 to 40, deflate at its most 1,032."""
_ALLOWANCE: Final = 16 << 20
_MOST_MEMBERS: Final = 1_000
_CHUNK: Final = 1 << 16
_SNIFFED: Final = 4096
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, struct.error,
)  # fmt: skip
"""What the standard library raises for damaged archives."""


def is_packed(head: bytes) -> bool:
    """Whether bytes that begin with `head` are a zip or gzip archive."""
    return head.startswith((*_ZIP, _GZIP))


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive: its `name` for messages, the `file` it is in, what reads that, and how many bytes that has read."""

    name: str
    file: BinaryIO
    stream: BufferedStream
    taken: Callable[[], int]

    def error(self, problem: str) -> SnapshotError:
        """`problem` as an error that names the archive."""
        return SnapshotError(f"{self.name}: {problem}")


def unpacked(archive: Packed, resources: ExitStack) -> tuple[BufferedStream, Callable[[], int]]:
    """Return the snapshot in the archive, and what tells how many bytes of the archive have been read.

    Raises `SnapshotError` where there is no snapshot in it, or more than one.
    """
    if archive.stream.peek(_CHUNK).startswith(_GZIP):
        member: IO[bytes] = cast("IO[bytes]", resources.enter_context(gzip.GzipFile(fileobj=archive.stream)))
        return io.BufferedReader(_Unpacked(member, archive, archive.taken), _CHUNK), archive.taken
    file = archive.file if archive.file.seekable() else _on_disk(archive, resources)
    try:
        members = resources.enter_context(zipfile.ZipFile(file))
        member = resources.enter_context(members.open(_the_snapshot(members, archive)))
    except SnapshotError:
        raise
    except _BROKEN as error:
        raise archive.error(f"a damaged zip archive ({type(error).__name__}); fetch it again") from error
    return io.BufferedReader(_Unpacked(member, archive, file.tell), _CHUNK), file.tell


def _on_disk(archive: Packed, resources: ExitStack) -> IO[bytes]:
    """Copy an archive that comes through a pipe: its table stands at its end."""
    target = resources.enter_context(TemporaryFile())  # noqa: SIM115  closed with the resources
    while chunk := archive.stream.read(_CHUNK):
        target.write(chunk)
        if target.tell() > _LARGEST_ARCHIVE:
            raise archive.error(f"a zip archive of more than {_LARGEST_ARCHIVE >> 20} MiB; no snapshot is that large")
    return target


def _the_snapshot(members: zipfile.ZipFile, archive: Packed) -> zipfile.ZipInfo:
    """Return the one member that looks like a snapshot."""
    found = [each for each in members.infolist() if not each.filename.endswith("/")]  # is_dir breaks on no name at all
    if len(found) > _MOST_MEMBERS:
        raise archive.error(f"a zip archive of {len(found):,} files; no snapshot comes so")
    if any(each.flag_bits & _ENCRYPTED or each.compress_type not in _METHODS for each in found):
        raise archive.error("a zip archive that is encrypted or packed in an unusual way; unpack it first")
    if len(found) > 1:
        found = [each for each in found if _looks_like_a_snapshot(_head(members, each))]
    if len(found) != 1:
        raise archive.error(f"a zip archive with {len(found)} snapshots in it; there must be one, unpack what you mean")
    if is_packed(_head(members, found[0])):
        raise archive.error("an archive in an archive; unpack the outer one first")
    return found[0]


def _head(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        return file.read(_SNIFFED)


def _looks_like_a_snapshot(head: bytes) -> bool:
    header = head.split(b"\n", 1)[0]
    return b"SorTree" in head or (b"SorId" in header and b"SorType" in header) or b"parent_sor_id" in header


class _Unpacked(io.RawIOBase):
    """A member as it is unpacked. Raises `SnapshotError` where it is damaged, or far more than was packed."""

    def __init__(self, member: IO[bytes], archive: Packed, taken: Callable[[], int]) -> None:
        self._member = member
        self._archive = archive
        self._taken = taken
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stubs ask for less than is given
        try:
            data = self._member.read(len(buffer))
        except _BROKEN as error:
            raise self._archive.error(f"a damaged archive ({type(error).__name__}); fetch it again") from error
        buffer[: len(data)] = data
        self._given += len(data)
        if self._given > LARGEST or self._given > _RATIO * self._taken() + _ALLOWANCE:
            raise self._archive.error("an archive that unpacks to far more than a snapshot; refused")
        return len(data)
