"""The bytes of a snapshot: from a file or a pipe, packed or not, read once from front to back."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from adapters.sor_files.errors import SnapshotError
from adapters.sor_files.packed import BufferedStream, Packed, is_packed, unpacked

HEAD: Final = 1 << 16
"""Bytes at hand before any are taken, for telling what they are."""


class Source:
    """A snapshot's bytes, unpacked; `name` is for messages to the operator."""

    def __init__(self, name: str, stream: BufferedStream, position: Callable[[], int], size: int | None) -> None:
        self.name = name
        self.size = size
        self._stream = stream
        self._position = position

    @property
    def head(self) -> bytes:
        """The first bytes, up to `HEAD` of them; nothing is taken."""
        return self._stream.peek(HEAD)[:HEAD]

    @property
    def position(self) -> int:
        """Bytes of the source as stored read so far."""
        return self._position()

    def read(self, size: int) -> bytes:
        """Take up to `size` bytes; none at the end."""
        return self._stream.read(size)

    def readline(self, size: int) -> bytes:
        """Take a line with its end, or `size` bytes of one that is longer; none at the end."""
        return self._stream.readline(size)

    def error(self, problem: str) -> SnapshotError:
        """`problem` as an error that names the source."""
        return SnapshotError(f"{self.name}: {problem}")


class _Stored(io.RawIOBase):
    """What is read of a file as stored, counted: a pipe cannot tell where it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stubs ask for less than is given
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


def open_source(source: Path | BinaryIO, resources: ExitStack) -> Source:
    """Open `source`, unpacking zip and gzip; whatever is opened is closed with `resources`.

    Raises `SnapshotError` for an archive that is damaged or has no snapshot of its own, `OSError` for a file that
    cannot be opened.
    """
    name = str(source) if isinstance(source, Path) else "standard input"
    file = resources.enter_context(source.open("rb")) if isinstance(source, Path) else source
    size = _size(file)
    stored = _Stored(file)
    stream: BufferedStream = io.BufferedReader(stored, HEAD)
    if not is_packed(stream.peek(HEAD)):
        return Source(name, stream, lambda: stored.count, size)
    return Source(name, *unpacked(Packed(name, file, stream, lambda: stored.count), resources), size)


def _size(file: BinaryIO) -> int | None:
    """Bytes from here to the end, None for a pipe."""
    if not file.seekable():
        return None
    here = file.tell()
    end = file.seek(0, io.SEEK_END)
    file.seek(here)
    return end - here
