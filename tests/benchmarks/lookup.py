"""`make bench-lookup`: a first look-up of a whole register's numbers, as a share of what pace and batch size allow.

The service is of our own making and answers after 50 ms, in this process: measured is all that stands before it. The
repeat asks for the same numbers again. Memory is what the process grew by, remembered facts and the service's included.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import Final

from click import echo

from adapters.clock import SystemClock
from adapters.cvr.port import Found
from adapters.cvr.registry.lookup import ServiceRegistry
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Answer, Number
from adapters.telemetry.logs import configure_logging
from contracts.identifiers import CvrNumber
from support.cvr_service import cvr_numbers, reading

LATENCY: Final = 0.05
_EACH: Final = 100
"""Numbers a caller asks for at a time: what the enrichment agent takes at once."""
_CALLERS: Final = 20


class Service:
    """Knows every number, and makes a fact of each as if it read a document."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.calls = 0

    async def ask(self, numbers: Sequence[Number], _today: date) -> Answer:
        """Answer after a while."""
        self.calls += 1
        await asyncio.sleep(LATENCY)
        return Answer({number: reading(number) for number in numbers})


@dataclass(frozen=True, slots=True)
class Round:
    """All numbers asked for once: seconds, and those on the CPU, calls, numbers found, and the largest RSS seen, in bytes."""

    seconds: float
    cpu: float
    calls: int
    found: int
    peak: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-lookup", description=__doc__)
    parser.add_argument("--numbers", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=50.0, help="calls a second")
    parser.add_argument("--batch", type=int, default=200, help="numbers in a call")
    given = parser.parse_args()
    configure_logging("json", "error")
    numbers = cvr_numbers(given.numbers)
    settings = RegistrySettings(
        batch_size=given.batch, calls_at_once=8, calls_per_second=given.rate, remembered=max(1, given.numbers)
    )
    gc.collect()
    before = _resident()
    first, repeat = asyncio.run(_measure(numbers, settings))
    calls = ceil(given.numbers / given.batch)
    least = max(0, calls - settings.burst) / given.rate + LATENCY
    echo(f"{given.numbers:,} numbers, {given.rate:g} calls/s of {given.batch} numbers, {1000 * LATENCY:.0f} ms each")
    echo(f"{'':12}{'seconds':>9}{'CPU s':>8}{'numbers/s':>12}{'calls':>8}{'found':>10}{'peak RSS':>12}")
    for name, done in (("first time", first), ("repeat", repeat)):
        rate, grown = given.numbers / done.seconds, (done.peak - before) / 1e6
        echo(
            f"{name:12}{done.seconds:>9.2f}{done.cpu:>8.2f}{rate:>12,.0f}{done.calls:>8,}{done.found:>10,}{grown:>+9.0f} MB"
        )
    echo(f"{'possible':12}{least:>9.2f}{'':8}{given.numbers / least:>12,.0f}{calls:>8,}")
    echo(f"the first look-up runs at {100 * least / first.seconds:.0f} % of what pace and batch size allow")
    echo(
        f"{100 * calls / first.calls:.0f} % of the calls were needed; a number remembered takes "
        f"{(repeat.peak - before) / given.numbers / 1e3:.1f} KB"
    )


async def _measure(numbers: list[CvrNumber], settings: RegistrySettings) -> tuple[Round, Round]:
    service = Service(settings.batch_size)
    registry = ServiceRegistry(service, settings, SystemClock())
    try:
        return await _round(registry, service, numbers), await _round(registry, service, numbers)
    finally:
        await registry.close()


async def _round(registry: ServiceRegistry, service: Service, numbers: list[CvrNumber]) -> Round:
    before, found, peak = service.calls, 0, 0
    parts: Iterator[list[CvrNumber]] = iter([numbers[at : at + _EACH] for at in range(0, len(numbers), _EACH)])

    async def caller() -> None:
        nonlocal found, peak
        for part in parts:
            outcomes = (await registry.find_many(part, [])).companies.values()
            found += sum(isinstance(outcome, Found) for outcome in outcomes)
            peak = max(peak, _resident())

    started, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(_CALLERS)))
    return Round(time.perf_counter() - started, time.process_time() - worked, service.calls - before, found, peak)


def _resident() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


if __name__ == "__main__":
    main()
