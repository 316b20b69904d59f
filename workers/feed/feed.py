"""One feed from end to end: the file read whole, compared, checked, and only then turned into messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from adapters.sor_files import open_snapshot
from workers.feed.changes import messages, read, recall
from workers.feed.known import Known, fingerprints_in
from workers.feed.losses import Losses, nearest_unknown
from workers.feed.soundness import check_before_reading, check_fields, check_parents, check_previous, check_whole
from workers.feed.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from adapters.sor_files import Damaged, FileUnit, Snapshot
    from contracts.records import OutputRecord
    from workers.feed.known import LastVersion
    from workers.feed.report import FeedReport


class Watch(Protocol):
    """Somebody who looks on while a file is read."""

    def __call__(self, what: str, snapshot: Snapshot, /) -> Iterator[FileUnit | Damaged]:
        """Give the snapshot's units, and show how far they have come."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A snapshot to be fed; `report` fills while it is."""

    snapshot: Snapshot
    report: FeedReport
    previous: Path | None = None
    """The snapshot before; stands in for what the topic does not hold."""
    known: Known = field(default_factory=Known)
    shrink_limit: float = 5.0
    """Per cent."""
    force: bool = False
    """Feed it also if it is not to be believed."""

    def changes(self, watch: Watch) -> Iterator[tuple[OutputRecord, ...]]:
        """Yield the messages unit by unit, parents before children, once the whole file has been found sound.

        Raises `SnapshotError` for a file that breaks off or means harm, `RefusedError` for one not to be believed.
        """
        if not self.force:
            check_before_reading(self.report, self.known)
        earlier = self._earlier(watch)
        with Spool() as spool:
            seen = read(watch("Reading", self.snapshot), self.known.fingerprints, earlier, spool, self.report)
            units = earlier.keys() | self.known.versions.keys()
            last = self._last(spool.sor_ids, units - seen, earlier.keys(), watch)
            losses = Losses(spool, last, self.report.taken_on)
            self.report.vanished = losses.vanished(units, seen)
            if not self.force:
                check_whole(self.report, len(units), self.shrink_limit)
                check_fields(losses.fields(seen), self.shrink_limit)
                check_parents(losses.rehung, len(seen), self.shrink_limit)
            yield from messages(spool, last, self.report)

    def _earlier(self, watch: Watch) -> dict[str, bytes]:
        """The fingerprints of the snapshot before, of the units that the topic says nothing of."""
        if self.previous is None:
            return {}
        with open_snapshot(self.previous) as snapshot:
            if not self.force:
                check_previous(self.report, snapshot)
            found = fingerprints_in(watch("Reading the one before", snapshot))
        return {sor_id: each for sor_id, each in found.items() if sor_id not in self.known.versions}

    def _last(
        self, differing: AbstractSet[str], gone: AbstractSet[str], earlier: AbstractSet[str], watch: Watch
    ) -> dict[str, LastVersion]:
        """What was last said of these units and all above those gone: by the topic, else by the snapshot before."""
        last = self.known.versions
        asked: set[str] = set()
        while self.previous is not None and (wanted := (differing | nearest_unknown(gone, last)) & earlier - asked):
            asked |= wanted
            with open_snapshot(self.previous) as snapshot:
                units = watch("Looking up what differs", snapshot)
                last = last | recall(units, wanted, self.report.taken_on, snapshot.taken_on)
        return last
