"""What happens in the demo, as records in the order of their timestamps. The same register and seed, the same story."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from adapters.record_lines import compact
from adapters.samples import self_registrations
from contracts.cloudevents import sender_headers
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.effects import effect_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.sor_files import SnapshotEntity
    from contracts.identifiers import SorId

BEGINS: Final = date(2023, 11, 1)
ENDS: Final = date(2024, 4, 1)
CVR_BACK: Final = date(2023, 11, 4)
"""Until this day the demo's CVR does not answer, so that records go out as pending first (R20)."""
_COMPANY_CLOSES: Final = date(2024, 2, 29)
_SOURCE: Final = "urn:dk:sorbro:demo"
_SINGLE_CLOSURES: Final = 24
_SELF_REGISTRATION_DAYS: Final = 14


@dataclass(slots=True)
class _Pen:
    """Writes versions of units, and keeps what was written last."""

    units: dict[SorId, SnapshotEntity]
    records: list[OutputRecord] = field(default_factory=list)
    versions: Counter[SorId] = field(default_factory=Counter)
    telephones: dict[SorId, str] = field(default_factory=dict)
    last_days: dict[SorId, date] = field(default_factory=dict)

    def version(self, sor_id: SorId, at: datetime, channel: str) -> None:
        self.versions[sor_id] += 1
        change = self.units[sor_id].as_change(self.versions[sor_id], at)
        change["channel"] = channel
        change["telephone"] = self.telephones.get(sor_id, change["telephone"])
        if sor_id in self.last_days:
            change["toDate"] = self.last_days[sor_id].isoformat()
        self.write(Topic.ENTITY_CHANGES, "dk.sor.entity.changed.v1", change, at)

    def write(self, topic: Topic, ce_type: str, data: dict[str, Any], at: datetime) -> None:
        ce_id = str(effect_id("demo", topic, data["sorId"], data["version"], at.isoformat()))
        headers = sender_headers(ce_id=ce_id, source=_SOURCE, ce_type=ce_type, subject=data["sorId"])
        self.records.append(OutputRecord(topic, data["ownerSorId"].encode(), compact(data).encode(), headers, at))

    def close(self, sor_id: SorId, last_day: date, at: datetime, channel: str = "self-service") -> None:
        self.last_days[sor_id] = last_day
        self.version(sor_id, at, channel)

    def undo(self, sor_id: SorId, at: datetime) -> None:
        del self.last_days[sor_id]
        self.version(sor_id, at, "self-service")


def tell(units: Sequence[SnapshotEntity], seed: int) -> list[OutputRecord]:
    """Write the whole story: a register, self-registrations, edits, closures of every kind, one company closing."""
    rng = random.Random(seed)  # noqa: S311  # a story, not a secret
    pen = _Pen({unit.sor_id: unit for unit in units})
    biggest, _ = Counter(unit.owner_sor_id for unit in units).most_common(1)[0]
    others = [unit.sor_id for unit in units if unit.is_treatment_place and unit.owner_sor_id != biggest]
    places = rng.sample(others, k=min(len(others), _SINGLE_CLOSURES + 4))
    for position, unit in enumerate(units):
        pen.version(unit.sor_id, _at(BEGINS, 8) + timedelta(milliseconds=10 * position), "snapshot")
    _register_places(pen, units, seed)
    _edit_now_and_then(pen, rng, [sor_id for sor_id in others if sor_id not in places])
    _close_some(pen, rng, places[4:])
    _change_minds(pen, places)
    pen.close(biggest, _COMPANY_CLOSES, _at(date(2024, 2, 1), 11), "sor-office")
    _send_rubbish(pen, units)
    return sorted(pen.records, key=lambda record: record.time)


def _register_places(pen: _Pen, units: Sequence[SnapshotEntity], seed: int) -> None:
    by_day = [
        list(self_registrations(units, BEGINS + timedelta(days=1 + day), seed))
        for day in range(_SELF_REGISTRATION_DAYS)
    ]
    for position in range(len(by_day[0])):
        day = position % _SELF_REGISTRATION_DAYS
        at = _at(BEGINS + timedelta(days=1 + day), 9) + timedelta(seconds=position)
        pen.write(Topic.SELF_REGISTRATIONS, "dk.bsr.self-registration.changed.v1", by_day[day][position], at)


def _edit_now_and_then(pen: _Pen, rng: random.Random, places: Sequence[SorId]) -> None:
    for day in range(20, 140):
        for sor_id in rng.sample(places, k=min(len(places), 3)):
            pen.telephones[sor_id] = f"{rng.randint(20_000_000, 99_999_999)}"
            pen.version(sor_id, _at(BEGINS + timedelta(days=day), 10), "self-service")


def _close_some(pen: _Pen, rng: random.Random, places: Sequence[SorId]) -> None:
    for sor_id in places:
        announced = date(2023, 12, 1) + timedelta(days=rng.randint(0, 70))
        pen.close(sor_id, announced + timedelta(days=rng.randint(7, 40)), _at(announced, 13))


def _change_minds(pen: _Pen, places: Sequence[SorId]) -> None:
    """Write one closure undone, one moved, one recorded too late, and one undone too late."""
    undone, moved, late, too_late = places[:4]
    pen.close(undone, date(2024, 2, 5), _at(date(2024, 1, 8), 9))
    pen.undo(undone, _at(date(2024, 1, 22), 9))
    pen.close(moved, date(2024, 2, 9), _at(date(2024, 1, 9), 9))
    pen.close(moved, date(2024, 3, 1), _at(date(2024, 1, 23), 9))
    pen.close(late, date(2024, 2, 10), _at(date(2024, 3, 5), 9), "sor-office")
    pen.close(too_late, date(2024, 1, 31), _at(date(2024, 1, 10), 9))
    pen.undo(too_late, _at(date(2024, 3, 10), 9))


def _send_rubbish(pen: _Pen, units: Sequence[SnapshotEntity]) -> None:
    """Write what senders really send on a bad day; each becomes a dead letter and stops nobody."""
    at = _at(date(2023, 12, 24), 20)
    owner = units[0].owner_sor_id.encode()
    good = units[0].as_change(9_999, at)
    for value in (
        b"God jul!",
        compact(good | {"version": "ni"}).encode(),
        compact(good | {"sorId": "1" * 16}).encode(),
    ):
        pen.records.append(OutputRecord(Topic.ENTITY_CHANGES, owner, value, (), at))
    pen.records.append(OutputRecord(Topic.ENTITY_CHANGES, b"somebody else", compact(good).encode(), (), at))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)
