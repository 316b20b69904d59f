"""A unit's story from the live topics: its owners are looked up in the worker's state, then only theirs is kept.

The state changelog names every unit and the owner it is under, the moved ones twice; it is read through once, and
nothing of it is kept but the owners found. Inputs are keyed by owner and outputs by SOR-id, so one partition of each is
read; dead letters are read through, for one may lie under a wrong key.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING, Final

from adapters.kafka.committed import committed
from adapters.kafka.partitioner import partition_of
from adapters.kafka.port import LogError
from adapters.kafka.topic_admin import partition_counts
from contracts.topics import Topic
from workers.explain.recording import concerns, owners_named
from workers.explain.sent import ExplainError
from workers.explain.teller import Teller
from workers.stream.changelog import Restoring

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from adapters.kafka.connection import Connection
    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from workers.explain.story import Story
    from workers.replay.replay import Replay
    from workers.stream.world import World

_BY_OWNER: Final = (Topic.ENTITY_CHANGES, Topic.SELF_REGISTRATIONS, Topic.CVR_FACTS)
_BY_UNIT: Final = (Topic.REGISTRATIONS, Topic.DEREGISTRATIONS, Topic.INVOICE_TRIGGERS, Topic.DELETION_REQUESTS)
_WHOLE: Final = (Topic.NOTICES, Topic.DEAD_LETTERS)
"""A fee run has no owner, and a dead letter may lie under a wrong key."""
TOLD_IN_ORDER: Final = [
    Topic.ENTITY_CHANGES,
    Topic.SELF_REGISTRATIONS,
    Topic.NOTICES,
    Topic.CVR_FACTS,
    *_BY_UNIT,
    Topic.DEAD_LETTERS,
]
"""Of records of one instant: inputs as the worker takes them, and before what they caused."""
_MOST: Final = 200_000
"""Records of one unit's owners; the largest owner ever seen has 1,231 units (R11)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The topics of one cluster, read for one unit; `report` hears what is read and how many records are left."""

    connection: Connection
    sor_id: SorId
    report: Callable[[str, int], None]

    async def story(self, replay: Replay, now: datetime) -> Story:
        """The unit's story as of `now`. Raises `ExplainError` for a unit nobody has spoken of, and `LogError`."""
        counts = await self._counts()
        owners = await self._owners(counts)
        if not owners:
            raise ExplainError(
                f"no topic speaks of {self.sor_id}. Is it the right SOR-ID, and the right broker? (A unit SOR has "
                "just sent is there as soon as its message is)"
            )
        world = await self._world(counts, owners, replay)
        teller = Teller(self.sor_id, owners, replay, outputs_on_record=True)
        for record in await self._records(counts, owners):
            teller.hear(record)
        return teller.story(now, world)

    async def _counts(self) -> Mapping[str, int]:
        topics = [*_BY_OWNER, *_BY_UNIT, *_WHOLE, Topic.STATE]
        counts = await partition_counts(self.connection, topics)
        missing = [topic.value for topic in topics if not counts.get(topic)]
        if missing:
            raise LogError(f"the broker does not hold {', '.join(missing)}: is it the right one?")
        return counts

    async def _owners(self, counts: Mapping[str, int]) -> set[SorId]:
        """By the worker's state; by the inputs themselves where the worker has not come to them, or refused all."""
        owners: set[SorId] = set()
        suffix = f"/{self.sor_id}".encode()
        async for record in self._read("the worker's state", _all_of(counts, Topic.STATE)):
            key = record.key or b""
            if key.startswith(b"node/") and key.endswith(suffix):
                owners.add(type(self.sor_id)(key.split(b"/")[1].decode()))
        if not owners:
            inputs = _all_of(counts, Topic.ENTITY_CHANGES, Topic.SELF_REGISTRATIONS, Topic.NOTICES)
            async for record in self._read("the inputs", inputs):
                owners |= owners_named(record, self.sor_id)
        return owners

    async def _world(self, counts: Mapping[str, int], owners: set[SorId], replay: Replay) -> World:
        """What the worker holds of the owners."""
        restoring = Restoring()
        wanted = {owner.encode() for owner in owners}
        async for record in self._read("the owner's state", list(_of_keys(counts, [Topic.STATE], owners))):
            key = record.key or b""
            if key == b"progress" or key.split(b"/")[1] in wanted:
                restoring.take(key, record.value, record.headers)
        return restoring.world(replay.world.tariffs)

    async def _records(self, counts: Mapping[str, int], owners: set[SorId]) -> Iterator[InputRecord]:
        """What concerns the unit, oldest first; of one instant inputs before outputs."""
        partitions = [
            *_of_keys(counts, _BY_OWNER, owners),
            *_of_keys(counts, _BY_UNIT, [self.sor_id]),
            *_all_of(counts, *_WHOLE),
        ]
        found: defaultdict[tuple[int, int], list[InputRecord]] = defaultdict(list)
        kept = 0
        async for record in self._read("its history", partitions):
            if not concerns(record, self.sor_id, owners):
                continue
            found[TOLD_IN_ORDER.index(Topic(record.topic)), record.partition].append(record)
            kept += 1
            if kept > _MOST:
                raise ExplainError(f"{self.sor_id}'s owners have more than {_MOST:,} records; explain it from a file")
        return merge(*(found[name] for name in sorted(found)), key=lambda record: record.timestamp)

    async def _read(self, what: str, partitions: Iterable[tuple[str, int]]) -> AsyncIterator[InputRecord]:
        chosen = sorted(set(partitions))
        async for batch in committed(self.connection, chosen, lambda left: self.report(what, left)):
            for record in batch:
                yield record


def _all_of(counts: Mapping[str, int], *topics: Topic) -> list[tuple[str, int]]:
    return [(topic.value, partition) for topic in topics for partition in range(counts[topic])]


def _of_keys(counts: Mapping[str, int], topics: Iterable[Topic], keys: Iterable[SorId]) -> Iterator[tuple[str, int]]:
    names = list(topics)
    for key in keys:
        # The facts about companies are keyed by owner and number, but lie where the owner's inputs lie.
        yield from ((topic.value, partition_of(key.encode(), counts[topic])) for topic in names)
