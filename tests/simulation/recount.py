"""What must have been told: recomputed from the committed input, by the same core that `replay` runs.

A calm history is replayed whole, by `Replay`, and owes nothing to the loop. In a busy one the order in which records of
different topics are taken is the loop's own choice; the progress records say which it was, and each partition is
recounted by them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from adapters.kafka.memory.broker import MemoryBroker
from adapters.kafka.memory.record_log import Transaction
from contracts.records import InputRecord, OutputRecord
from contracts.topics import WORKER_INPUTS, Topic
from simulation.story import END, Story
from simulation.worker import TARIFFS
from workers.replay.replay import Replay
from workers.stream.changelog import Progress, Restoring
from workers.stream.world import BEGINNING, Turn, World
from workers.tree.state import OwnerState


@dataclass
class Expected:
    """What one source must have told, in its order, and the owners it must remember."""

    outputs: list[OutputRecord]
    owners: dict[str, OwnerState]
    faults: list[str] = field(default_factory=list)
    """What is wrong with the committed progress itself."""


class _Listening(Replay):
    """A replay that also keeps what the worker tells itself."""

    def __init__(self, partitions: int) -> None:
        super().__init__(TARIFFS)
        self.world = World(TARIFFS, partitions=partitions)
        self.told: list[OutputRecord] = []

    def _conclude(self, turn: Turn) -> Iterator[OutputRecord]:
        self.told += turn.outputs
        return super()._conclude(turn)


def replayed(story: Story, partitions: int) -> Expected:
    """A calm history as `sorbro replay` tells it: each message at its own timestamp, and then time until the next."""
    replay = _Listening(partitions)
    for arrival in story.arrivals:
        _exhaust(replay.advance(arrival.at))
        _exhaust(replay.play(arrival.record))
        _exhaust(replay.advance(arrival.at))
    _exhaust(replay.advance(END))
    return Expected(replay.told, dict(replay.world.owners))


def _exhaust(outputs: Iterator[OutputRecord]) -> None:
    deque(outputs, maxlen=0)


def recounted(broker: MemoryBroker, partition: int) -> Expected:
    """What one partition must have told, having taken its inputs in the order that its progress records tell."""
    counting = _Recount(broker, partition)
    told = _told_by_transaction(broker)
    for transaction, progress in _progress_of(broker, partition):
        counting.follow(progress, told[transaction])
    counting.finish()
    return Expected(counting.outputs, dict(counting.world.owners), counting.faults)


class _Recount:
    def __init__(self, broker: MemoryBroker, partition: int) -> None:
        self.world = World(TARIFFS, partitions=broker.counts[Topic.STATE])
        self.outputs: list[OutputRecord] = []
        self.faults: list[str] = []
        self._came_to = BEGINNING
        self._partition = partition
        self._inputs = {topic.value: broker.log(topic.value, partition).history() for topic in WORKER_INPUTS}
        self._at = dict.fromkeys(self._inputs, 0)

    def follow(self, progress: Progress, told: int) -> None:
        """Take the records that one transaction took, between the days before each; then the days that came alone.

        A record stamped early may make a day due that lies behind already. Whether it came in the same transaction or
        in the next is told by how many outputs this one has.
        """
        before, came_to = self._count(), self._came_to
        for record in _merged(self._taken(topic, to) for topic, to in progress.positions.items()):
            self._let_days_come(record.timestamp)
            turn = Turn(self.world)
            turn.receive(record, record.timestamp)
            self._conclude(turn)
            self._let_days_come(record.timestamp)
            came_to = max(came_to, record.timestamp)
        while (instant := self.world.next_instant()) is not None and instant <= progress.stream_time:
            if progress.stream_time == came_to and self._count() - before >= told:
                break
            self._let_days_come(instant)
        self._came_to = progress.stream_time

    def _count(self) -> int:
        """How many outputs there are; a question to CVR may be put again by a transaction of its own."""
        return sum(output.topic != Topic.CVR_REQUESTS for output in self.outputs)

    def finish(self) -> None:
        """Nothing may be left that was never taken."""
        self._let_days_come(self._came_to)
        for topic, records in self._inputs.items():
            if left := [record for record in records if record.offset >= self._at[topic]]:
                self.faults.append(f"{topic}[{self._partition}]: {len(left)} records were never taken")

    def _taken(self, topic: str, to: int) -> list[InputRecord]:
        before, self._at[topic] = self._at[topic], to
        if to < before:
            self.faults.append(f"{topic}[{self._partition}]: progress went back from {before} to {to}")
        return [record for record in self._inputs[topic] if before <= record.offset < to]

    def _let_days_come(self, until: datetime) -> None:
        done = False
        while not done:
            turn = Turn(self.world)
            done = turn.let_days_come(until)
            self._conclude(turn)

    def _conclude(self, turn: Turn) -> None:
        turn.adopt()
        self.outputs += turn.outputs


def _merged(topics: Iterable[list[InputRecord]]) -> Iterator[InputRecord]:
    """The oldest of the topics' first records, again and again; order within a topic stays."""
    waiting = [records for records in topics if records]
    while waiting:
        first = min(waiting, key=lambda records: records[0].timestamp)
        yield first.pop(0)
        waiting = [records for records in waiting if records]


def _told_by_transaction(broker: MemoryBroker) -> Counter[Transaction | None]:
    """How many records each transaction wrote that are neither state nor questions to CVR."""
    return Counter(
        transaction
        for topic, partitions in broker.counts.items()
        if topic not in {Topic.STATE, Topic.CVR_REQUESTS}
        for partition in range(partitions)
        for _, transaction in broker.log(topic, partition).by_transaction()
    )


def _progress_of(broker: MemoryBroker, partition: int) -> Iterator[tuple[Transaction | None, Progress]]:
    for record, transaction in broker.log(Topic.STATE, partition).by_transaction():
        if record.key == b"progress":
            restoring = Restoring()
            restoring.take(record.key, record.value, record.headers)
            yield transaction, restoring.progress


def remembered(broker: MemoryBroker, partitions: int) -> dict[str, OwnerState]:
    """The owners that a worker would restore now, over all partitions."""
    owners: dict[str, OwnerState] = {}
    for partition in range(partitions):
        restoring = Restoring()
        for record in broker.log(Topic.STATE, partition).history():
            restoring.take(record.key or b"", record.value, record.headers)
        owners |= restoring.world(TARIFFS, partitions).owners
    return owners
