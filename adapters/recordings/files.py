"""Files of lines: plain, gzip or zstd. Read by what they are, written by what they are called."""

from __future__ import annotations

import gzip
import sys
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self, TypeAlias

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Bytes: TypeAlias = IO[bytes] | gzip.GzipFile | zstd.ZstdFile
LONGEST_LINE: Final = 32 * 1024 * 1024
"""Bytes. The largest message a topic takes is 4 MiB; escaped as JSON text it may grow sixfold."""
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_TELL_EVERY: Final = 1000
_BUFFER: Final = 1024 * 1024
_GZIP_LEVEL: Final = 6


class FileError(ValueError):
    """A file that cannot be read to its end, or a line too long to be a record; names the file."""


def lines_of(path: Path, tell: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
    """Yield the file's lines with their ends. `tell` is told now and then how many bytes of the file have been read.

    Raises `FileError`, and `OSError` where the file cannot be opened.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        start = raw.peek(len(_ZSTD))
        source: _Bytes = raw
        if start.startswith(_GZIP):
            source = stack.enter_context(gzip.GzipFile(fileobj=raw))
        elif start.startswith(_ZSTD):
            source = stack.enter_context(zstd.ZstdFile(raw))
        try:
            for number, line in enumerate(iter(lambda: source.readline(LONGEST_LINE), b"")):
                if len(line) == LONGEST_LINE:
                    raise FileError(f"{path}: line {number + 1} is longer than {LONGEST_LINE} bytes: no record is")
                if number % _TELL_EVERY == 0:
                    tell(raw.tell())
                yield line
        except (EOFError, zstd.ZstdError, gzip.BadGzipFile, zlib.error) as error:
            raise FileError(f"{path} is cut off or damaged ({error}); copy it again") from error


class LineFile:
    """A file being written, a line at a time; `.gz` and `.zst` are packed. The same lines give the same bytes.

    It has its name only once it is whole: what was there before stays until then, and when writing fails.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._stack = ExitStack()
        self._target: _Bytes
        self.lines = 0

    def __enter__(self) -> Self:
        plain = self._stack.enter_context(self._part.open("wb", buffering=_BUFFER))
        if self._path.suffix == ".gz":
            # No name and no time inside, or the same lines would not give the same bytes.
            self._target = self._stack.enter_context(gzip.GzipFile("", "wb", _GZIP_LEVEL, plain, mtime=0))
        elif self._path.suffix == ".zst":
            self._target = self._stack.enter_context(zstd.ZstdFile(plain, "wb"))
        else:
            self._target = plain
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._stack.close()
        if failure is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()

    def write(self, line: str) -> None:
        """Write one line; its end is added."""
        self._target.write(line.encode() + b"\n")
        self.lines += 1
