"""Days that bring much at once: 10,000 owners whose places close at one midnight, and one owner closing with 10,000.

The clock is the demo's: midnight is announced when everything before it has been committed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from adapters.samples import self_registrations
from adapters.samples.private_trees import plant_private_hospital
from adapters.samples.tree_builder import TreeBuilder, some_time_before
from adapters.samples.valid_numbers import NumberSource
from adapters.sor_files.entity import SnapshotEntity
from benchmarks.peers.arena import Arena
from benchmarks.peers.contest import started, wait_until_shared
from benchmarks.peers.generated_input import BEGINS, SEED, change, sent
from benchmarks.peers.judge import Forwards, verdict
from benchmarks.peers.roster import Contestant
from benchmarks.peers.sender import Sender
from benchmarks.peers.watcher import Watcher
from contracts.danish_time import effective_after
from contracts.records import OutputRecord
from contracts.sor_entities import SorType
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.replay.replay import Replay

_LAST_DAY: Final = date(2023, 11, 30)
_MIDNIGHT: Final = effective_after(_LAST_DAY)
_EVENING: Final = _MIDNIGHT - timedelta(hours=1)
_TOPICS: Final = (Topic.REGISTRATIONS.value, Topic.DEREGISTRATIONS.value, Topic.INVOICE_TRIGGERS.value)
_PATIENCE: Final = 600.0
_OPENING: Final = 5.0
"""So long at most does a worker take to open the partitions that another had when it came; midnight waits for it."""


@dataclass(frozen=True, slots=True)
class Burst:
    """So many outputs were committed within so many seconds of midnight; `wrong` says what was not as replayed."""

    outputs: int
    seconds: float
    wrong: str | None


def midnight(places: int) -> Iterator[OutputRecord]:
    """Yield the records of as many clinics, each with an owner of its own; all of them are to close on one day."""
    builder = _builder()
    for number in range(places):
        owner = builder.owner(f"Klinikken {number}", "privat", builder.town(), has_cvr=False)
        builder.institution(owner, f"Klinikken {number}", "almen lægepraksis", is_treatment_place=True)
    yield from _story(builder.take(), closed="SI")


def cascade(places: int) -> Iterator[OutputRecord]:
    """Yield the records of one private hospital with as many departments, whose owner is to close."""
    builder = _builder()
    plant_private_hospital(builder, places + 2)
    yield from _story(builder.take(), closed="IE")


def measure(arena: Arena, contestant: Contestant, story: Iterator[OutputRecord], processes: int = 1) -> Burst:
    """Let everything but the day itself happen, then announce midnight to so many workers together.

    Raises `RuntimeError` if it does not come so far.
    """
    records = list(story)
    before, due = replayed(records)
    group, sender, found = arena.next_trial(keep_input=False), Sender(arena.servers), Forwards()
    sender.send([*records, _announcement(_EVENING)])
    sender.flush()
    with Watcher(arena.servers, _TOPICS) as watcher, started(arena, contestant, group, processes):
        wait_until_shared(arena.servers, group, processes)
        done = watcher.watch(lambda count: count >= before, _PATIENCE)[1]
        if len(done) != before:
            raise RuntimeError(f"{len(done)} outputs before midnight where {before} are due")
        time.sleep(_OPENING)
        announced = time.monotonic()
        sender.send([_announcement(_MIDNIGHT)])
        sender.flush()
        seen, burst = watcher.watch(lambda count: count >= due.count, _PATIENCE)
        for each in [*burst, *watcher.look()]:
            found.take(_place(each.topic(), each.key()), each.value())
    return Burst(found.count, seen[-1][0] - announced, verdict(due, found))


def _builder() -> TreeBuilder:
    rng = random.Random(SEED)  # noqa: S311  # the same everywhere, and no secret
    return TreeBuilder(rng, NumberSource(rng), some_time_before(BEGINS.date(), rng))


def _story(units: tuple[SnapshotEntity, ...], closed: SorType) -> Iterator[OutputRecord]:
    closing = (unit for unit in units if unit.sor_type == closed)
    yield from (change(unit, 1, BEGINS) for unit in units)
    at = BEGINS + timedelta(hours=2)
    for half in self_registrations(units, BEGINS.date(), SEED):
        yield sent(Topic.SELF_REGISTRATIONS, "dk.bsr.self-registration.changed.v1", half, at)
    yield from (change(replace(unit, to_date=_LAST_DAY), 2, at + timedelta(hours=2)) for unit in closing)


def replayed(records: list[OutputRecord]) -> tuple[int, Forwards]:
    """How many outputs there are before midnight, and what they are at midnight."""
    replay, due = Replay(TariffTable.load()), Forwards()
    played = [out for record in records for out in replay.play(record.as_input())]
    played += replay.advance(_EVENING)
    before = sum(out.topic in _TOPICS for out in played)
    for out in replay.advance(_MIDNIGHT):
        if out.topic in _TOPICS:
            due.take(_place(out.topic, out.key or b""), out.value or b"")
    return before, due


def _place(topic: str, key: bytes) -> bytes:
    """Order holds within a key of one topic, not between topics."""
    return f"{topic}/".encode() + key


def _announcement(instant: datetime) -> OutputRecord:
    return OutputRecord(Topic.DEMO_CLOCK, None, instant.isoformat().encode(), (), instant)
