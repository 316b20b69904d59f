"""What a register's size costs: memory a unit, and the time an event takes, each size in a process of its own."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from adapters.samples import generate_register
from benchmarks.peers.generated_input import BEGINS, SEED, change
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

_BATCH: Final = 500
_EVENTS: Final = 5000
"""As many changes are measured, spread evenly over the register."""
_LIMIT: Final = 3600.0
_HEADERS: Final = (("ce_type", b"dk.sor.entity.changed.v1"), ("ce_id", b"bench"))


@dataclass(frozen=True, slots=True)
class Size:
    """A register of so many units: bytes of memory a unit, and microseconds an event."""

    units: int
    memory: float
    event: float


def measure(units: int, folder: Path) -> Size:
    """Grow a register of that size in a process that holds nothing else."""
    path = folder / f"register-of-{units}"
    with path.open("wb") as file:
        file.writelines(_lines(units))
    command = [sys.executable, "-m", "benchmarks.peers.measurements.growth", str(path), str(units)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=_LIMIT)
    path.unlink()
    return Size(**json.loads(done.stdout))


def _lines(units: int) -> Iterator[bytes]:
    """Yield every unit's arrival, then changes of some that have no other below them."""
    entities = generate_register(units, SEED).entities
    parents = {unit.parent_sor_id for unit in entities}
    leaves = [unit for unit in entities if unit.sor_id not in parents]
    changed = (leaves[number * len(leaves) // _EVENTS] for number in range(_EVENTS))
    records = [
        (change(unit, 1, BEGINS) for unit in entities),
        (change(unit, 2 + nth, BEGINS, telephone=f"{20_000_000 + nth}") for nth, unit in enumerate(changed)),
    ]
    for some in records:
        for each in some:
            yield b"%s\t%s\n" % (each.key, each.value)


def _grown(path: Path, units: int) -> Size:
    world, before = World(TariffTable.load()), _resident()
    with path.open("rb") as file:
        records = (_record(line) for line in file)
        _decide(world, islice(records, units))
        memory = (_resident() - before) / units
        changes = list(records)
    started = time.perf_counter()
    _decide(world, changes)
    return Size(units, memory, (time.perf_counter() - started) / len(changes) * 1e6)


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
    json.dump(asdict(_grown(Path(sys.argv[1]), int(sys.argv[2]))), sys.stdout)
