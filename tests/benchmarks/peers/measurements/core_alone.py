"""The pure core without a broker, beside what pydantic alone takes to parse and dump the same messages."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.collector import spare_what_stays
from benchmarks.peers.generated_input import register_with_history
from contracts.records import InputRecord
from contracts.sor_entities import EntityChanged
from contracts.tariffs import TariffTable
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

_BATCH = 500
"""Records in a turn, as the loop polls them."""


@dataclass(frozen=True, slots=True)
class CoreAlone:
    """Microseconds a message: `decided` is parsed, decided and written as output; `kept` is the state besides."""

    pydantic: float
    decided: float
    kept: float

    @property
    def ratio(self) -> float:
        """How often pydantic's time goes into the core's, state included."""
        return self.kept / self.pydantic


def measure(units: int, times: int) -> CoreAlone:
    """Take turns, and give the medians."""
    spare_what_stays()  # as every worker does
    records = [each.as_input() for each in register_with_history(units)]
    taken = [(_timed(_pydantic, records), _timed(_decide, records), _timed(_keep, records)) for _ in range(times)]
    return CoreAlone(*(statistics.median(each) for each in zip(*taken, strict=True)))


def _timed(work: Callable[[Sequence[InputRecord]], None], records: Sequence[InputRecord]) -> float:
    started = time.perf_counter()
    work(records)
    return (time.perf_counter() - started) / len(records) * 1e6


def _pydantic(records: Sequence[InputRecord]) -> None:
    for each in records:
        EntityChanged.from_json(each.value or b"").to_json()


def _decide(records: Sequence[InputRecord]) -> None:
    for turn in _turns(records):
        turn.adopt()


def _keep(records: Sequence[InputRecord]) -> None:
    for turn in _turns(records):
        for _ in changelog_of(turn, 0, {}):
            pass
        turn.adopt()


def _turns(records: Sequence[InputRecord]):
    world = World(TariffTable.load())
    for begin in range(0, len(records), _BATCH):
        turn = Turn(world)
        for each in records[begin : begin + _BATCH]:
            turn.receive(each, each.timestamp)
        yield turn
