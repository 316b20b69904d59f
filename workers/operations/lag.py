"""Lag, right: per partition of every input topic, in records and by the oldest of them.

The position is the group's committed offset, which other Kafka tools show too. Where the group has none, because its
offsets have expired or the broker has no transactions, it is the one in the changelog's progress record: both come
from the same transactions, and the worker itself goes by the latter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from adapters.kafka.gap import Gap
from contracts.topics import WORKER_INPUTS, Topic
from workers.operations.movement import Look
from workers.stream.changelog import PROGRESS, Restoring

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from adapters.kafka.group_view import Ends, GroupView, Place, Unread

Source = Literal["group", "changelog"]


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition of one input topic. `records` and `position` are None while nothing has been committed.

    `is_exact` False: the records are too many to be counted, so transaction markers are among them.
    """

    topic: str
    partition: int
    start: int
    end: int
    position: int | None
    source: Source | None
    records: int | None
    is_exact: bool = True
    oldest_at: datetime | None = None

    @property
    def lost(self) -> int:
        """Offsets that retention has taken before they were processed; the worker refuses to go on over such a gap."""
        return max(0, self.start - self.position) if self.position is not None else 0

    @property
    def gap(self) -> Gap | None:
        """What keeps the worker from going on, if records are gone."""
        if self.position is None or not (self.lost or self.is_beyond_end):
            return None
        return Gap(self.topic, self.partition, self.position, self.start)

    @property
    def is_beyond_end(self) -> bool:
        """Whether the position lies after the end: the topic has been made anew since."""
        return self.position is not None and self.position > self.end


@dataclass(frozen=True, slots=True)
class Lag:
    """All input partitions at one instant. `hosts`: where each partition number is worked on, by the group."""

    at: datetime
    partitions: tuple[PartitionLag, ...]
    abandoned: Mapping[tuple[str, int], int]
    """Offsets the group has committed on topics that the worker does not read: no lag, whatever is written there."""
    hosts: Mapping[int, str]
    commits: Mapping[int, int]
    """By partition number, a number that every commit changes."""

    @property
    def records(self) -> int:
        """All records waiting; partitions with nothing committed are left out."""
        return sum(each.records or 0 for each in self.partitions)

    def look(self, each: PartitionLag) -> Look:
        """The partition as one look of its history."""
        return Look(self.at, each.position, each.records or 0, each.end, self.commits[each.partition])


async def read_lag(view: GroupView, now: datetime) -> Lag:
    """Ask the brokers once. Raises `LogError` when topics are missing, and what aiokafka raises."""
    inputs = await view.partitions_of([topic.value for topic in WORKER_INPUTS])
    state = {tp.partition: tp for tp in await view.partitions_of([Topic.STATE.value])}
    committed = await view.committed()
    changelog = await view.ends(state.values())
    progress = await _progress(
        view, {state[tp.partition]: changelog[state[tp.partition]] for tp in inputs if tp not in committed}
    )
    # After the positions: what is written in between counts as waiting, and a position never lies after the end.
    ends = await view.ends(inputs)
    positions = {tp: committed.get(tp, progress.get(tp.partition, {}).get(tp.topic)) for tp in inputs}
    unread = await view.unread(
        {tp: (max(at, ends[tp].start), ends[tp].end) for tp, at in positions.items() if at is not None}
    )
    return Lag(
        now,
        tuple(
            _lag(tp, ends[tp], positions[tp], "group" if tp in committed else "changelog", unread.get(tp))
            for tp in inputs
        ),
        {(tp.topic, tp.partition): at for tp, at in committed.items() if tp not in inputs},
        {tp.partition: host for tp, host in (await view.members()).items()},
        {tp.partition: ends.end for tp, ends in changelog.items()},
    )


def _lag(tp: Place, ends: Ends, position: int | None, source: Source, unread: Unread | None) -> PartitionLag:
    if position is None or unread is None:
        return PartitionLag(tp.topic, tp.partition, ends.start, ends.end, None, None, None)
    return PartitionLag(
        tp.topic,
        tp.partition,
        ends.start,
        ends.end,
        position,
        source,
        unread.records,
        unread.is_exact,
        unread.oldest_at,
    )


async def _progress(view: GroupView, state: Mapping[Place, Ends]) -> dict[int, dict[str, int]]:
    """The positions in the progress record of each of these changelog partitions that has one."""
    found: dict[int, dict[str, int]] = {}
    for tp, ends in state.items():
        value = await view.newest(tp, ends, PROGRESS)
        if value is not None:
            restoring = Restoring()
            restoring.take(PROGRESS, value, ())
            found[tp.partition] = restoring.progress.positions
    return found
