"""Every unit of the register as the worker holds it, found by SOR-id, CVR, P number or name; from the changelog.

It is kept in memory, in an SQLite database: some 1.5 KB a unit, and every question is one of an index.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from workers.operations.redaction import is_person, redacted_node, redacted_number
from workers.stream.changelog import Restoring

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from contracts.cloudevents import Headers
    from contracts.tariffs import TariffTable
    from workers.stream.world import World

    _Row = tuple[str, str, bytes]

_SCHEMA: Final = """
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    sor_id TEXT NOT NULL,
    name TEXT,
    parent TEXT,
    cvr TEXT,
    p_number TEXT,
    is_told INTEGER NOT NULL,
    is_place INTEGER NOT NULL,
    has_moved INTEGER NOT NULL,
    standing TEXT NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (owner, sor_id)
);
CREATE INDEX unit_by_sor_id ON unit (sor_id);
CREATE INDEX unit_by_parent ON unit (owner, parent);
CREATE INDEX unit_by_cvr ON unit (cvr) WHERE cvr IS NOT NULL;
CREATE INDEX unit_by_standing ON unit (standing, is_place) WHERE NOT has_moved;
CREATE INDEX unit_by_p_number ON unit (p_number) WHERE p_number IS NOT NULL;
CREATE VIRTUAL TABLE unit_name USING fts5 (name, tokenize = 'unicode61 remove_diacritics 0');
CREATE TABLE number (
    owner TEXT NOT NULL,
    number TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (owner, number)
) WITHOUT ROWID;
CREATE INDEX number_open ON number (owner) WHERE is_open;
CREATE TABLE owner (sor_id TEXT PRIMARY KEY, partition INTEGER NOT NULL, headers BLOB) WITHOUT ROWID;
"""
MOST_FOUND: Final = 50
LONGEST_QUESTION: Final = 100
"""Characters."""
_CVR_DIGITS: Final = 8
_P_DIGITS: Final = 10
_WAY_UP: Final = """
WITH RECURSIVE way (owner, sor_id, parent, cvr, p_number) AS (
    SELECT owner, sor_id, parent, cvr, p_number FROM unit WHERE sor_id = ?
    UNION
    SELECT above.owner, above.sor_id, above.parent, above.cvr, above.p_number
    FROM unit AS above JOIN way ON above.owner = way.owner AND above.sor_id = way.parent
)
SELECT owner, sor_id, cvr, p_number FROM way
"""
_SURROUNDINGS: Final = """
WITH RECURSIVE
up (owner, sor_id, parent, record) AS (
    SELECT owner, sor_id, parent, record FROM unit WHERE sor_id = ?
    UNION
    SELECT above.owner, above.sor_id, above.parent, above.record
    FROM unit AS above JOIN up ON above.owner = up.owner AND above.sor_id = up.parent
),
down (owner, sor_id, record) AS (
    SELECT owner, sor_id, record FROM unit WHERE sor_id = ?
    UNION
    SELECT below.owner, below.sor_id, below.record
    FROM unit AS below JOIN down ON below.owner = down.owner AND below.parent = down.sor_id
)
SELECT owner, sor_id, record FROM up UNION SELECT owner, sor_id, record FROM down
"""
_NUMBERS_OF: Final = """
SELECT owner, number, record FROM number
WHERE owner IN (SELECT value FROM json_each(?1)) AND number IN (SELECT value FROM json_each(?1))
"""
_MISSING: Final = """
SELECT 1 FROM unit WHERE owner = ? AND (
    NOT is_told
    OR has_moved AND standing IN ('forwarded', 'registered')
    OR parent IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM unit AS above WHERE above.owner = unit.owner AND above.sor_id = unit.parent)
) LIMIT 1
"""
_HOLDS: Final = "SELECT 1 FROM unit WHERE owner = ? AND sor_id = ?"
_KNOWN_TO_BSR: Final = frozenset({"forwarded", "registered"})
_BY_SOR_ID: Final = """
SELECT sor_id, owner, name, cvr, p_number, is_place, standing FROM unit WHERE sor_id = ?
ORDER BY has_moved, is_place DESC, name, sor_id LIMIT ?
"""
_BY_CVR: Final = """
SELECT sor_id, owner, name, cvr, p_number, is_place, standing FROM unit
WHERE owner IN (SELECT owner FROM unit WHERE cvr = ?) ORDER BY has_moved, is_place DESC, name, sor_id LIMIT ?
"""
_BY_P_NUMBER: Final = """
SELECT sor_id, owner, name, cvr, p_number, is_place, standing FROM unit WHERE p_number = ?
ORDER BY has_moved, is_place DESC, name, sor_id LIMIT ?
"""
_BY_NAME: Final = """
SELECT sor_id, owner, name, cvr, p_number, is_place, standing FROM unit
WHERE id IN (SELECT rowid FROM unit_name WHERE unit_name MATCH ? LIMIT 1000)
ORDER BY has_moved, is_place DESC, name, sor_id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as a search shows it. A provider (OE) that is no place has no name here: it is a person's (R49)."""

    sor_id: str
    owner_sor_id: str
    name: str | None
    cvr: str | None
    p_number: str | None
    is_place: bool
    standing: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How many units there are, by what BSR knows of them."""

    units: int
    places: int
    open_numbers: int
    """CVR and P numbers CVR has not answered for yet (R20)."""
    by_standing: dict[str, int]


class Register:
    """Takes changelog records in order and answers questions."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        database.executescript(_SCHEMA)

    def take_unit(self, partition: int, owner: str, sor_id: str, node: dict[str, Any]) -> int:
        """Note the newest record of a unit, as JSON; give the number it has here."""
        entity = node["entity"] or {}
        name = entity["name"] if entity and not is_person(entity) else None
        found = self._db.execute("SELECT id, name FROM unit WHERE owner = ? AND sor_id = ?", (owner, sor_id)).fetchone()
        row = (
            name,
            entity.get("parentSorId"),
            entity.get("cvr"),
            entity.get("pNumber"),
            bool(entity),
            bool(entity.get("isTreatmentPlace")),
            entity.get("movedToOwnerSorId") is not None,
            node["standing"]["kind"],
            orjson.dumps(redacted_node(node)),
        )
        if found is None:
            self._db.execute("INSERT OR IGNORE INTO owner VALUES (?, ?, NULL)", (owner, partition))
            number = self._db.execute(
                "INSERT INTO unit VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (owner, sor_id, *row)
            ).lastrowid
        else:
            number = found[0]
            self._db.execute(
                "UPDATE unit SET name = ?, parent = ?, cvr = ?, p_number = ?, is_told = ?, is_place = ?, has_moved = ?,"
                " standing = ?, record = ? WHERE id = ?",
                (*row, number),
            )
        if name != (found[1] if found else None):
            self._db.execute("INSERT OR REPLACE INTO unit_name (rowid, name) VALUES (?, ?)", (number, name or ""))
        return int(number or 0)

    def take_number(self, owner: str, number: str, entry: dict[str, Any]) -> None:
        """Note what has been asked and answered of a CVR or P number, as JSON."""
        row = (owner, number, entry["answer"] is None, orjson.dumps(redacted_number(entry)))
        self._db.execute("INSERT OR REPLACE INTO number VALUES (?, ?, ?, ?)", row)

    def take_wakes(self, partition: int, owner: str, wakes: bytes) -> None:
        """Note when the owner wants to be woken next, as the changelog's header says it; empty for never."""
        self._db.execute("INSERT OR REPLACE INTO owner VALUES (?, ?, ?)", (owner, partition, wakes))

    def wakes(self, owner: str) -> bytes:
        """When the owner wants to be woken next; empty for never."""
        found = self._db.execute("SELECT headers FROM owner WHERE sor_id = ?", (owner,)).fetchone()
        return (found[0] or b"") if found else b""

    def is_whole(self, owner: str) -> bool:
        """Whether SOR has told of all the owner's units and their parents, and none is on its way to another (R13)."""
        return self._db.execute(_MISSING, (owner,)).fetchone() is None

    def is_settled(self, owner: str, node: dict[str, Any]) -> bool:
        """The same of one unit, as JSON, as far as it is seen from the unit itself."""
        entity = node["entity"]
        if entity is None or (entity["movedToOwnerSorId"] is not None and node["standing"]["kind"] in _KNOWN_TO_BSR):
            return False
        parent = entity["parentSorId"]
        return parent is None or self._db.execute(_HOLDS, (owner, parent)).fetchone() is not None

    def owners_of(self, sor_id: str) -> list[str]:
        """The owners that hold something of the unit: one, or several when it has moved."""
        return [owner for (owner,) in self._db.execute("SELECT owner FROM unit WHERE sor_id = ?", (sor_id,))]

    def way_up(self, sor_id: str) -> set[str]:
        """The unit, all above it under any owner, and their CVR and P numbers: whose news may concern it (R3, R8)."""
        rows = self._db.execute(_WAY_UP, (sor_id,)).fetchall()
        return {sor_id} | {found for row in rows for found in row if found is not None and found.isdecimal()}

    def owner_as_held(self, owner: str, tariffs: TariffTable) -> World:
        """One owner as the worker holds it, but for what is personal (R49)."""
        units = self._db.execute("SELECT owner, sor_id, record FROM unit WHERE owner = ?", (owner,))
        numbers = self._db.execute("SELECT owner, number, record FROM number WHERE owner = ?", (owner,))
        return _world(units, numbers, tariffs)

    def surroundings(self, sor_id: str, tariffs: TariffTable) -> World:
        """The same of a unit with all above and below it and their numbers, under whatever owners; nobody beside it."""
        units = self._db.execute(_SURROUNDINGS, (sor_id, sor_id))
        numbers = self._db.execute(_NUMBERS_OF, (json.dumps([*self.way_up(sor_id)]),))
        return _world(units, numbers, tariffs)

    def unit(self, sor_id: str) -> Unit | None:
        """The unit, under the owner it has not moved away from; None when the state does not hold it."""
        return next(iter(self._units(_BY_SOR_ID, sor_id, 1)), None)

    def search(self, question: str) -> list[Unit]:
        """The units a SOR-id, a CVR or P number, or the beginnings of words of a name lead to; places first.

        A company's number leads to all of its units. At most `MOST_FOUND`.
        """
        text = question.strip()[:LONGEST_QUESTION]
        digits = re.sub(r"[\s.\-]", "", text).removeprefix("DK")
        if not digits.isdecimal():
            return self._named(text)
        statement = {_CVR_DIGITS: _BY_CVR, _P_DIGITS: _BY_P_NUMBER}.get(len(digits), _BY_SOR_ID)
        return self._units(statement, digits, MOST_FOUND) or self._named(text)

    def figures(self) -> Figures:
        """Counts over the whole register."""
        rows = self._db.execute("SELECT standing, is_place, count(*) FROM unit WHERE NOT has_moved GROUP BY 1, 2")
        counted = rows.fetchall()
        by_standing: dict[str, int] = {}
        for standing, _, count in counted:
            by_standing[standing] = by_standing.get(standing, 0) + count
        return Figures(
            units=sum(count for _, _, count in counted),
            places=sum(count for _, is_place, count in counted if is_place),
            open_numbers=int(self._db.execute("SELECT count(*) FROM number WHERE is_open").fetchone()[0]),
            by_standing=by_standing,
        )

    def _named(self, text: str) -> list[Unit]:
        pattern = " ".join(f'"{word}"*' for word in re.findall(r"\w+", text.lower()))
        return self._units(_BY_NAME, pattern, MOST_FOUND) if pattern else []

    def _units(self, statement: str, *given: object) -> list[Unit]:
        return [
            Unit(sor_id, owner, name, cvr, p_number, bool(is_place), standing)
            for sor_id, owner, name, cvr, p_number, is_place, standing in self._db.execute(statement, given)
        ]


_HEADERS: Final[Headers] = (("schema", b"1"),)


def _world(units: Iterable[_Row], numbers: Iterable[_Row], tariffs: TariffTable) -> World:
    restoring = Restoring()
    for owner, sor_id, record in units:
        restoring.take(f"node/{owner}/{sor_id}".encode(), record, _HEADERS)
    for owner, number, record in numbers:
        restoring.take(f"cvr/{owner}/{number}".encode(), record, _HEADERS)
    return restoring.world(tariffs)
