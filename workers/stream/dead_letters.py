"""Making a dead letter: the original byte for byte, and why it could not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import dead_letters as names
from contracts.danish_time import rfc3339
from contracts.records import OutputRecord
from contracts.topics import Topic

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.records import InputRecord
    from workers.effects import Refusal

_LONGEST_COUNT: Final = 9


def dead_letter(record: InputRecord, refusal: Refusal, now: datetime) -> OutputRecord:
    """The record for ``sor-bsr.dead-letters.v1``. Headers of an earlier attempt are replaced, never repeated."""
    earlier = {name: value for name, value in record.headers if name in names.OURS}
    ours = (
        (names.REASON, refusal.reason.encode()),
        (names.DETAIL, refusal.detail.encode()),
        (names.ATTEMPT, str(_attempts(earlier.get(names.ATTEMPT)) + 1).encode()),
        (names.FIRST_FAILED_AT, earlier.get(names.FIRST_FAILED_AT) or rfc3339(now).encode()),
        (names.CONNECT_TOPIC, record.topic.encode()),
        (names.CONNECT_PARTITION, str(record.partition).encode()),
        (names.CONNECT_OFFSET, str(record.offset).encode()),
        (names.CONNECT_MESSAGE, f"{refusal.reason}: {refusal.detail}".encode()),
    )
    theirs = tuple((name, value) for name, value in record.headers if name not in names.OURS)
    return OutputRecord(Topic.DEAD_LETTERS, record.key, record.value, theirs + ours, now)


def _attempts(raw: bytes | None) -> int:
    return int(raw) if raw is not None and raw.isdigit() and len(raw) <= _LONGEST_COUNT else 0
