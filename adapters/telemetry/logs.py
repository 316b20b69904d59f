"""Structured logs. What is logged names units and numbers, never people (R49)."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Sequence
from typing import BinaryIO, Final, Literal, cast

import orjson
import structlog

_SECONDS_BETWEEN: Final = 10.0
_COMMON: Final[Sequence[structlog.typing.Processor]] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


class _Once(logging.Filter):
    """Lets a library say the same thing once in ten seconds: in an outage aiokafka says it ten times in one."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may pass."""
        said = (record.name, str(record.msg))
        if record.created - self._said.get(said, 0.0) < _SECONDS_BETWEEN:
            return False
        self._said[said] = record.created
        return True


class _Unfailing:
    """A stream that cannot be written, as on a full disk, does not stop the work that is told of: words are lost."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: bytes) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def configure_logging(form: Literal["auto", "json", "console"], level: str) -> None:
    """Send structured events to standard error: readable on a terminal, JSON elsewhere, unless told otherwise."""
    is_console = form == "console" or (form == "auto" and sys.stderr.isatty())
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_COMMON, _renderer(is_console=is_console)],
        # Straight to the stream: by way of the standard library each of our own events would take five times as long.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr)
        if is_console
        else structlog.BytesLoggerFactory(cast("BinaryIO", _Unfailing(sys.stderr.buffer))),
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        cache_logger_on_first_use=True,
    )
    _configure_libraries(numeric, is_console=is_console)


def _renderer(*, is_console: bool) -> structlog.typing.Processor:
    return structlog.dev.ConsoleRenderer() if is_console else structlog.processors.JSONRenderer(orjson.dumps)


def _configure_libraries(numeric: int, *, is_console: bool) -> None:
    """Let what the libraries log through the standard library look like our own events."""
    renderer = structlog.dev.ConsoleRenderer() if is_console else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Once())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_COMMON,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(numeric)
    # Faust builds debug records for every event even when nobody reads them (notes/engine.md 6).
    for name in ("faust", "mode", "workers", "aiokafka", "httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(max(numeric, logging.WARNING))
