"""What the page's read side takes of processor and memory for a register, without a broker: run in a process of its own.

PYTHONPATH=$PWD:$PWD/tests python -m benchmarks.page_reading --units 40000
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from typing import Final

from click import echo

from adapters.clock import SettableClock
from adapters.kafka.connection import Connection
from adapters.samples import Register, generate_register
from benchmarks.lived_register import history_of, life
from contracts.records import OutputRecord
from contracts.tariffs import TariffTable
from page.fed import Lying, lag_of
from workers.operations.read_side import ReadSide
from workers.page.follower import Follower
from workers.page.views.closures import closures_of
from workers.page.views.cvr import cvr_of
from workers.page.views.flow import flow_of
from workers.page.views.now import now_of
from workers.page.views.unit import search_of

_AT_ONCE: Final = 300
_TIMES: Final = 30


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.page_reading", description=__doc__)
    parser.add_argument("--units", type=int, default=40_000)
    units = parser.parse_args().units
    register = generate_register(units, 7)
    found: defaultdict[tuple[str, int], list[Lying]] = defaultdict(list)
    for record in life(register):
        _lay(found, OutputRecord(record.topic, record.key, record.value, record.headers, record.timestamp))
    for records in history_of(register):
        for record in records:
            _lay(found, record)
    gc.collect()
    gc.freeze()
    began = time.process_time()
    side = ReadSide(TariffTable.load())
    for (topic, partition), records in found.items():
        for start in range(0, len(records), _AT_ONCE):
            side.take(topic, partition, records[start : start + _AT_ONCE])
    read = time.process_time() - began
    asyncio.run(side.settle())
    settled = time.process_time() - began - read
    count = sum(map(len, found.values()))
    echo(
        f"{units:,} units, {count:,} records: {1e6 * read / count:.0f} µs of processor a record, {settled:.1f} s to settle"
    )
    ((pages,), (size,)) = (side._db.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    echo(f"{pages * size / units / 1000:.2f} KB a unit in the database")
    _tell_views(side, register)


def _tell_views(side: ReadSide, register: Register) -> None:
    """Each view made anew, again and again; only the processor's time counts, however busy the machine is."""
    now = datetime(2023, 11, 3, 9, tzinfo=UTC)
    follower = Follower(Connection("nowhere:9092"), "sorbro", SettableClock(now), TariffTable.load())
    follower.side, follower.left, follower.is_complete = side, 0, True
    follower.lag = lag_of(now)
    names = cycle(unit.name[:9] for unit in register.entities)
    views: dict[str, Callable[[], object]] = {
        "now": lambda: now_of(follower),
        "closures": lambda: closures_of(follower, None),
        "flow": lambda: flow_of(follower),
        "cvr": lambda: cvr_of(follower),
        "search": lambda: search_of(follower, next(names)),
    }
    for name, make in views.items():
        began = time.process_time()
        for _ in range(_TIMES):
            make()
        echo(f"{name:10}{1000 * (time.process_time() - began) / _TIMES:6.1f} ms of processor")


def _lay(found: defaultdict[tuple[str, int], list[Lying]], record: OutputRecord) -> None:
    place = found[str(record.topic), record.partition or 0]
    at = int(record.time.timestamp() * 1000)
    place.append(Lying(len(place), at, record.key, record.value, tuple(record.headers)))


if __name__ == "__main__":
    main()
