"""What must be there: the committed input of one partition, decided once more, with no broker to go wrong.

Which of several topics a worker reads next depends on when their records arrive, and a day comes when the clock says
so: both are legitimate, and both leave a trace that is no decision of the worker's, the *progress* that each transaction
commits (how far it has read in each topic, and how far in time). The recount takes the order of events from there and
everything else, every state and every output, from the input alone. A progress that is wrong does not help a broken
worker: what it skips is decided here and found lost, what it reads twice is decided here once.

The order itself is held to what the loop promises: within a step the oldest record first; every day before the
record; and no record of a sender's that was there in time is overtaken by a day (R24).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.danish_time import danish_date, start_of_day
from contracts.records import InputRecord, OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import WORKER_INPUTS, Topic
from workers.stream.world import BEGINNING, Turn, World

SENDERS = (Topic.ENTITY_CHANGES, Topic.SELF_REGISTRATIONS, Topic.NOTICES)
Records = Mapping[tuple[str, int], Sequence[InputRecord]]
Jump = tuple[datetime, datetime]
"""When it was, and what the workers' clock said: records stamped in between may be overtaken by the days it let come."""


@dataclass(frozen=True)
class Due:
    """One output that must be there, and what called for it."""

    record: OutputRecord
    partition: int
    """The input partition it comes from."""
    cause: str


@dataclass(frozen=True)
class Step:
    """One transaction's progress."""

    positions: dict[str, int]
    stream_time: datetime

    @classmethod
    def read(cls, record: InputRecord) -> Step:
        data = json.loads(record.value or b"")
        return cls(data["positions"], datetime.fromisoformat(data["stream_time"]))


class Recount:
    """One input partition, from its first record to the end."""

    def __init__(self, records: Records, partition: int, partitions: int, jumps: Sequence[Jump] = ()) -> None:
        self._inputs = {str(topic): records.get((topic, partition), ()) for topic in WORKER_INPUTS}
        self._steps = [Step.read(each) for each in records.get((Topic.STATE, partition), ()) if each.key == b"progress"]
        self._partition = partition
        self._jumps = jumps
        self._world = World(TariffTable.load(), partitions=partitions)
        self._taken = dict.fromkeys(self._inputs, 0)
        """By topic, how many records have been decided."""
        self._came_to = BEGINNING
        self._latest_day: datetime | None = None
        self.due: list[Due] = []
        self.breaches: list[str] = []
        """Where the order was not one that the loop may choose."""
        self.unread = 0
        """Records that no transaction has claimed to have read."""

    def run(self, clock: datetime) -> None:
        """Decide everything, at the end the days up to `clock`."""
        before: dict[str, int] = {}
        reached = BEGINNING
        for step in self._steps:
            back = [topic for topic, at in step.positions.items() if at < before.get(topic, 0)]
            if back:
                self.breaches.append(f"partition {self._partition}: the progress went back on {', '.join(back)}")
            self._decide(self._up_to(step.positions))
            # One that gets no further in time tells nothing of the days: a clock that was ahead has been set right.
            # What has come due since comes before the next record here as there.
            if step.stream_time > reached:
                self._let_days_come(step.stream_time)
            before, reached = step.positions, max(reached, step.stream_time)
        rest = self._up_to(dict.fromkeys(self._inputs, 1 << 62))
        self.unread = sum(len(each) for each in rest.values())
        self._decide(rest)
        self._let_days_come(clock)

    def unanswered(self) -> int:
        """How many numbers CVR has been asked about and has not answered: their places stay pending (R20)."""
        states = self._world.owners.values()
        return sum(1 for state in states for each in state.numbers.values() if each.answer is None)

    def unread_at_the_end(self) -> int:
        """How many records lie behind the last progress."""
        at = self._steps[-1].positions if self._steps else {}
        return sum(1 for topic, records in self._inputs.items() for each in records if each.offset >= at.get(topic, 0))

    def _up_to(self, positions: Mapping[str, int]) -> dict[str, deque[InputRecord]]:
        taken: dict[str, deque[InputRecord]] = {}
        for topic, records in self._inputs.items():
            first = self._taken[topic]
            end = first
            while end < len(records) and records[end].offset < positions.get(topic, 0):
                end += 1
            taken[topic] = deque(records[first:end])
            self._taken[topic] = end
        return taken

    def _decide(self, waiting: dict[str, deque[InputRecord]]) -> None:
        for record in _oldest_first(waiting):
            # What the record before began is finished first, even where this one is stamped earlier.
            self._let_days_come(max(record.timestamp, self._came_to))
            if record.topic in SENDERS and self._is_overtaken(record.timestamp):
                self.breaches.append(f"{_place(record)} was overtaken by the day {self._latest_day}")
            turn = Turn(self._world)
            turn.receive(record, record.timestamp)
            self._conclude(turn, _place(record))
            self._came_to = record.timestamp

    def _is_overtaken(self, stamped: datetime) -> bool:
        if self._latest_day is None or stamped >= self._latest_day:
            return False
        return not any(was <= stamped < said for was, said in self._jumps)

    def _let_days_come(self, until: datetime) -> None:
        while (instant := self._world.next_instant()) is not None and instant <= until:
            if instant == start_of_day(danish_date(instant)):  # not the rest of what a record has begun
                self._latest_day = max(instant, self._latest_day or instant)
            turn = Turn(self._world)
            turn.let_days_come(instant)
            self._conclude(turn, f"the day {instant:%Y-%m-%d %H:%M}Z on partition {self._partition}")

    def _conclude(self, turn: Turn, cause: str) -> None:
        turn.adopt()
        self.due += [Due(record, self._partition, cause) for record in turn.outputs]


def _oldest_first(waiting: dict[str, deque[InputRecord]]) -> Iterator[InputRecord]:
    while heads := [records[0] for records in waiting.values() if records]:
        oldest = min(heads, key=lambda record: record.timestamp)
        yield waiting[oldest.topic].popleft()


def _place(record: InputRecord) -> str:
    said = dict(record.headers).get("ce_id", b"no id").decode(errors="replace")
    return f"{record.topic}-{record.partition}@{record.offset} ({said})"
