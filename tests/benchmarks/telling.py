"""`python -m benchmarks.telling`: what metrics, logs and the look ahead cost the write side, as a share of its own work.

Its own work is here deciding and serialising alone, without Kafka, so the shares are upper bounds. Logs are JSON, with one
event for each decision that matters; the look ahead comes every fifteen seconds of that work, as in a worker.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from rich import print as echo

from adapters.clock import SettableClock
from adapters.samples import generate_register
from adapters.telemetry.logs import configure_logging
from benchmarks.lived_register import life
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from workers.app.reporter import LogAndMetrics
from workers.stream.changelog import changelog_of
from workers.stream.prospects import Prospects
from workers.stream.reporter import Took
from workers.stream.world import Turn, World

_BATCH: Final = 500
_LOOK_SECONDS: Final = 15.0
_END: Final = datetime(2024, 6, 1, tzinfo=UTC)


class Stopwatch:
    """Seconds by what they went into."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Time the block."""
        started = time.perf_counter()
        yield
        self.seconds[what] += time.perf_counter() - started


class Told:
    """A world at work, told of as a worker tells."""

    def __init__(self) -> None:
        self.world = World(TariffTable.load())
        self.watch = Stopwatch()
        self._clock = SettableClock(_END)
        self._reporter = LogAndMetrics(self._clock)
        self._prospects = Prospects()
        self._looked_at = 0.0

    def take(self, records: Iterable[InputRecord]) -> None:
        """Decide the records of one transaction."""
        with self.watch.on("work"):
            turn = Turn(self.world)
            for record in records:
                turn.receive(record, record.timestamp)
        self._bring_home(turn)

    def until(self, instant: datetime) -> None:
        """Let all days come up to then, a transaction at a time."""
        while (soonest := self.world.next_instant()) is not None and soonest <= instant:
            with self.watch.on("work"):
                turn = Turn(self.world)
                turn.let_days_come(instant)
            self._bring_home(turn)

    def _bring_home(self, turn: Turn) -> None:
        with self.watch.on("work"):
            list(changelog_of(turn, 0, {}))
            turn.adopt()
        with self.watch.on("metrics and logs"):
            self._reporter._tell(0, turn, Took(0.1, 0.1))
        if self.watch.seconds["work"] - self._looked_at > _LOOK_SECONDS:
            self._look()

    def _look(self) -> None:
        self._looked_at = self.watch.seconds["work"]
        with self.watch.on("look ahead"):
            for _ in self._prospects.look(self.world.owners):
                pass
            self._prospects.at(_END)

    def shares(self, of: str) -> None:
        """Print what the telling took beside the work."""
        self._look()
        work = self.watch.seconds.pop("work")
        shares = (f"{what} {100 * seconds / work:.1f} %" for what, seconds in self.watch.seconds.items())
        echo(f"{of}: {work:.1f} s of work; {', '.join(shares)}")
        self.watch, self._looked_at = Stopwatch(), 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telling", description=__doc__)
    parser.add_argument("--units", type=int, default=20_000)
    given = parser.parse_args()
    stderr, sys.stderr = sys.stderr, open(os.devnull, "w")  # noqa: SIM115, PTH123  # as long as the process lives
    configure_logging("json", "info")
    sys.stderr = stderr
    told, batch, changes = Told(), [], []
    for record in life(generate_register(given.units, 7)):
        batch.append(record)
        if b'"sorType":"IE"' in (record.value or b""):
            changes.append(record)
        if len(batch) == _BATCH:
            told.take(batch)
            batch = []
    told.take(batch)
    told.shares("a register arrives")
    for start in range(0, len(changes), _BATCH):
        told.take(_closing(each) for each in changes[start : start + _BATCH])
    told.shares("every owner announces its closure")
    told.until(_END)
    told.shares("all of them take effect")


def _closing(record: InputRecord) -> InputRecord:
    value = (
        (record.value or b"")
        .replace(b'"toDate":null', b'"toDate":"2023-12-31"')
        .replace(b'"version":1', b'"version":2')
    )
    headers = tuple((name, each + b"-2" if name == "ce_id" else each) for name, each in record.headers)
    at = record.timestamp + timedelta(days=2)
    return InputRecord(record.topic, 0, record.offset, record.key, value, headers, at)


if __name__ == "__main__":
    main()
