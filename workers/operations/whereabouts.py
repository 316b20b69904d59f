"""Where the records lie that tell a unit's story: offsets by the unit or number that each is about.

Kept instead of the records themselves, which hold personal data (R49) and grow without end; they are fetched when a
story is asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.topics import Topic

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

_SCHEMA: Final = """
CREATE TABLE place (
    key INTEGER NOT NULL,
    topic INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    PRIMARY KEY (key, topic, partition, offset)
) WITHOUT ROWID;
"""
_NEWEST: Final = """
SELECT topic, partition, offset FROM place WHERE key IN (SELECT value FROM json_each(?)) ORDER BY offset DESC LIMIT ?
"""
_TOPICS: Final = tuple(Topic)
_NUMBERS: Final = {topic.value: number for number, topic in enumerate(_TOPICS)}
_NOBODY: Final = 0
"""Records that concern every owner: a fee run."""
_LONGEST: Final = 18
"""Digits of a SOR-id (R1)."""


@dataclass(frozen=True, slots=True)
class Place:
    """One record of a topic."""

    topic: str
    partition: int
    offset: int


class Whereabouts:
    """Notes where each record lies, by the SOR-id, CVR or P number it is about."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        database.executescript(_SCHEMA)

    def take(self, places: Iterable[tuple[bytes | None, Place]]) -> None:
        """Note records, each with what it is about, None for everybody. What is no number is nobody's story."""
        rows = [
            (number, _NUMBERS[place.topic], place.partition, place.offset)
            for about, place in places
            if (number := _number(about)) is not None
        ]
        self._db.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?)", rows)

    def of(self, abouts: Collection[str], most: int) -> list[Place]:
        """The newest `most` records about any of these and those that concern everybody, in order per partition."""
        numbers = json.dumps([_NOBODY, *(int(about) for about in abouts)])
        rows = self._db.execute(_NEWEST, (numbers, most))
        return sorted(
            (Place(_TOPICS[topic].value, partition, offset) for topic, partition, offset in rows),
            key=lambda place: (place.topic, place.partition, place.offset),
        )


def about(topic: str, record: Any) -> bytes | None:
    """What a record is about: for a fact CVR's number, else its subject, and where it has none the owner in its key."""
    if topic == Topic.CVR_FACTS:
        return (record.key or b"").partition(b"/")[2] or None
    subject: bytes | None = dict(record.headers).get("ce_subject")
    return subject if subject is not None and subject.isdigit() else record.key


def _number(text: bytes | None) -> int | None:
    if not text:
        return _NOBODY
    return int(text) if text.isdigit() and len(text) <= _LONGEST else None
