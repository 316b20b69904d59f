"""Where the records lie that tell a unit's story: offsets by owner for inputs, by unit for outputs.

Kept instead of the records themselves, which hold personal data (R49) and grow without end; they are fetched when a
story is asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
    """Notes where each record lies, by the SOR-id in its key."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        database.executescript(_SCHEMA)

    def take(self, places: Iterable[tuple[bytes | None, Place]]) -> None:
        """Note records, each with its key. One whose key no SOR-id begins is nobody's story."""
        rows = [
            (number, _NUMBERS[place.topic], place.partition, place.offset)
            for key, place in places
            if (number := _number(key)) is not None
        ]
        self._db.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?)", rows)

    def of(self, keys: Collection[str], most: int) -> list[Place]:
        """The newest `most` records under these keys and those that concern everybody, in order per partition."""
        numbers = json.dumps([_NOBODY, *(int(key) for key in keys)])
        rows = self._db.execute(_NEWEST, (numbers, most))
        return sorted(
            (Place(_TOPICS[topic].value, partition, offset) for topic, partition, offset in rows),
            key=lambda place: (place.topic, place.partition, place.offset),
        )


def _number(key: bytes | None) -> int | None:
    """The SOR-id a key begins with: facts about companies are keyed by owner and number."""
    if not key:
        return _NOBODY
    head = key.partition(b"/")[0]
    return int(head) if head.isdigit() and len(head) <= _LONGEST else None
