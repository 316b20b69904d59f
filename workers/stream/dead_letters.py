"""Making a dead letter: the original byte for byte, and why it could not be used.

One thing has to give way: an original larger than the topic takes, by well compressed input or a raised limit, would
stop its partition for good. It stays where it lies, and the letter says where that is, how large it is, and its digest.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from contracts import dead_letters as names
from contracts.danish_time import rfc3339
from contracts.records import OutputRecord
from contracts.topics import PLANS, Topic

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.cloudevents import Headers
    from contracts.records import InputRecord
    from workers.effects import Refusal

LARGEST_LETTER: Final = int(PLANS[Topic.DEAD_LETTERS].config["max.message.bytes"]) - 64 * 1024
"""Bytes of key, value and headers; the rest of what the topic takes is for Kafka's own framing."""
_LONGEST_KEY: Final = 1024
"""Bytes; what a letter without its original keeps. Our keys are numbers of some twenty digits."""
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
    letter = OutputRecord(Topic.DEAD_LETTERS, record.key, record.value, theirs + ours, now)
    size = _size(letter)
    return letter if size <= LARGEST_LETTER else _without_original(letter, ours, size)


def _without_original(letter: OutputRecord, ours: Headers, size: int) -> OutputRecord:
    digest = sha256(letter.value or b"").hexdigest()
    left_out = f"value, headers and any long key: {size} bytes; the value's SHA-256 is {digest}"
    key = letter.key if len(letter.key or b"") <= _LONGEST_KEY else None
    return letter._replace(key=key, value=None, headers=((names.LEFT_OUT, left_out.encode()), *ours))


def _size(letter: OutputRecord) -> int:
    headers = sum(len(name.encode()) + len(value or b"") for name, value in letter.headers)
    return len(letter.key or b"") + len(letter.value or b"") + headers


def _attempts(raw: bytes | None) -> int:
    return int(raw) if raw is not None and raw.isdigit() and len(raw) <= _LONGEST_COUNT else 0
