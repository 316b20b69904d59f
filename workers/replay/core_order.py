"""The order in which the core saw what lies on the topics, so that a replay decides what was decided.

Which of several topics a worker takes next depends on when their records arrive, and the clock lets days come between
them. Both leave a trace: the *progress* that each transaction commits, how far it has read in each topic and how far
in time. Within a transaction the oldest record comes first (`workers.stream.merge`). Where the progress is no longer
there (its topic is compacted) the records' own timestamps give the order.

Partitions owe nothing to each other. They are woven together by how far in time each has come, never back, so that a
replay of them all in one world lets no day come too early for any.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from contracts.topics import WORKER_INPUTS, Topic
from workers.stream.changelog import PROGRESS, Restoring
from workers.stream.world import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from contracts.records import InputRecord
    from workers.stream.changelog import Progress

Place = tuple[str, int]
"""A topic and a partition of it."""
_INPUTS: Final = tuple(topic.value for topic in WORKER_INPUTS)


def progress_of(record: InputRecord) -> Progress:
    """How far a partition had come, by a progress record. Raises `ChangelogError` when it cannot be read."""
    restoring = Restoring()
    restoring.take(record.key or b"", record.value, record.headers)
    return restoring.progress


@dataclass(slots=True)
class _Stream:
    """What has been read of one place and is not in order yet."""

    waiting: deque[InputRecord] = field(default_factory=deque)
    has_ended: bool = False
    taken_to: int = 0
    """One after the offset of the record taken last."""


@dataclass(frozen=True, slots=True)
class _Next:
    """A record, and how far in time its partition has come with it."""

    at: datetime
    record: InputRecord


@dataclass(frozen=True, slots=True)
class _Wanting:
    """The topics that must be read on before the next record can be named."""

    topics: tuple[str, ...]


class _Line:
    """The records of one partition in the order in which its worker took them."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.streams = {topic: _Stream() for topic in topics}
        self._steps = self.streams.pop(Topic.STATE.value, _Stream(has_ended=True))
        self._step: Progress | None = None
        """Of the step that is being taken."""
        self._time = BEGINNING

    def stream(self, topic: str) -> _Stream:
        """What has been read of one of its topics."""
        return self._steps if topic == Topic.STATE else self.streams[topic]

    def next(self) -> _Next | _Wanting | None:
        """The record to be taken next; None when there is none left.

        The progress that ends a step is named where it moves the time, or is the last.
        """
        while True:
            if self._step is None and self._steps.waiting:
                self._step = progress_of(self._steps.waiting[0])
            if self._step is None and not self._steps.has_ended:
                return _Wanting((Topic.STATE.value,))
            if missing := tuple(topic for topic in self.streams if self._is_unknown(topic)):
                return _Wanting(missing)
            heads = [stream.waiting[0] for topic, stream in self.streams.items() if self._has_more(topic)]
            if heads:
                record = min(heads, key=lambda each: each.timestamp)
                return _Next(max(self._time, record.timestamp), record)
            if self._step is None:
                return None
            if self._step.stream_time > self._time or (self._steps.has_ended and len(self._steps.waiting) == 1):
                return _Next(max(self._time, self._step.stream_time), self._steps.waiting[0])
            if len(self._steps.waiting) == 1:
                return _Wanting((Topic.STATE.value,))
            self._end_step()

    def take(self, taken: _Next) -> None:
        """Take what `next` named."""
        self._time = taken.at
        if taken.record.topic == Topic.STATE:
            self._end_step()
        else:
            stream = self.streams[taken.record.topic]
            stream.waiting.popleft()
            stream.taken_to = taken.record.offset + 1

    def _end_step(self) -> None:
        self._steps.waiting.popleft()
        self._step = None

    def _bound(self, topic: str) -> float:
        """The offset up to which the step has taken the topic."""
        return self._step.positions.get(topic, 0) if self._step is not None else float("inf")

    def _has_more(self, topic: str) -> bool:
        waiting = self.streams[topic].waiting
        return bool(waiting) and waiting[0].offset < self._bound(topic)

    def _is_unknown(self, topic: str) -> bool:
        stream = self.streams[topic]
        return not stream.waiting and not stream.has_ended and stream.taken_to < self._bound(topic)


class CoreOrder:
    """Puts records of many topics and partitions in order as they are read; asks for those it has to see first.

    Input topics, and `sorbro.state.v1` for its progress records, belong together by partition. Any other topic keeps
    its own order, each partition for itself, and comes after the inputs of the same instant.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        inputs: defaultdict[int, list[str]] = defaultdict(list)
        others: list[Place] = []
        for topic, partition in places:
            if topic in _INPUTS or topic == Topic.STATE:
                inputs[partition].append(topic)
            else:
                others.append((topic, partition))
        together = [(sorted(topics, key=_rank), partition) for partition, topics in sorted(inputs.items())]
        lines = [*together, *(([topic], partition) for topic, partition in sorted(others))]
        self._lines = [_Line(topics) for topics, _ in lines]
        self._line_of = {(topic, part): number for number, (topics, part) in enumerate(lines) for topic in topics}
        self._ready: list[tuple[datetime, int, _Next]] = []
        self._looking = set(range(len(self._lines)))
        """The lines whose next record is not known."""

    def add(self, records: Iterable[InputRecord]) -> None:
        """Take in records read, in the order of their offsets."""
        for record in records:
            if record.topic != Topic.STATE or record.key == PROGRESS:
                self._stream((record.topic, record.partition)).waiting.append(record)

    def end(self, place: Place) -> None:
        """Take note that there is no more to come from there."""
        self._stream(place).has_ended = True

    def wanted(self) -> list[Place]:
        """What must be read on before the next record can be named; empty when all that was read is in order."""
        return [place for place, line in self._line_of.items() if line in self._looking and self._wants(place)]

    def take(self) -> Iterator[InputRecord]:
        """Yield what is in order so far."""
        while self._see() and self._ready:
            _, number, taken = heappop(self._ready)
            self._lines[number].take(taken)
            self._looking.add(number)
            yield taken.record

    def _stream(self, place: Place) -> _Stream:
        return self._lines[self._line_of[place]].stream(place[0])

    def _wants(self, place: Place) -> bool:
        following = self._lines[self._line_of[place]].next()
        return isinstance(following, _Wanting) and place[0] in following.topics

    def _see(self) -> bool:
        """Look at the lines whose next record was not known; True when it is known of all of them."""
        for number in tuple(self._looking):
            following = self._lines[number].next()
            if isinstance(following, _Wanting):
                continue
            self._looking.discard(number)
            if following is not None:
                heappush(self._ready, (following.at, number, following))
        return not self._looking


def _rank(topic: str) -> int:
    """The place of an input topic among those that have a record of the same instant (`workers.stream.merge`)."""
    return _INPUTS.index(topic) if topic in _INPUTS else len(_INPUTS)
