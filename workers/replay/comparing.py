"""What is due beside what was found: missing, extra, different, moved; record by record and per key.

Records of one key that agree are let go of at once, so that only what differs is held.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from adapters.kafka.partitioner import partition_of
from contracts import dead_letters
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.replay.fields import WHOLE, differing, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from contracts.records import InputRecord

Kind = Literal["missing", "extra", "different", "moved"]
_ORIGINAL: Final = (dead_letters.CONNECT_TOPIC, dead_letters.CONNECT_PARTITION, dead_letters.CONNECT_OFFSET)


@dataclass(frozen=True, slots=True)
class Due:
    """An output that the recorded input calls for."""

    record: OutputRecord
    partition: int
    """The input partition it comes from: of one key, each of these has an order of its own."""
    step: int = 0
    """How many progress records of that partition came before it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One output that is not what it should be. No personal data: fields are named, not told (R49)."""

    kind: Kind
    topic: str
    ce_type: str
    id: str
    """The `ce_id`; of a dead letter the place of its original."""
    key: str
    caused_by: str
    """The `ce_id` of the input that caused it: for what was found as it says itself."""
    found_at: tuple[int, int] | None
    """Partition and offset; None when it is missing."""
    what: tuple[str, ...] = ()
    """The fields and headers that differ, or in what it has moved."""
    due_at: datetime | None = None


@dataclass(slots=True)
class _Key:
    due: deque[Due] = field(default_factory=deque)
    found: deque[InputRecord] = field(default_factory=deque)


class Comparison:
    """Takes what is due and what was found as they come, in any interleaving."""

    def __init__(self, partitions: Mapping[str, int]) -> None:
        """`partitions`: how many each topic has, where that is known."""
        self._partitions = partitions
        self._keys: defaultdict[tuple[str, bytes | None], _Key] = defaultdict(_Key)
        self.compared = 0

    def is_due(self, due: Due) -> None:
        """Take note of what must be there."""
        self._note(due.record).due.append(due)
        self._let_go(due.record)

    def was_found(self, record: InputRecord) -> None:
        """Take note of what is there."""
        self.compared += 1
        self._note(record).found.append(record)
        self._let_go(record)

    def differences(self, is_owed: Callable[[Due], bool] = lambda _: True) -> Iterator[Difference]:
        """Compare what is left, topic by topic and key by key. What is not owed may be missing."""
        for (topic, _), key in sorted(self._keys.items(), key=lambda item: (item[0][0], item[0][1] or b"")):
            yield from _differences(list(key.due), list(key.found), self._partitions.get(topic, 0), is_owed)

    def _note(self, record: InputRecord | OutputRecord) -> _Key:
        return self._keys[str(record.topic), record.key]

    def _let_go(self, record: InputRecord | OutputRecord) -> None:
        """Drop the first of the key on either side as long as they are the same in everything."""
        key = self._note(record)
        while key.due and key.found and self._is_same(key.due[0].record, key.found[0]):
            key.due.popleft()
            key.found.popleft()
        if not key.due and not key.found:
            del self._keys[str(record.topic), record.key]

    def _is_same(self, due: OutputRecord, found: InputRecord) -> bool:
        return (
            due.value == found.value
            and dict(due.headers) == dict(found.headers)
            and not any(_moved(due, found, self._partitions.get(found.topic, 0)))
        )


def identity(record: InputRecord | OutputRecord) -> str:
    """What an output is, wherever it lies: its id; of a dead letter the place of its original."""
    said = dict(record.headers)
    if record.topic == Topic.DEAD_LETTERS:
        return "/".join(said.get(part, b"").decode(errors="replace") for part in _ORIGINAL)
    return said.get("ce_id", b"").decode(errors="replace")


@dataclass(frozen=True, slots=True)
class _Pair:
    """What was due, and what was found for it."""

    due: Due
    found: InputRecord
    is_in_order: bool


def _differences(
    due: Sequence[Due], found: Sequence[InputRecord], partitions: int, is_owed: Callable[[Due], bool]
) -> Iterator[Difference]:
    pairs, missing, extra = _paired(due, found)
    for each in missing:
        if is_owed(each):
            yield _difference("missing", each.record, None)
    for record in extra:
        yield _difference("extra", record, record)
    for pair in pairs:
        fields = tuple(_differing(pair.due.record, pair.found))
        moved = (*_moved(pair.due.record, pair.found, partitions), *(() if pair.is_in_order else ("order",)))
        if fields or moved:
            kind: Kind = "different" if fields else "moved"
            yield _difference(kind, pair.due.record, pair.found, fields or moved)


def _paired(due: Sequence[Due], found: Sequence[InputRecord]) -> tuple[list[_Pair], list[Due], list[InputRecord]]:
    """Pair by identity; and what is left over on either side.

    Of one that was found twice the one in its order counts, and of records out of order the fewest are called so.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(due):
        places[identity(each.record)].append(place)
    seen: Counter[str] = Counter()
    candidates: list[tuple[int, InputRecord]] = []
    extra: list[InputRecord] = []
    for record in found:
        name = identity(record)
        if name not in places:
            extra.append(record)
            continue
        candidates.append((places[name][min(seen[name], len(places[name]) - 1)], record))
        seen[name] += 1
    in_order = _in_order(due, [place for place, _ in candidates])
    taken = {candidates[number][0] for number in in_order}
    pairs: list[_Pair] = []
    for number, (place, record) in enumerate(candidates):
        if number in in_order or place not in taken:
            taken.add(place)
            pairs.append(_Pair(due[place], record, number in in_order))
        else:
            extra.append(record)
    return pairs, [each for place, each in enumerate(due) if place not in taken], extra


def _in_order(due: Sequence[Due], places: Sequence[int]) -> set[int]:
    """Which of the places found stand in the order of emission, for each input partition apart."""
    kept: set[int] = set()
    for partition in {due[place].partition for place in places}:
        numbers = [number for number, place in enumerate(places) if due[place].partition == partition]
        kept |= {numbers[rise] for rise in _longest_rise([places[number] for number in numbers])}
    return kept


def _longest_rise(values: Sequence[int]) -> list[int]:
    """Where the members of the longest rising part stand, not necessarily side by side."""
    ends: list[int] = []
    """The smallest value that a rise of each length can end with, and in `at` where it stands."""
    at: list[int] = []
    before: list[int] = []
    for number, value in enumerate(values):
        length = bisect_left(ends, value)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        at[length : length + 1] = [number]
    rise: list[int] = []
    last = at[-1] if at else -1
    while last >= 0:
        rise.append(last)
        last = before[last]
    return rise


def _moved(due: OutputRecord, found: InputRecord, partitions: int) -> Iterator[str]:
    """Yield in what the record lies elsewhere than a worker would have put it. Brokers keep whole milliseconds."""
    if int(due.time.timestamp() * 1000) != int(found.timestamp.timestamp() * 1000):
        yield "time"
    if partitions and due.key is not None:
        home = partition_of(due.key, partitions) if due.partition is None else due.partition
        if home != found.partition:
            yield "partition"


def _differing(due: OutputRecord, found: InputRecord) -> Iterator[str]:
    if due.value != found.value:
        yield from sorted({path for path, *_ in differing(parsed(due.value), parsed(found.value))} or {WHOLE})
    headers, theirs = dict(due.headers), dict(found.headers)
    yield from (f"header {name}" for name in {**headers, **theirs} if headers.get(name) != theirs.get(name))


def _difference(
    kind: Kind, record: InputRecord | OutputRecord, found: InputRecord | None, what: tuple[str, ...] = ()
) -> Difference:
    said = {name: value.decode(errors="replace") for name, value in record.headers}
    is_dead_letter = record.topic == Topic.DEAD_LETTERS
    return Difference(
        kind=kind,
        topic=str(record.topic),
        ce_type=f"dead letter: {said.get(dead_letters.REASON, '')}" if is_dead_letter else said.get("ce_type", ""),
        id=identity(record),
        key=(record.key or b"").decode(errors="replace"),
        caused_by=said.get("ce_id" if is_dead_letter else "ce_causationid", ""),
        found_at=(found.partition, found.offset) if found is not None else None,
        what=what,
        due_at=record.time if isinstance(record, OutputRecord) else None,
    )
