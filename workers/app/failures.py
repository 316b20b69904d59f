"""An error in words that may stand in a log: an exception's text may hold what somebody typed (R49)."""

from __future__ import annotations

from traceback import extract_tb
from typing import Final

from aiokafka.errors import KafkaError

from adapters.kafka.gap import UnreadableRecordError
from adapters.kafka.port import LogError
from workers.stream.changelog import ChangelogError, IncompleteRestoreError
from workers.stream.loop import FloodError

_SPEAK_OF_NO_CONTENT: Final = (
    *(KafkaError, TimeoutError, ConnectionError),
    *(LogError, UnreadableRecordError, ChangelogError, IncompleteRestoreError, FloodError),
)
"""Ours, and those that speak of brokers and connections."""


def in_words(error: BaseException) -> str:
    """The kind of error, and its text where that cannot hold a message's content; else where it was raised."""
    kind = type(error).__name__
    if isinstance(error, _SPEAK_OF_NO_CONTENT):
        return f"{kind}: {error}"
    frames = extract_tb(error.__traceback__)
    return f"{kind} in {frames[-1].name}, {frames[-1].filename}:{frames[-1].lineno}" if frames else kind
