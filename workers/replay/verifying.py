"""Verifying a recording: its input decided once more, and what that calls for beside what was really sent.

Each partition is decided in a world of its own and takes from the recording all that Sorbro tells itself, in the order
that its progress tells: so the outputs are equal, and not only alike. What the recording does not hold the replay
makes itself, in one world.

What may differ without anybody's fault:
- A record stamped later than the worker's clock was decided at that clock, and is here at its stamp.
- After a change of release, or of the tariff table, what was sent before it was decided by the old one.
- What compaction has taken: of `bsr.registrations.v1` records that later ones replace (they are missing), of
  `sorbro.cvr-facts.v1` answers that were heard then (and never here), of `sorbro.state.v1` the progress (then the
  timestamps give the order). A broker leaves only a topic's newest segment whole: record soon.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from contracts.topics import WORKER_INPUTS, Topic
from workers.replay.beyond_pseudonyms import beyond_pseudonyms
from workers.replay.comparing import Comparison, Due
from workers.replay.core_order import progress_of
from workers.replay.recording import OUTPUTS
from workers.replay.replay import AS_RECORDED, TO_ITSELF, Replay
from workers.stream.intake import OwnersMessage, RunRequested, read
from workers.stream.world import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from adapters.cvr.documents import FileRegistry
    from adapters.recordings.about import About
    from contracts.records import InputRecord
    from contracts.tariffs import TariffTable
    from workers.replay.comparing import Difference

_SENDERS: Final = (Topic.ENTITY_CHANGES, Topic.SELF_REGISTRATIONS, Topic.NOTICES)
_INPUTS: Final = frozenset(topic.value for topic in WORKER_INPUTS)
_OUTPUTS: Final = frozenset(topic.value for topic in OUTPUTS)


@dataclass(frozen=True, slots=True)
class Cause:
    """Where an input lay, and the `ce_id` it came under."""

    event_id: str
    topic: str
    partition: int
    offset: int


UNANSWERED: Final = (
    "it holds none of CVR's answers, and they may be all that differs: record sorbro.cvr-facts.v1 as well, or give "
    "CVR's documents with --cvr"
)
"""Why differences cannot be judged. A worker that had no answers sent what the recording calls for without any."""


def obstacle(about: About) -> str | None:
    """Why a recording cannot be compared, in words that say what to do; None when it can."""
    if about.since is not None:
        return (
            f"it begins in the middle of the story, at {about.since:%Y-%m-%d %H:%M}Z: what the worker knew by then is "
            "not in it. Record without --from, if need be only some owners (--key)"
        )
    late = sorted({each.topic for each in about.extents if each.topic in _SENDERS and each.begin > 0})
    if late:
        return f"it begins in the middle of the story: {', '.join(late)} had lost older records when it was recorded"
    if Topic.ENTITY_CHANGES not in about.topics:
        return "it holds no input: record sor.entity-changes.v1 and the other input topics as well"
    if not about.topics & _OUTPUTS:
        return f"it holds no output: record {', '.join(sorted(_OUTPUTS))} as well"
    if TO_ITSELF & about.topics and not about.topics >= TO_ITSELF:
        return f"of what the worker tells itself it holds a part: record {' and '.join(sorted(TO_ITSELF))}"
    return None


class Verification:
    """One recording. Hand it the records in file order, then ask for the differences."""

    def __init__(
        self,
        tariffs: TariffTable,
        about: About,
        registry: FileRegistry | None = None,
        *,
        counts_partitions: bool = True,
    ) -> None:
        """`counts_partitions`: whether `about` knows how many there are, or only those that hold records."""
        self._hears_itself = about.topics >= TO_ITSELF
        # Where nobody answers for CVR the answers are the recording's, though it has none: the worker waited for them.
        unanswered = frozenset({Topic.CVR_FACTS}) if registry is None else frozenset()
        self._new_replay = partial(
            Replay,
            tariffs,
            registry,
            recorded=(AS_RECORDED if self._hears_itself else AS_RECORDED - TO_ITSELF) & (about.topics | unanswered),
            partitions=about.partitions if self._hears_itself else 1,
        )
        self._compares = (_OUTPUTS | (TO_ITSELF if self._hears_itself else frozenset())) & about.topics
        self._has_progress = Topic.STATE in about.topics
        self._is_pseudonymised = about.pseudonymised
        self._lines: dict[int, _Line] = {}
        self._came_to = BEGINNING
        """How far in time its outputs show the worker to have come, where no progress tells."""
        homes = dict.fromkeys(about.topics, about.partitions) if counts_partitions else {}
        if about.pseudonymised:
            homes.pop(Topic.DEAD_LETTERS, None)  # the key of a wrong one may have been a name
        self._comparison = Comparison(homes)

    @property
    def compared(self) -> int:
        """How many outputs were found and compared."""
        return self._comparison.compared

    @property
    def undecided(self) -> int:
        """How many input records the worker had not decided yet when it was recorded."""
        return sum(line.since_step for line in self._lines.values()) if self._has_progress else 0

    def take(self, record: InputRecord) -> None:
        """Take the next record of the recording."""
        if record.topic in _OUTPUTS and not self._has_progress:
            self._came_to = max(self._came_to, record.timestamp)
        if record.topic in self._compares:
            self._comparison.was_found(beyond_pseudonyms(record) if self._is_pseudonymised else record)
        if record.topic in _INPUTS or record.topic == Topic.STATE:
            self._call_for(self._line(record.partition).take(record))

    def differences(self) -> list[Difference]:
        """What differs, once all records have been taken."""
        latest = max((self._came_to, *(line.time for line in self._lines.values())))
        for line in self._lines.values():
            self._call_for(line.finish(latest))
        return list(self._comparison.differences(self._is_owed))

    def _line(self, partition: int) -> _Line:
        number = partition if self._hears_itself else 0
        if number not in self._lines:
            self._lines[number] = _Line(number, self._new_replay(), has_progress=self._has_progress)
        return self._lines[number]

    def _call_for(self, outputs: Iterable[Due]) -> None:
        for due in outputs:
            if due.record.topic in self._compares:
                output = beyond_pseudonyms(due.record) if self._is_pseudonymised else due.record
                self._comparison.is_due(replace(due, record=output))

    def _is_owed(self, due: Due) -> bool:
        """Whether the worker had committed what called for it when it was recorded."""
        return not self._has_progress or due.step < self._lines[due.partition].steps


class _Line:
    """One partition's inputs on their way through its world."""

    def __init__(self, partition: int, replay: Replay, *, has_progress: bool) -> None:
        self._partition = partition
        self._replay = replay
        self._has_progress = has_progress
        self.steps = 0
        self.since_step = 0
        """How many inputs have come since the last progress."""
        self.time = BEGINNING
        """How far in time the worker is known to have come."""

    def take(self, record: InputRecord) -> Iterator[Due]:
        """Decide a record, or let the days come that a progress speaks of."""
        for output in self._replay.play(record):
            yield Due(output, self._partition, self.steps)
        if record.topic == Topic.STATE:
            self.steps, self.since_step = self.steps + 1, 0
            self.time = max(self.time, progress_of(record).stream_time)
        else:
            self.since_step += 1
            if not self._has_progress:
                self.time = max(self.time, record.timestamp)

    def finish(self, until: datetime) -> Iterator[Due]:
        """Let the days up to `until` come: owed, unless there was more to be decided first."""
        step = self.steps - 1 if not self.since_step else self.steps
        for output in self._replay.advance(until):
            yield Due(output, self._partition, step)


def causes_of(differences: Sequence[Difference], records: Iterable[InputRecord]) -> dict[str, Cause]:
    """Where the inputs lay that caused the differences, by the ids of these; from a second reading of the recording.

    A dead letter says itself where its original lay.
    """
    wanted = {each.caused_by for each in differences} - {""}
    by_event: dict[str, Cause] = {}
    for record in records:
        if record.topic in _INPUTS and (event_id := _event_id(record)) in wanted:
            by_event.setdefault(event_id, Cause(event_id, record.topic, record.partition, record.offset))
    causes = {each.id: by_event[each.caused_by] for each in differences if each.caused_by in by_event}
    for each in differences:
        if each.topic == Topic.DEAD_LETTERS:
            topic, partition, offset = each.id.rsplit("/", 2)
            if partition.isdecimal() and offset.isdecimal():  # in one that is not ours there may be anything
                causes[each.id] = Cause(each.caused_by, topic, int(partition), int(offset))
    return causes


def _event_id(record: InputRecord) -> str:
    """The id the record came under, or the one it was given."""
    said = dict(record.headers).get("ce_id")
    if said:
        return said.decode(errors="replace")
    accepted = read(record)
    if isinstance(accepted, OwnersMessage):
        return accepted.event.event_id
    return accepted.notice if isinstance(accepted, RunRequested) else ""
