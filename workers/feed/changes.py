"""Comparing snapshots (R9, R10, R30): what changed, what is damaged, what vanished."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.record_lines import compact
from adapters.sor_files import Damaged, SnapshotEntity
from contracts.cloudevents import sender_headers
from contracts.danish_time import start_of_day
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.effects import effect_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from contracts.identifiers import SorId

_CE_TYPE = "dk.sor.entity.changed.v1"
_SOURCE = "urn:dk:sorbro:feed"


@dataclass(slots=True)
class FeedReport:
    """What a feed saw. `vanished` is an alarm list for a person, never a deregistration (R30)."""

    read: int = 0
    sent: int = 0
    unchanged: int = 0
    damaged: list[Damaged] = field(default_factory=list)
    vanished: list[SorId] = field(default_factory=list)


def changes(
    snapshot: Iterable[SnapshotEntity | Damaged],
    previous: Iterable[SnapshotEntity | Damaged],
    taken_on: date,
    report: FeedReport,
) -> Iterator[OutputRecord]:
    """Yield a message for each entity of `snapshot` that is not the same in `previous`; fill in the report.

    The version of an entity is the day of the snapshot as a number, 20240131 for 31 January 2024, so that a later
    snapshot is always newer (R10) and feeding the same one again repeats what is known.
    Nothing is sent for a unit that is in `previous` alone. Unless its closure was announced there, or it is in
    `snapshot` though too damaged to read, it has vanished (R30).
    """
    before = {entity.sor_id: entity for entity in previous if isinstance(entity, SnapshotEntity)}
    for entity in snapshot:
        if isinstance(entity, Damaged):
            report.damaged.append(entity)
            continue
        report.read += 1
        if before.pop(entity.sor_id, None) == entity:
            report.unchanged += 1
            continue
        report.sent += 1
        yield as_record(entity, taken_on)
    damaged = {each.sor_id for each in report.damaged}
    gone = (entity for entity in before.values() if entity.to_date is None)
    report.vanished = sorted(entity.sor_id for entity in gone if entity.sor_id not in damaged)


def as_record(entity: SnapshotEntity, taken_on: date) -> OutputRecord:
    """Return the entity as a change message, registered when SOR says it was, else on the snapshot's day."""
    version = int(taken_on.strftime("%Y%m%d"))
    registered_at = start_of_day(entity.updated_on or taken_on)
    now = start_of_day(taken_on)
    ce_id = str(effect_id("feed", entity.sor_id, version))
    headers = sender_headers(ce_id=ce_id, source=_SOURCE, ce_type=_CE_TYPE, subject=entity.sor_id)
    value = compact(entity.as_change(version, registered_at)).encode()
    return OutputRecord(Topic.ENTITY_CHANGES, entity.owner_sor_id.encode(), value, headers, now)
