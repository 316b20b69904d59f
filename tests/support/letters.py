"""Dead letters as they lie on their topic, made from records as the worker makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.records import InputRecord
from contracts.topics import Topic
from workers.effects import Refusal
from workers.operations.letters import Letter, letter_of
from workers.stream.dead_letters import dead_letter

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.records import OutputRecord


def lying(record: OutputRecord, offset: int = 0) -> InputRecord:
    """A record sent to the dead letters, at a place on the first partition."""
    return record.as_input()._replace(offset=offset)


def letter(
    record: InputRecord,
    now: datetime,
    reason: Any = "contract-violation",
    offset: int = 0,
    detail: str = "the field toDate broke a rule",
) -> Letter:
    """The record as refused by a release of old, which may have refused what is fine today."""
    found = letter_of(lying(dead_letter(record, Refusal(reason, detail), now), offset))
    assert found is not None
    return found


def record(value: bytes | None, now: datetime, *headers: tuple[str, bytes], key: bytes | None = None) -> InputRecord:
    """Any record of the input topic most are from."""
    return InputRecord(Topic.ENTITY_CHANGES, 3, 17, key, value, headers, now)
