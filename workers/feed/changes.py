"""Comparing a snapshot with what is known (R9, R10, R30): what changed, what is damaged, what vanished.

Three steps: `read` the whole file, keeping what may differ; hold what differs against what was last said, where a
snapshot before stands in for the topic (`losses`); then `messages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from pydantic import ValidationError

from adapters.sor_files import Damaged
from contracts.cloudevents import sender_headers
from contracts.danish_time import rfc3339, start_of_day
from contracts.records import OutputRecord
from contracts.sor_entities import EntityChanged
from contracts.topics import Topic
from workers.effects import effect_id
from workers.feed.known import SOURCE, LastVersion, fingerprint_header
from workers.feed.spool import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from adapters.sor_files import FileUnit, SnapshotEntity
    from workers.feed.report import FeedReport
    from workers.feed.spool import Spool

_CE_TYPE: Final = "dk.sor.entity.changed.v1"


def read(
    units: Iterable[FileUnit | Damaged],
    told: Mapping[str, bytes],
    earlier: Mapping[str, bytes],
    spool: Spool,
    report: FeedReport,
) -> set[str]:
    """Read the units whose fingerprint is not known into `spool`, and return the ids of all that stand in the file.

    A unit whose fingerprint is among the `told`, of the topic, has no faults. One that stood so in an `earlier` file
    may have some: it is read for them, though what it says is not new.
    """
    seen: set[str] = set()
    unclear: set[str] = set()
    """Institutions whose type cannot be read, and what is in them: it may be a hospital (R18)."""
    for unit in units:
        seen.add(unit.sor_id)
        if isinstance(unit, Damaged):
            report.damaged.append(unit)
        elif told.get(unit.sor_id) == unit.fingerprint:
            report.read += 1
            report.unchanged += 1
        elif (candidate := _read_one(unit, unclear, report)) is None:
            continue
        elif earlier.get(unit.sor_id) == unit.fingerprint:
            report.unchanged += 1
        else:
            spool.put(candidate)
    return seen


def _read_one(unit: FileUnit, unclear: set[str], report: FeedReport) -> Candidate | None:
    """Read a unit, and report its faults; None where it cannot be sent. Its parent has been read before."""
    reading = unit.read()
    if reading.entity is None:
        report.damaged.extend(reading.damage)
        return None
    change = _change(reading.entity, report.taken_on)
    try:
        EntityChanged.from_json(orjson.dumps(change))
    except ValidationError as error:
        where = ", ".join(".".join(str(part) for part in each["loc"]) or each["type"] for each in error.errors())
        faults = "".join(f"; {each.reason}: {each.where}" for each in reading.damage)
        report.damaged.append(Damaged(unit.sor_id, "unreadable", f"the contract refuses {where}{faults}"))
        return None
    report.damaged.extend(reading.damage)
    report.read += 1
    return _candidate(reading.entity, change, None if reading.damage else unit.fingerprint, unclear)


def _candidate(
    entity: SnapshotEntity, change: dict[str, Any], fingerprint: bytes | None, unclear: set[str]
) -> Candidate:
    """Where the type of the institution around a department cannot be read, what the department is cannot be told."""
    is_in_unclear = entity.sor_type == "OE" and entity.parent_sor_id in unclear
    if is_in_unclear or (entity.sor_type == "SI" and entity.mark_is_unknown):
        unclear.add(entity.sor_id)
    return Candidate(
        change,
        dated=entity.from_date is not None,
        fingerprint=None if is_in_unclear else fingerprint,
        typed=not entity.type_is_unknown,
        marked=not (is_in_unclear or entity.mark_is_unknown),
    )


def recall(
    units: Iterable[FileUnit | Damaged], wanted: AbstractSet[str], taken_on: date, said_on: date | None
) -> dict[str, LastVersion]:
    """Read again what the snapshot before said of the units `wanted`, for one taken on `taken_on`.

    `said_on` is its own day. One that does not tell it may be of the same day, whose versions are not given twice.
    """
    version = _day_number(said_on or taken_on)
    found: dict[str, LastVersion] = {}
    for unit in units:
        if unit.sor_id in wanted and not isinstance(unit, Damaged):
            entity = unit.read().entity
            if entity is not None:
                found[unit.sor_id] = LastVersion.of(_change(entity, taken_on) | {"version": version})
    return found


def messages(spool: Spool, last: Mapping[str, LastVersion], report: FeedReport) -> Iterator[tuple[OutputRecord, ...]]:
    """Yield for each unit that differs its message, or two when it has gone to another owner (contracts.md).

    A version is the day of the snapshot as a number, 20240131 for 31 January 2024, or the number after the last one
    where that is as high already: a later snapshot is always newer (R10), and a feed cut short and run again
    numbers as if it had run once.
    """
    for unit in spool:
        before = last.get(unit.change["sorId"])
        if before is None:
            records = _new(unit, report)
        elif before.says(change := unit.beside(before), dated=unit.dated):
            report.unchanged += 1
            continue
        else:
            records = _changed(change, unit.fingerprint, before, report)
        report.sent += len(records)
        yield records


def _new(unit: Candidate, report: FeedReport) -> tuple[OutputRecord, ...]:
    report.new += 1
    return (_record(unit.change | {"version": _day_number(report.taken_on)}, unit.fingerprint, report),)


def _changed(
    change: dict[str, Any], fingerprint: bytes | None, before: LastVersion, report: FeedReport
) -> tuple[OutputRecord, ...]:
    report.changed += 1
    owner = change["ownerSorId"]
    if before.moved_to == owner:  # it has left, and not arrived: a feed was cut short in between
        return (_record(change | {"version": before.version}, fingerprint, report),)
    change = change | {"version": max(_day_number(report.taken_on), before.version + 1)}
    arrival = _record(change, fingerprint, report)
    if before.owner == owner:
        return (arrival,)
    report.moved += 1
    return (_record(_departure(change, before), None, report), arrival)


def _departure(change: dict[str, Any], before: LastVersion) -> dict[str, Any]:
    """The message to the owner that the unit has left, where it stands as it stood: a unit may become an owner."""
    return change | {
        "sorType": before.sor_type,
        "ownerSorId": before.owner,
        "parentSorId": before.parent,
        "ownerType": before.owner_type,
        "cvr": before.cvr,
        "movedToOwnerSorId": change["ownerSorId"],
    }


def _record(change: dict[str, Any], fingerprint: bytes | None, report: FeedReport) -> OutputRecord:
    """Return the message. Where a unit goes from one owner to another, both halves are one event."""
    taken_at = start_of_day(report.taken_on)
    sor_id, owner = change["sorId"], change["ownerSorId"]
    ce_id = str(effect_id("feed", sor_id, change["version"], *([owner] if change["movedToOwnerSorId"] else ())))
    headers = sender_headers(ce_id=ce_id, source=f"{SOURCE}:{report.format}", ce_type=_CE_TYPE, subject=sor_id)
    headers = (*headers, ("ce_time", rfc3339(taken_at).encode()))
    if fingerprint is not None:
        headers = (*headers, fingerprint_header(fingerprint))
    return OutputRecord(Topic.ENTITY_CHANGES, owner.encode(), orjson.dumps(change), headers, taken_at)


def _change(entity: SnapshotEntity, taken_on: date) -> dict[str, Any]:
    """Return the data of the unit's message: registered when SOR says it was, else on the snapshot's day."""
    return entity.as_change(0, start_of_day(entity.updated_on or taken_on))


def _day_number(day: date) -> int:
    return int(day.strftime("%Y%m%d"))
