"""`make bench-replay`: how fast `sorbro replay` goes from file to file, as a share of the bare core on the same records.

The bare core parses, decides and makes the outputs, in turns as large as a worker's, with the records in memory and no
file. The two take turns, each time in a process of its own; the medians of their CPU seconds count, which other work on
the machine disturbs little. Memory is the largest a process has been. The same records ten times over leave the state as
it is, so that what a replay needs for the length of a recording alone would show there.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Final

from click import echo
from click.testing import CliRunner

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.record_lines import input_line
from adapters.recordings.files import LineFile
from adapters.recordings.reading import records_of
from adapters.samples import generate_register
from contracts.records import InputRecord, OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.commands import main as sorbro
from workers.demo.story import tell
from workers.replay.replay import Replay
from workers.stream.world import Turn, World

_TURN: Final = 500
_OFTEN: Final = 10
Measured = tuple[float, int]
"""CPU seconds, and the largest the process has been, in bytes."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-replay", description=__doc__)
    parser.add_argument("--units", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        once, often = Path(name) / "once.jsonl", Path(name) / "often.jsonl"
        records = _write(once, often, given.units)
        echo(f"{given.units:,} units: {records:,} records, {once.stat().st_size / 1e6:,.0f} MB")
        found: dict[str, list[Measured]] = {"bare core": [], "replay": []}
        for _ in range(given.times):
            found["bare core"].append(_in_a_process(bare_core, once))
            found["replay"].append(_in_a_process(replay, once))
        middle = {which: statistics.median(seconds for seconds, _ in times) for which, times in found.items()}
        for which, times in found.items():
            told = ", ".join(f"{seconds:.1f}" for seconds, _ in times)
            peak = max(size for _, size in times)
            rate = records / middle[which]
            echo(f"{which:12}{middle[which]:8.1f} CPU s{rate:12,.0f} records/s{peak / 1e6:8,.0f} MB   ({told} s)")
        seconds, peak = _in_a_process(replay, often)
        echo(f"{'ten times':12}{seconds:8.1f} CPU s{_OFTEN * records / seconds:12,.0f} records/s{peak / 1e6:8,.0f} MB")
    echo(f"a replay goes at {100 * middle['bare core'] / middle['replay']:.0f} % of the speed of the bare core")


def bare_core(path: Path) -> float:
    """Decide the records as they lie in memory, and drop what comes out."""
    records = list(records_of(path))
    world = World(TariffTable.load())
    gc.collect()
    gc.freeze()  # or the collector would go through the records again and again, which no worker holds
    started = time.process_time()
    turn = Turn(world)
    for number, record in enumerate(records, start=1):
        turn = _let_days_come(turn, world, record.timestamp)
        turn.receive(record, record.timestamp)
        turn = _let_days_come(turn, world, record.timestamp)
        if number % _TURN == 0:
            turn.adopt()
            turn = Turn(world)
    turn.adopt()
    return time.process_time() - started


def _let_days_come(turn: Turn, world: World, until: datetime) -> Turn:
    while not turn.let_days_come(until):
        turn.adopt()
        turn = Turn(world)
    return turn


def replay(path: Path) -> float:
    """What the command takes, but for loading it."""
    started = time.process_time()
    done = CliRunner().invoke(sorbro, ["replay", str(path), "--out", str(path.with_suffix(".out"))])
    assert done.exit_code == 0, done.output
    return time.process_time() - started


class _Answering(Replay):
    """Keeps what CVR answers: it knows nobody."""

    def __init__(self) -> None:
        super().__init__(TariffTable.load(), FileRegistry(DocumentStore(())))
        self.answers: list[InputRecord] = []

    def _receive(self, record: InputRecord, now: datetime, *, counts: bool = True) -> Iterator[OutputRecord]:
        if record.topic == Topic.CVR_FACTS:
            self.answers.append(record)
        return super()._receive(record, now, counts=counts)


def _write(once: Path, often: Path, units: int) -> int:
    """Write the demo's story of a register with CVR's answers, and the same ten times over."""
    answering = _Answering()
    with LineFile(once) as target:
        for record in (each.as_input() for each in tell(generate_register(units, 7).entities, 7)):
            deque(answering.play(record), maxlen=0)
            for each in (record, *answering.answers):
                target.write(input_line(each))
            answering.answers.clear()
        records = target.lines
    with often.open("wb") as ten, once.open("rb") as one:
        for _ in range(_OFTEN):
            one.seek(0)
            copyfileobj(one, ten)
    return records


def _in_a_process(measure: Callable[[Path], float], path: Path) -> Measured:
    fresh = multiprocessing.get_context("spawn")
    with fresh.Pool(1) as pool:
        return pool.apply(_measured, (measure, path))


def _measured(measure: Callable[[Path], float], path: Path) -> Measured:
    seconds = measure(path)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
