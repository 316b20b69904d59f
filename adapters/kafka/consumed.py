"""A record as aiokafka gives it, as Sorbro's own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from contracts.records import InputRecord

_LATEST_MS: Final = 32_472_144_000_000
"""The year 2999: a timestamp may claim anything, and must not leave the calendar.

Nor may it go below 1970: some senders write the year 1 for none, and there is no day before that."""


def input_record(consumed: Any) -> InputRecord:
    """The same record, its timestamp as an instant in UTC."""
    return InputRecord(
        consumed.topic,
        consumed.partition,
        consumed.offset,
        consumed.key,
        consumed.value,
        tuple(consumed.headers),
        instant_of(consumed.timestamp),
    )


def instant_of(milliseconds: int) -> datetime:
    """A record's timestamp as an instant."""
    return datetime.fromtimestamp(min(max(milliseconds, 0), _LATEST_MS) / 1000, UTC)
