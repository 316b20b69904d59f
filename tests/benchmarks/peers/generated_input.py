"""What every contestant reads: a made-up register with its history, as SOR would have sent it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.record_lines import compact
from adapters.samples import generate_register
from adapters.sor_files.entity import SnapshotEntity
from contracts.cloudevents import sender_headers
from contracts.records import OutputRecord
from contracts.topics import Topic

SEED: Final = 7
BEGINS: Final = datetime(2023, 11, 1, 8, tzinfo=UTC)
_APART: Final = timedelta(milliseconds=10)
_NEW_TELEPHONE_EVERY: Final = 2
_NEW_MAILBOX_EVERY: Final = 4
_TOLD_AGAIN_EVERY: Final = 50


def register_with_history(units: int) -> Iterator[OutputRecord]:
    """Yield the versions of a register of `units` units in order: 1.77 records for each unit.

    Every unit arrives; every second gets a new telephone, which is to be forwarded; every fourth a new EDI system,
    which is not (R47); and one in fifty is told again as it was (R10).
    """
    entities = generate_register(units, SEED).entities
    at = BEGINS
    for unit, version in _versions(entities):
        yield change(unit, version, at)
        at += _APART


def _versions(entities: tuple[SnapshotEntity, ...]) -> Iterator[tuple[SnapshotEntity, int]]:
    yield from ((unit, 1) for unit in entities)
    yield from ((_with_telephone(unit, number), 2) for number, unit in enumerate(entities[::_NEW_TELEPHONE_EVERY]))
    yield from ((_with_mailbox(unit), 3) for unit in entities[1::_NEW_MAILBOX_EVERY])
    yield from ((unit, 1) for unit in entities[3::_TOLD_AGAIN_EVERY])


def _with_telephone(unit: SnapshotEntity, number: int) -> SnapshotEntity:
    return replace(unit, telephone=f"{20_000_000 + number}")


def _with_mailbox(unit: SnapshotEntity) -> SnapshotEntity:
    mailbox = unit.location_number
    return unit if mailbox is None else replace(unit, location_number=replace(mailbox, edi_system="EDI2"))


def change(unit: SnapshotEntity, version: int, at: datetime, **more: Any) -> OutputRecord:
    """SOR's record of one version; `more` are fields of the message that are to be otherwise."""
    # Told again, a version must be what it was before (R10).
    registered_at = BEGINS - timedelta(days=30 - version)
    return sent(Topic.ENTITY_CHANGES, "dk.sor.entity.changed.v1", unit.as_change(version, registered_at) | more, at)


def sent(topic: Topic, ce_type: str, data: dict[str, Any], at: datetime) -> OutputRecord:
    """One message as its sender writes it."""
    unit = data["sorId"]
    headers = sender_headers(
        ce_id=f"{unit}-{data.get('version', 0)}", source="urn:bench", ce_type=ce_type, subject=unit
    )
    return OutputRecord(topic, data["ownerSorId"].encode(), compact(data).encode(), headers, at)
