"""Keeps the API key out of the log: it stands in the address, and httpx logs every address it calls.

A filter sits on each logger that speaks of requests and responses, and takes out whatever follows ``apiKey=``. httpcore
is among them because it logs response headers, and a redirect's ``Location`` may repeat the address.
"""

from __future__ import annotations

import logging
import re
from typing import Final

_KEY: Final = re.compile(r"(api_?key(?:=|%3d))[^&\s\"'<>)\]]+", re.IGNORECASE)
_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


class _WithoutKey(logging.Filter):
    """Lets every record pass, without the key."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the finished text in the place of its parts, for the parts hold the address as an object."""
        record.msg, record.args = without_key(record.getMessage()), None
        return True


_FILTER: Final = _WithoutKey()


def without_key(text: str) -> str:
    """Return `text` with every API key in it replaced by ``***``."""
    return _KEY.sub(r"\1***", text)


def guard_the_log() -> None:
    """Put the filter on the loggers; again is harmless, for a logger takes the same filter once."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
