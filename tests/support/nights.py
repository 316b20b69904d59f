"""A sample register lives, each night's file is fed, and the core hears what the feed sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice

import orjson

from adapters.samples.files import FileFormat, carried, write
from adapters.samples.life import Life
from adapters.samples.pending import with_pending
from adapters.samples.register import sample_trees
from adapters.sor_files import open_snapshot
from contracts.sor_entities import EntityChanged
from contracts.tariffs import TariffTable
from workers.feed.feed import Feed
from workers.feed.known import Known
from workers.feed.report import FeedReport
from workers.replay.replay import Replay

FIRST = date(2024, 1, 15)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class FedRegister:
    """`units` units, in one of SOR's formats. `reports` holds what each night's feed said."""

    def __init__(self, form: FileFormat, units: int, seed: int, folder) -> None:
        self.form = form
        self.folder = folder
        self.life = Life(FIRST, seed)
        self.known = Known()
        self.replay = Replay(TariffTable.load())
        self.reports: list[FeedReport] = []
        self._expected: dict[str, EntityChanged] = {}
        trees = self.life.settle(with_pending(sample_trees(units, seed, FIRST), FIRST, seed))
        self._feed(self._write(trees, FIRST), FIRST)
        self._expect(tree[0].owner_sor_id for tree in self.life.standing.trees())

    def live(self, nights: int) -> None:
        """Let so many nights come, each with its file and its feed."""
        for night in islice(self.life.nights(), nights):
            changed = (unit for change in night.changes for unit in (change.before, change.after) if unit is not None)
            gone = (self._expected[sor_id] for sor_id in night.gone)
            self._expect({unit.owner_sor_id for unit in (*changed, *gone)})
            self._feed(self._write(self.life.standing.trees(), night.day), night.day)

    def feed_again(self) -> FeedReport:
        """Feed the last night's file once more."""
        day = self.reports[-1].taken_on
        self._feed(self._path(day), day)
        return self.reports.pop()

    def differences(self) -> list[tuple[str, object, object]]:
        """Each unit of which the core holds anything but what the generator says: id, the core's, the generator's."""
        found = []
        for sor_id, expected in self._expected.items():
            owner = self.replay.world.owners.get(expected.owner_sor_id)
            node = owner.nodes.get(sor_id) if owner is not None else None
            held = _undated(node.entity) if node is not None and node.entity is not None else None
            if held != expected:
                found.append((sor_id, held, expected))
        return found

    def _path(self, day: date):
        return self.folder / self.form.file_name(day)

    def _write(self, trees, day: date):
        path = self._path(day)
        with path.open("wb") as target:
            write(self.form, trees, day, target)
        return path

    def _feed(self, path, day: date) -> None:
        with open_snapshot(path) as snapshot:
            report = FeedReport(snapshot.format, day)
            for records in Feed(snapshot, report, known=self.known).changes(lambda _, given: given.units()):
                for record in records:
                    self.known.hear(record.key, record.value, record.headers)
                    list(self.replay.play(record.as_input()))
        self.reports.append(report)

    def _expect(self, owners) -> None:
        for owner in owners:
            for unit in carried(self.form, self.life.standing.tree(owner)):
                change = orjson.dumps(unit.as_change(0, _LONG_AGO))
                self._expected[unit.sor_id] = _undated(EntityChanged.from_json(change))


def _undated(entity: EntityChanged) -> EntityChanged:
    """The entity without what a feed numbers and dates itself."""
    return replace(entity, version=0, registered_at=_LONG_AGO)
