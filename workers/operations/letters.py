"""A dead letter as it lies on ``sor-bsr.dead-letters.v1``: what was wrong with it, and the record it once was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeGuard, get_args

from contracts import dead_letters as names
from contracts.cloudevents import EnvelopeError, open_envelope
from contracts.danish_time import danish_date, rfc3339
from contracts.dead_letters import DeadLetterReason
from contracts.records import InputRecord, OutputRecord
from contracts.redrives import LetterPlace
from contracts.topics import MESSAGES, WORKER_INPUTS, Topic
from workers.stream.intake import LARGEST_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

NO_TYPE: Final = "(none)"
UNKNOWN_TYPE: Final = "(unknown)"
UNREADABLE: Final = "(unreadable)"
_TYPES: Final = frozenset(ce_type for types in MESSAGES.values() for ce_type in types)
_INPUTS: Final = frozenset(topic.value for topic in WORKER_INPUTS)
_LONGEST_DETAIL: Final = 500
_LONGEST_NUMBER: Final = 18


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `record` is what lies on the topic, with our headers among its own."""

    record: InputRecord
    reason: DeadLetterReason
    detail: str
    """For people; made by us, without personal data (R49)."""
    attempt: int
    first_failed_at: datetime
    topic: Topic
    """The input topic it came from, and below the partition."""
    partition: int
    ce_type: str
    """One of the catalogue's, or a word in brackets: what a sender wrote there may be anything (R49)."""

    @property
    def is_without_original(self) -> bool:
        """Whether the original was too large for the topic, so that there is nothing here to be sent once more."""
        return any(name == names.LEFT_OUT for name, _ in self.record.headers)

    @property
    def place(self) -> LetterPlace:
        """Where it lies, and the instant it bears."""
        return LetterPlace(
            partition=self.record.partition, offset=self.record.offset, set_aside_at=self.record.timestamp
        )

    @property
    def day(self) -> date:
        """The Danish day on which it was set aside."""
        return danish_date(self.record.timestamp)

    def again(self, now: datetime) -> OutputRecord:
        """The record as it is sent once more: key, value and headers byte for byte, to the partition it came from.

        There the owner's state is, whichever way its sender divided the keys. The count and the first failure go along,
        so that another failure is the next attempt; it bears the instant of sending, for by that it is decided.
        """
        theirs = tuple((name, value) for name, value in self.record.headers if name not in names.OURS)
        carried = (
            (names.ATTEMPT, str(self.attempt).encode()),
            (names.FIRST_FAILED_AT, rfc3339(self.first_failed_at).encode()),
        )
        return OutputRecord(self.topic.value, self.record.key, self.record.value, theirs + carried, now, self.partition)


def letter_of(record: InputRecord) -> Letter | None:
    """Read the record's headers; None for one that no Sorbro has written."""
    headers = dict(record.headers)
    text = {name: headers[name].decode("utf-8", "replace") for name in names.OURS if headers.get(name) is not None}
    reason, topic = text.get(names.REASON), text.get(names.CONNECT_TOPIC)
    partition, attempt = _number(text, names.CONNECT_PARTITION), _number(text, names.ATTEMPT)
    if not _is_reason(reason) or topic not in _INPUTS or partition is None or attempt is None:
        return None
    return Letter(
        record,
        reason,
        text.get(names.DETAIL, "")[:_LONGEST_DETAIL],
        attempt,
        _instant_before(record.timestamp, text.get(names.FIRST_FAILED_AT)) or record.timestamp,
        Topic(topic),
        partition,
        _type_of(Topic(topic), record),
    )


def _is_reason(text: str | None) -> TypeGuard[DeadLetterReason]:
    return text in get_args(DeadLetterReason)


def _number(text: Mapping[str, str], name: str) -> int | None:
    digits = text.get(name, "")
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None


def _instant_before(latest: datetime, text: str | None) -> datetime | None:
    """Read the instant; a sender may have written anything into the header, also what no clock can tell in UTC."""
    try:
        instant = datetime.fromisoformat(text or "")
        instant = instant.astimezone(UTC) if instant.tzinfo is not None else latest
    except (ValueError, OverflowError):
        return None
    return min(instant, latest)


def _type_of(topic: Topic, record: InputRecord) -> str:
    value = record.value or b""
    if len(value) > LARGEST_VALUE:
        return UNREADABLE
    try:
        named = open_envelope(record.headers, value).type
    except EnvelopeError:
        return UNREADABLE
    if named is None:
        types = list(MESSAGES[topic])
        return types[0] if len(types) == 1 else NO_TYPE
    return named if named in _TYPES else UNKNOWN_TYPE
