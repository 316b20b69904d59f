"""What a register's size costs: memory a unit, and the time an event takes, each size in a process of its own.

The processes take turns at their events, so that whatever else the machine does falls on all sizes alike.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Final

from adapters.collector import spare_what_stays
from adapters.samples import generate_register
from benchmarks.peers.generated_input import BEGINS, SEED, change
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

_BATCH: Final = 500
_ROUNDS: Final = 7
_EVENTS: Final = 3000
"""As many changes are measured in a round."""
_HEADERS: Final = (("ce_type", b"dk.sor.entity.changed.v1"), ("ce_id", b"bench"))


@dataclass(frozen=True, slots=True)
class Size:
    """A register of so many units: bytes of memory a unit, and microseconds an event, the median of the rounds."""

    units: int
    memory: float
    event: float


def measure(sizes: Sequence[int], folder: Path) -> list[Size]:
    """Grow a register of each size in a process that holds nothing else, then let them take turns at events."""
    with ExitStack() as stack:
        grown = [stack.enter_context(_growing(units, folder)) for units in sizes]
        memory = [_answer(each) for each in grown]
        events = [[_ask(each) for each in grown] for _ in range(_ROUNDS)]
    return [Size(*each) for each in zip(sizes, memory, map(statistics.median, zip(*events, strict=True)), strict=True)]


def _growing(units: int, folder: Path) -> subprocess.Popen[str]:
    path = folder / f"register-of-{units}"
    with path.open("wb") as file:
        file.writelines(_lines(units))
    command = [sys.executable, "-m", "benchmarks.peers.measurements.growth", str(path), str(units)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _ask(process: subprocess.Popen[str]) -> float:
    """Have the process decide the next events."""
    assert process.stdin is not None
    print("go on", file=process.stdin, flush=True)
    return _answer(process)


def _answer(process: subprocess.Popen[str]) -> float:
    assert process.stdout is not None
    if not (line := process.stdout.readline()):
        raise RuntimeError(f"a growing register ended with {process.wait()}: is there memory enough for all sizes?")
    return float(line)


def _lines(units: int) -> Iterator[bytes]:
    """Yield every unit's arrival, then for each round a change of the same treatment places, with no others below them.

    A small register has other kinds of units than a large one, and its units lie closer together: so it is the same
    kind of event everywhere, of as many places, and in no order.
    """
    entities = generate_register(units, SEED).entities
    parents = {unit.parent_sor_id for unit in entities}
    places = [unit for unit in entities if unit.is_treatment_place and unit.sor_id not in parents]
    Random(SEED).shuffle(places)  # noqa: S311  # the same everywhere, and no secret
    del places[_EVENTS:]
    changed = enumerate(islice(cycle(places), _ROUNDS * _EVENTS))
    records = [
        (change(unit, 1, BEGINS) for unit in entities),
        (change(unit, 2 + n // len(places), BEGINS, telephone=f"{20_000_000 + n}") for n, unit in changed),
    ]
    for some in records:
        for each in some:
            yield b"%s\t%s\n" % (each.key, each.value)


def _serve(path: Path, units: int) -> None:
    """Grow and say what memory it took, then decide a round whenever asked and say how long an event took."""
    world, before = World(TariffTable.load()), _resident()
    with path.open("rb") as file:
        records = (_record(line) for line in file)
        _decide(world, islice(records, units))
        _say((_resident() - before) / units)
        for _ in sys.stdin:
            changes = list(islice(records, _EVENTS))
            started = time.perf_counter()
            _decide(world, changes)
            _say((time.perf_counter() - started) / len(changes) * 1e6)


def _say(figure: float) -> None:
    sys.stdout.write(f"{figure}\n")
    sys.stdout.flush()


def _decide(world: World, records: Iterable[InputRecord]) -> None:
    waiting = iter(records)
    while some := list(islice(waiting, _BATCH)):
        turn = Turn(world)
        for each in some:
            turn.receive(each, each.timestamp)
        for _ in changelog_of(turn, 0, {}):
            pass
        turn.adopt()


def _record(line: bytes) -> InputRecord:
    key, _, value = line.rstrip(b"\n").partition(b"\t")
    return InputRecord(Topic.ENTITY_CHANGES.value, 0, 0, key, value, _HEADERS, BEGINS)


def _resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


if __name__ == "__main__":
    spare_what_stays()  # as every worker does
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
