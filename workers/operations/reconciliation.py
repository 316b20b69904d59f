"""State against topics: what the state says BSR and finance have been told, against what the topics hold.

Both come from the same transactions, so any difference that stays is an error: something lost, or sent twice (R39).
The register topic is compacted: of one SOR-id it keeps the last word, and of a registration that has ended the
deregistration topic has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_SCHEMA: Final = """
CREATE TABLE registration (
    id BLOB PRIMARY KEY,
    sor_id TEXT NOT NULL,
    claimed_by INTEGER,
    by_state TEXT,
    told TEXT,
    told_at INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER,
    differs INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX registration_claimed ON registration (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX registration_differs ON registration (id) WHERE differs;
CREATE TABLE fee (
    registration BLOB NOT NULL,
    fee_year INTEGER NOT NULL,
    sor_id TEXT NOT NULL,
    by_state INTEGER NOT NULL DEFAULT 0,
    by_topic INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (registration, fee_year)
) WITHOUT ROWID;
CREATE INDEX fee_differs ON fee (registration) WHERE by_state <> by_topic;
"""
_COLUMNS: Final = ("claimed_by", "by_state", "told", "told_at", "ended_at")
_KNOWN: Final = "SELECT claimed_by, by_state, told, told_at, ended_at FROM registration WHERE id = ?"
MOST_LISTED: Final = 200
_OPEN: Final = frozenset({"forwarded", "registered"})

Told = Literal["forwarded", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the state says of a registration, or of its fee in a year, and what the topics hold of it instead."""

    sor_id: str
    registration_id: UUID
    fee_year: int | None
    by_state: str
    by_topics: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How much has been compared."""

    registrations: int
    fees: int


class Reconciliation:
    """Compares as it hears; asking for the differences costs nothing when there are none."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        database.executescript(_SCHEMA)

    def state_says(self, unit: int, sor_id: str, standing: dict[str, Any]) -> None:
        """Note the standing of a unit; what it said before of another registration is no claim any more."""
        claimed = UUID(standing["identity"]["registration_id"]).bytes if "identity" in standing else None
        for (other,) in self._db.execute("SELECT id FROM registration WHERE claimed_by = ?", (unit,)).fetchall():
            if other != claimed:
                self._put(other, sor_id, claimed_by=None, by_state=None)
        if claimed is not None:
            self._put(claimed, sor_id, claimed_by=unit, by_state=standing["kind"])

    def state_has_triggered(self, sor_id: str, ledger: Iterable[dict[str, Any]]) -> None:
        """Note the fees that a unit's ledger says have been triggered; a ledger never forgets one."""
        self._db.executemany(
            "INSERT INTO fee (registration, fee_year, sor_id, by_state) VALUES (?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET by_state = 1",
            [
                (UUID(each["registration_id"]).bytes, each["fee_year"], sor_id)
                for each in ledger
                if each["kind"] == "triggered"
            ],
        )

    def topic_tells(self, registration: UUID, sor_id: str, told: Told, at: int) -> None:
        """Note what the register topic holds; `at` in milliseconds."""
        self._put(registration.bytes, sor_id, told=told, told_at=at)

    def topic_ends(self, registration: UUID, sor_id: str, at: int) -> None:
        """Note a deregistration."""
        self._put(registration.bytes, sor_id, ended_at=at)

    def topic_triggers(self, registration: UUID, sor_id: str, fee_year: int) -> None:
        """Note a trigger."""
        self._db.execute(
            "INSERT INTO fee (registration, fee_year, sor_id, by_topic) VALUES (?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET by_topic = by_topic + 1, sor_id = excluded.sor_id",
            (registration.bytes, fee_year, sor_id),
        )

    def compared(self) -> Compared:
        """How much has been compared."""
        return Compared(
            self._db.execute("SELECT count(*) FROM registration").fetchone()[0],
            self._db.execute("SELECT count(*) FROM fee").fetchone()[0],
        )

    def differences(self) -> list[Difference]:
        """Where the two do not agree now; at most `MOST_LISTED` of registrations, and of fees."""
        registrations = self._db.execute(
            "SELECT sor_id, id, by_state, told, told_at, ended_at FROM registration WHERE differs LIMIT ?",
            (MOST_LISTED,),
        )
        fees = self._db.execute(
            "SELECT sor_id, registration, fee_year, by_state, by_topic FROM fee WHERE by_state <> by_topic LIMIT ?",
            (MOST_LISTED,),
        )
        return [
            Difference(
                sor_id, UUID(bytes=id_), None, by_state or "nothing", standing_by_topics(told, told_at, ended_at)
            )
            for sor_id, id_, by_state, told, told_at, ended_at in registrations
        ] + [
            Difference(sor_id, UUID(bytes=id_), year, "triggered" if by_state else "nothing", f"triggered×{by_topic}")
            for sor_id, id_, year, by_state, by_topic in fees
        ]

    def _put(self, registration: bytes, sor_id: str, **news: Any) -> None:
        found = self._db.execute(_KNOWN, (registration,)).fetchone()
        now = dict(zip(_COLUMNS, found or (None, None, None, 0, None), strict=True)) | news
        differs = not agree(now["by_state"], standing_by_topics(now["told"], now["told_at"], now["ended_at"]))
        self._db.execute(
            "INSERT OR REPLACE INTO registration VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (registration, sor_id, *now.values(), differs),
        )


def standing_by_topics(told: Told | None, told_at: int, ended_at: int | None) -> str:
    """What a reader of the topics believes of a registration; ``nothing`` when they do not speak of it.

    At one instant the end is the later word: what follows it is another registration.
    """
    if ended_at is not None and ended_at >= told_at:
        return "deregistered"
    return told or "nothing"


def agree(by_state: str | None, by_topics: str) -> bool:
    """Whether the state's word and the topics' are the same. A registration no unit has now must have ended."""
    if by_state is None:
        return by_topics != "forwarded"
    return by_topics == ("forwarded" if by_state in _OPEN else by_state)
