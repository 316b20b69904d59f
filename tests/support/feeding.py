"""Feeding a topic that is a list: snapshots made of entities, no file, no broker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from adapters.sor_files import Damaged, Reading, SnapshotEntity, SnapshotFormat
from contracts.identifiers import SorId
from workers.feed.feed import Feed
from workers.feed.known import Known
from workers.feed.report import FeedReport

OWNER, CLINIC, PROVIDER, OTHER_OWNER = (SorId.of_item(item) for item in (5001, 5002, 5003, 5004))
TREE = (
    SnapshotEntity(OWNER, "IE", OWNER, None, "Klinikken ApS", owner_type="private", from_date=date(2020, 1, 1)),
    SnapshotEntity(CLINIC, "SI", OWNER, OWNER, "Klinikken", is_treatment_place=True, from_date=date(2020, 1, 1)),
    SnapshotEntity(PROVIDER, "OE", OWNER, CLINIC, "Behandler", from_date=date(2020, 1, 1)),
)
OTHER = SnapshotEntity(
    OTHER_OWNER, "IE", OTHER_OWNER, None, "Køberen", owner_type="private", from_date=date(2020, 1, 1)
)


@dataclass(frozen=True)
class Unit:
    """A unit of a file that is no file."""

    entity: SnapshotEntity
    damage: tuple[Damaged, ...] = ()

    @property
    def sor_id(self):
        return str(self.entity.sor_id)

    @property
    def fingerprint(self):
        return hashlib.blake2b(repr(self.entity).encode(), digest_size=16).digest()

    def read(self):
        return Reading(self.entity, self.damage)


@dataclass(frozen=True)
class Listed:
    """A snapshot of these units, or `Damaged`."""

    items: Iterable
    format: SnapshotFormat = SnapshotFormat.SOR_XML_2
    taken_on: date | None = None
    lacking: tuple[str, ...] = ()
    size: int | None = None
    position: int = 0

    def units(self):
        yield from (Unit(item) if isinstance(item, SnapshotEntity) else item for item in self.items)


@dataclass
class ListedTopic:
    """A topic as a list of records, and what feeding it says."""

    records: list = field(default_factory=list)

    def feed(self, items, day=date(2024, 1, 31), *, cut_after=None, format=SnapshotFormat.SOR_XML_2, **terms):  # noqa: A002
        """Feed a snapshot; `cut_after` that many messages the feed dies. Gives back the report."""
        known = Known()
        for record in self.records:
            known.hear(record.key, record.value, record.headers)
        snapshot = Listed(items, format)
        feed = Feed(snapshot, FeedReport(format, day), known=known, **terms)
        for sent in (record for records in feed.changes(lambda _, given: given.units()) for record in records):
            if cut_after == 0:
                break
            self.records.append(sent)
            cut_after = cut_after - 1 if cut_after is not None else None
        return feed.report

    @property
    def values(self):
        return [json.loads(record.value) for record in self.records]

    def last_of_each(self):
        """What a reader knows in the end: the newest version of each unit under each owner, headers included."""
        newest = {}
        for record, value in zip(self.records, self.values, strict=True):
            key = (value["ownerSorId"], value["sorId"])
            if key not in newest or newest[key][0]["version"] <= value["version"]:
                newest[key] = (value, record.headers, record.key)
        return newest
