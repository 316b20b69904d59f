"""A Kafka record as Sorbro sees it, from whatever log it came: broker, file, or memory."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from contracts.cloudevents import Headers


class InputRecord(NamedTuple):
    """One record read. `timestamp` is the record's own (UTC); None for `value` is a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: datetime


class OutputRecord(NamedTuple):
    """One record to write. `partition` None lets the key decide; `time` is the instant it was decided at."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: datetime
    partition: int | None = None

    @property
    def timestamp_ms(self) -> int:
        """`time` as Kafka stamps records: milliseconds since 1970, and never before."""
        return _milliseconds(self.time)

    def as_input(self) -> InputRecord:
        """The record as a reader gets it, where no broker has given it a place of its own."""
        return InputRecord(self.topic, self.partition or 0, 0, self.key, self.value, self.headers, self.time)


@lru_cache(1 << 10)
def _milliseconds(instant: datetime) -> int:
    """Remembered: the records of a turn share few instants, and those are in UTC, without a fold."""
    return max(0, int(instant.timestamp() * 1000))
