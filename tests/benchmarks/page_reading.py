"""What the page's read side takes of processor and memory for a register, without a broker: run in a process of its own.

PYTHONPATH=$PWD:$PWD/tests python -m benchmarks.page_reading --units 40000
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections import defaultdict
from pathlib import Path

from click import echo

from adapters.samples import generate_register
from benchmarks.page import _history
from benchmarks.restore import _life
from contracts.records import OutputRecord
from contracts.tariffs import TariffTable
from page.fed import Lying
from workers.operations.read_side import ReadSide

_AT_ONCE = 300


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.page_reading", description=__doc__)
    parser.add_argument("--units", type=int, default=40_000)
    units = parser.parse_args().units
    register = generate_register(units, 7)
    found: defaultdict[tuple[str, int], list[Lying]] = defaultdict(list)
    for record in _life(register):
        _lay(found, OutputRecord(record.topic, record.key, record.value, record.headers, record.timestamp))
    for records in _history(register):
        for record in records:
            _lay(found, record)
    gc.collect()
    gc.freeze()
    before, began = _resident(), time.process_time()
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
    echo(f"{(_resident() - before) / units / 1000:.2f} KB resident a unit")


def _lay(found: defaultdict[tuple[str, int], list[Lying]], record: OutputRecord) -> None:
    place = found[str(record.topic), record.partition or 0]
    at = int(record.time.timestamp() * 1000)
    place.append(Lying(len(place), at, record.key, record.value, tuple(record.headers)))


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main()
