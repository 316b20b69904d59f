"""What is due and not yet done, and what waits: by owner, as the rules see it (R13, R25, R32).

Only owners that want to be woken, or of whom something is missing, are looked at; all others owe nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from contracts.danish_time import danish_date, start_of_day
from workers.operations.dues import LATE_AFTER
from workers.tree.draft import Draft
from workers.tree.state import Forwarded, OwnerState, Registered
from workers.tree.waiting import waiting_in
from workers.upcoming import upcoming

if TYPE_CHECKING:
    import sqlite3

_SCHEMA: Final = """
CREATE TABLE due (
    owner TEXT NOT NULL,
    sor_id TEXT NOT NULL,
    at REAL NOT NULL,
    matter TEXT NOT NULL,
    PRIMARY KEY (owner, sor_id, at, matter)
) WITHOUT ROWID;
CREATE INDEX due_at ON due (at);
CREATE TABLE wait (
    owner TEXT NOT NULL,
    sor_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    about TEXT NOT NULL,
    PRIMARY KEY (owner, sor_id, reason, about)
) WITHOUT ROWID;
CREATE TABLE parked (
    unit INTEGER NOT NULL,
    sor_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    fee_year INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    not_after TEXT,
    PRIMARY KEY (unit, fee_year, occasion, asked_at)
) WITHOUT ROWID;
"""
_LISTED: Final = """
SELECT due.sor_id, due.owner, unit.name, due.at, due.matter, owner.partition
FROM due JOIN unit ON unit.owner = due.owner AND unit.sor_id = due.sor_id JOIN owner ON owner.sor_id = due.owner
WHERE due.at >= ? AND due.at < ? ORDER BY due.at, due.sor_id LIMIT ?
"""
Matter = Literal["closure", "departure", "succession"]
MOST_LISTED: Final = 200
_PERSISTENT_REASONS: Final = frozenset({"cvr", "tariff"})
"""Waits that are counted elsewhere: open numbers by the register, missing tariffs as parked fees."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that takes effect on a unit BSR knows: at `at`, in UTC."""

    sor_id: str
    owner_sor_id: str
    name: str | None
    at: datetime
    matter: Matter
    partition: int


@dataclass(frozen=True, slots=True)
class Day:
    """How many things take effect at the beginning of a Danish day."""

    day: date
    count: int


@dataclass(frozen=True, slots=True)
class ParkedFee:
    """A fee question without an answer: for want of a tariff, or until `not_after` of CVR's answer (R32, R38)."""

    sor_id: str
    name: str | None
    fee_year: int
    occasion: str
    asked_at: str
    not_after: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A unit that waits for something SOR has not told yet (R13)."""

    sor_id: str
    owner_sor_id: str
    reason: str
    about: str


class Outlook:
    """Keeps what is due and what waits, replaced unit by unit."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        database.executescript(_SCHEMA)

    def take_ledger(self, unit: int, owner: str, sor_id: str, ledger: list[dict[str, Any]]) -> None:
        """Note the fee questions of a unit that are parked now."""
        self._db.execute("DELETE FROM parked WHERE unit = ?", (unit,))
        self._db.executemany(
            "INSERT OR IGNORE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (unit, sor_id, owner, each["fee_year"], each["occasion"], each["asked_at"], each["not_after"])
                for each in ledger
                if each["kind"] == "parked"
            ],
        )

    def is_concerned(self, owner: str) -> bool:
        """Whether anything of the owner is due or waits, as last looked at."""
        known = "SELECT 1 FROM due WHERE owner = ? UNION ALL SELECT 1 FROM wait WHERE owner = ?"
        return self._db.execute(known, (owner, owner)).fetchone() is not None

    def forget(self, owner: str) -> None:
        """Nothing of the owner is due or waits any more."""
        self._db.execute("DELETE FROM due WHERE owner = ?", (owner,))
        self._db.execute("DELETE FROM wait WHERE owner = ?", (owner,))

    def settle(self, state: OwnerState) -> None:
        """Look at an owner's units afresh: all of them, or some with everything above and below them."""
        units = [(state.owner, sor_id) for sor_id in state.nodes]
        self._db.executemany("DELETE FROM due WHERE owner = ? AND sor_id = ?", units)
        self._db.executemany("DELETE FROM wait WHERE owner = ? AND sor_id = ?", units)
        draft = Draft(state)
        # Of a place BSR does not know nothing is owed to anybody.
        owed = [node for node in state.nodes.values() if isinstance(node.standing, Forwarded | Registered)]
        self._db.executemany(
            "INSERT OR IGNORE INTO due VALUES (?, ?, ?, ?)",
            [
                (state.owner, node.sor_id, due.at.timestamp(), due.matter.name.lower())
                for node in owed
                for due in upcoming(draft, node)
            ],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO wait VALUES (?, ?, ?, ?)",
            [
                (state.owner, each.sor_id, each.reason, each.about)
                for each in waiting_in(state)
                if each.reason not in _PERSISTENT_REASONS
            ],
        )

    def overdue(self, now: datetime) -> list[Due]:
        """What should have been done by now, oldest first; at most `MOST_LISTED`."""
        return self._due(0.0, (now - LATE_AFTER).timestamp())

    def count_overdue(self, now: datetime) -> int:
        """How much should have been done by now."""
        return self._count("SELECT count(*) FROM due WHERE at < ?", (now - LATE_AFTER).timestamp())

    def due_on(self, day: date) -> list[Due]:
        """What takes effect in the course of a Danish day; at most `MOST_LISTED`."""
        return self._due(start_of_day(day).timestamp(), start_of_day(day + timedelta(days=1)).timestamp())

    def calendar(self, now: datetime) -> list[Day]:
        """The days to come on which something takes effect, with how much; the soonest `MOST_LISTED`."""
        counted = "SELECT at, count(*) FROM due WHERE at > ? GROUP BY at ORDER BY at LIMIT ?"
        rows = self._db.execute(counted, ((now - LATE_AFTER).timestamp(), MOST_LISTED))
        days: dict[date, int] = {}
        for at, count in rows:
            day = danish_date(_instant(at))
            days[day] = days.get(day, 0) + count
        return [Day(day, count) for day, count in days.items()]

    def count_due(self) -> int:
        """How much takes effect some day, overdue or to come."""
        return self._count("SELECT count(*) FROM due")

    def next_at(self, now: datetime) -> datetime | None:
        """When something takes effect next."""
        at = self._db.execute("SELECT min(at) FROM due WHERE at > ?", (now.timestamp(),)).fetchone()[0]
        return _instant(at) if at is not None else None

    def parked(self) -> list[ParkedFee]:
        """The parked fee questions, oldest first; at most `MOST_LISTED`."""
        rows = self._db.execute(
            "SELECT parked.sor_id, unit.name, fee_year, occasion, asked_at, not_after"
            " FROM parked LEFT JOIN unit ON unit.id = parked.unit ORDER BY asked_at, parked.sor_id LIMIT ?",
            (MOST_LISTED,),
        )
        return [ParkedFee(*row) for row in rows]

    def count_parked(self) -> int:
        """How many fee questions are parked."""
        return self._count("SELECT count(*) FROM parked")

    def waiting(self) -> list[Waiting]:
        """The units that wait for SOR; at most `MOST_LISTED`."""
        rows = self._db.execute("SELECT sor_id, owner, reason, about FROM wait ORDER BY sor_id LIMIT ?", (MOST_LISTED,))
        return [Waiting(*row) for row in rows]

    def count_waiting(self) -> int:
        """How many units wait for SOR."""
        return self._count("SELECT count(*) FROM wait")

    def _due(self, since: float, before: float) -> list[Due]:
        rows = self._db.execute(_LISTED, (since, before, MOST_LISTED))
        return [
            Due(sor_id, owner, name, _instant(at), matter, partition)
            for sor_id, owner, name, at, matter, partition in rows
        ]

    def _count(self, statement: str, *given: object) -> int:
        return int(self._db.execute(statement, given).fetchone()[0])


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
