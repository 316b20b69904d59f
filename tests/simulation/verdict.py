"""What a `read_committed` reader found, laid beside what must be there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from pydantic import TypeAdapter

from adapters.kafka.memory.broker import MemoryBroker
from contracts import dead_letters as names
from contracts.records import InputRecord
from contracts.topics import Topic
from simulation.recount import Expected, remembered
from support.findings import COMPARED, Findings
from workers.tree.state import Backlog, CvrEntry, Node, OwnerState

_TYPES = {each: TypeAdapter(each) for each in (Node, CvrEntry, Backlog)}
_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z")
_OF_PLACE = frozenset({names.CONNECT_TOPIC, names.CONNECT_PARTITION, names.CONNECT_OFFSET})
"""Headers of a dead letter that say where its original lay; a replay has it lie elsewhere."""
_OF_TIME = frozenset({"ce_time", names.FIRST_FAILED_AT})


@dataclass
class Verdict(Findings):
    """One history, or many added up."""

    histories: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)

    def __add__(self, other: Verdict) -> Verdict:
        """Both together, without their notes."""
        counts = [each.name for each in fields(self) if each.name != "notes"]
        return Verdict(**{name: getattr(self, name) + getattr(other, name) for name in counts})

    def __str__(self) -> str:
        return f"{self.histories} histories, {self.faults} faults: {super().__str__()}"


@dataclass(frozen=True)
class _Told:
    """An output by what it is, and by what it says."""

    id: tuple[str, ...]
    place: tuple[str, bytes | None]
    content: tuple[object, ...]


def judged(broker: MemoryBroker, partitions: int, sources: Sequence[Expected], *, by_the_minute: bool) -> Verdict:
    """Compare; `by_the_minute` is False where clocks were wrong, so that the instants of decisions are not compared."""
    seen = [
        _told(record, by_the_minute=by_the_minute)
        for topic in COMPARED
        for partition in range(broker.counts[topic])
        for record in broker.log(topic, partition).history()
    ]
    expected = [
        [_told(record.as_input(), by_the_minute=by_the_minute) for record in source.outputs if record.topic in COMPARED]
        for source in sources
    ]
    verdict = Verdict(histories=1)
    _compare(verdict, seen, [each for source in expected for each in source])
    for source in expected:
        _compare_order(verdict, seen, source)
    verdict.notes += (faults := [fault for source in sources for fault in source.faults])
    verdict.lost += len(faults)
    _compare_state(verdict, remembered(broker, partitions), sources, by_the_minute=by_the_minute)
    if left := broker.open_transactions():
        verdict.open_transactions += len(left)
        verdict.notes.append(f"open: {left}")
    return verdict


def _told(record: InputRecord, *, by_the_minute: bool) -> _Told:
    left_out = _OF_PLACE if by_the_minute else _OF_PLACE | _OF_TIME
    headers = tuple((name, value) for name, value in record.headers if name not in left_out)
    content: tuple[object, ...] = (record.value, headers, record.timestamp)
    if not by_the_minute:
        content = (_INSTANT.sub(b"", record.value or b""), headers)
    is_dead = record.topic == Topic.DEAD_LETTERS
    of_its_own = repr(record.value) if is_dead else dict(record.headers)["ce_id"].decode()
    return _Told((str(record.topic), of_its_own), (str(record.topic), record.key), content)


def _compare(verdict: Verdict, seen: Iterable[_Told], expected: Iterable[_Told]) -> None:
    seen_by_id, expected_by_id = _by_id(seen), _by_id(expected)
    for each in sorted(seen_by_id.keys() | expected_by_id.keys()):
        found, wanted = seen_by_id[each], expected_by_id[each]
        surplus = found.total() - wanted.total()
        if not wanted:
            verdict.wrong += 1
            verdict.notes.append(f"not expected: {each} {list(found)}")
        elif surplus > 0:
            verdict.duplicated += surplus
            verdict.notes.append(f"{surplus} too many: {each}")
        elif surplus < 0:
            verdict.lost -= surplus
            verdict.notes.append(f"{-surplus} missing: {each} {list(wanted)}")
        elif found != wanted:
            verdict.wrong += 1
            verdict.notes.append(f"differs: {each}\n  told     {list(found)}\n  expected {list(wanted)}")


def _by_id(told: Iterable[_Told]) -> defaultdict[tuple[str, ...], Counter[tuple[object, ...]]]:
    by_id: defaultdict[tuple[str, ...], Counter[tuple[object, ...]]] = defaultdict(Counter)
    for each in told:
        by_id[each.id][each.content] += 1
    return by_id


def _compare_order(verdict: Verdict, seen: Iterable[_Told], expected: Iterable[_Told]) -> None:
    """For each key, what one source told comes in the order it was decided in."""
    wanted = _by_place(expected)
    found = _by_place(seen)
    for place, ids in wanted.items():
        own = [each for each in dict.fromkeys(found[place]) if each in set(ids)]
        in_order = [each for each in dict.fromkeys(ids) if each in set(own)]
        if own != in_order:
            verdict.out_of_order += 1
            verdict.notes.append(f"order at {place}: {own} instead of {in_order}")


def _by_place(told: Iterable[_Told]) -> defaultdict[tuple[str, bytes | None], list[tuple[str, ...]]]:
    by_place: defaultdict[tuple[str, bytes | None], list[tuple[str, ...]]] = defaultdict(list)
    for each in told:
        by_place[each.place].append(each.id)
    return by_place


def _compare_state(
    verdict: Verdict, found: dict[str, OwnerState], sources: Sequence[Expected], *, by_the_minute: bool
) -> None:
    wanted = {owner: state for source in sources for owner, state in source.owners.items()}
    for owner in sorted(found.keys() | wanted.keys()):
        ours, theirs = (_plain(states.get(owner), by_the_minute=by_the_minute) for states in (found, wanted))
        if ours != theirs:
            verdict.wrong += 1
            verdict.notes.append(f"state of {owner}:\n  restored {ours}\n  expected {theirs}")


def _plain(state: OwnerState | None, *, by_the_minute: bool) -> list[bytes]:
    """What the changelog must hold of an owner."""
    if state is None:
        return []
    each = [_dumped(part) for part in (*state.nodes.values(), *state.numbers.values(), state.backlog)]
    return sorted(each if by_the_minute else (_INSTANT.sub(b"", part) for part in each))


def _dumped(part: Node | CvrEntry | Backlog) -> bytes:
    return _TYPES[type(part)].dump_json(part)
