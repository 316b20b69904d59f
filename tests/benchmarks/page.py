"""`make bench-page`: what the operations page costs the write side, and how soon it answers meanwhile.

One broker with a whole register on it, and a real worker. First 50 closures a second go through while the page is
polled. Then bursts of closures are written and the time until the last of them is committed taken, and the processor's
time beside it: in turns with the page polled, and with its process stopped, now the one first and now the other. All
the time taken with the page is held against all the time taken without it; how far that can be trusted on a machine
that others slow down, too, is found by drawing pairs from those there were, again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
from click import echo

from adapters.broker.cluster import KafkaCluster
from adapters.kafka.connection import Connection
from adapters.kafka.group_view import group_view
from adapters.kafka.publisher import publisher
from adapters.samples import Register, generate_register
from benchmarks.lived_register import closures_of, write
from benchmarks.processes import descendants, processor_seconds
from contracts.topics import Topic
from support.running import Worker, running

PER_SECOND: Final = 50
_POLL_SECONDS: Final = 0.5
"""As ten open pages would, each of which looks again after five seconds."""
_IDLE_SECONDS: Final = 3.0
_IDLE_SHARE: Final = 0.2
_DRAWINGS: Final = 2000


@dataclass(frozen=True)
class Burst:
    """Closures committed a second; milliseconds of processor time for each, of the worker, its page and the broker."""

    per_second: float
    worker: float
    page: float
    broker: float


@dataclass
class Measured:
    """What one run showed; the page's answers in seconds by view."""

    steady: dict[str, list[float]] = field(default_factory=dict)
    """At 50 closures a second."""
    busy: dict[str, list[float]] = field(default_factory=dict)
    """In the bursts."""
    pairs: list[tuple[Burst, Burst]] = field(default_factory=list)
    """Without the page and with it."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-page", description=__doc__)
    parser.add_argument("--units", type=int, default=160_000)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--burst", type=int, default=1_500)
    given = parser.parse_args()
    register = generate_register(given.units, 7)
    wanted = given.seconds * PER_SECOND + (2 * given.pairs + 1) * given.burst
    if sum(1 for _ in closures_of(register)) < wanted:
        parser.error(
            f"{wanted:,} places are to be closed, and the register has fewer: more --units, or a smaller --burst"
        )
    with TemporaryDirectory() as folder, KafkaCluster(Path(folder) / "kafka") as cluster, ExitStack() as stack:
        servers = cluster.bootstrap_servers
        asyncio.run(write(servers, register))
        worker = Worker(servers, Path(folder), SORBRO_PAGE="true", SORBRO_LOG_LEVEL="error", SORBRO_CLOCK="demo")
        stack.enter_context(running(worker))
        _tell(given.units, asyncio.run(_measured(servers, worker, register, given)))


def _tell(units: int, found: Measured) -> None:
    echo(
        f"{'pair':8}{'closures/s: stopped':>20}{'polled':>9}{'ratio':>8}   ms of processor a closure: worker, page, broker"
    )
    for number, (without, polled) in enumerate(found.pairs, 1):
        echo(
            f"{number:<8}{without.per_second:>20,.0f}{polled.per_second:>9,.0f}"
            f"{polled.per_second / without.per_second:>8.2f}   {_processor(without)} | {_processor(polled)}"
        )
    likely, low, high = _cost(found.pairs)
    echo(
        f"{units:,} units, {len(found.pairs)} pairs: the page costs {100 * likely:.1f} % of the throughput "
        f"(nine in ten drawings between {100 * low:.1f} and {100 * high:.1f} %)"
    )
    for phase, by_view in ((f"{PER_SECOND} closures a second", found.steady), ("bursts", found.busy)):
        every = sorted(each for answers in by_view.values() for each in answers)
        echo(f"{phase}: {len(every)} answers, p50 {_at(every, 0.5):.0f} ms, p95 {_at(every, 0.95):.0f} ms")
        for view, answers in by_view.items():
            echo(f"  {view:14} p50 {_at(sorted(answers), 0.5):6.0f} ms   p95 {_at(sorted(answers), 0.95):6.0f} ms")


def _cost(pairs: Sequence[tuple[Burst, Burst]]) -> tuple[float, float, float]:
    """The share of the throughput that is missing with the page, and where nine in ten drawings of pairs find it."""
    chance = Random(7)  # noqa: S311  # not a secret
    drawn = sorted(_missing(chance.choices(pairs, k=len(pairs))) for _ in range(_DRAWINGS))
    return _missing(pairs), drawn[_DRAWINGS // 20], drawn[-_DRAWINGS // 20]


def _missing(pairs: Sequence[tuple[Burst, Burst]]) -> float:
    without, polled = (sum(1 / burst.per_second for burst in bursts) for bursts in zip(*pairs, strict=True))
    return 1 - without / polled


def _processor(burst: Burst) -> str:
    return f"{burst.worker:.2f} {burst.page:.2f} {burst.broker:.2f}"


def _at(ordered: list[float], share: float) -> float:
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def _measured(servers: str, worker: Worker, register: Register, given: argparse.Namespace) -> Measured:
    connection = Connection(servers)
    closures = closures_of(register)
    found = Measured()
    process = worker.process.pid if worker.process is not None else 0
    await _until_committed(connection)
    async with aiohttp.ClientSession(f"http://localhost:{worker.port}") as page, publisher(connection) as target:
        await _until_read(page)
        await _until_idle(process)

        async def burst(answers: dict[str, list[float]] | None) -> Burst:
            """With the page polled, or with none where nobody takes its answers."""
            records = list(islice(closures, given.burst))
            with ExitStack() as stack:
                if answers is None:
                    stack.enter_context(_stopped(process))
                else:
                    poll = asyncio.create_task(_poll(page, register, answers))
                    stack.callback(poll.cancel)
                began, taken = time.perf_counter(), _taken(process)
                await target.publish(records)
                await _until_committed(connection)
                seconds = time.perf_counter() - began
                spent = (
                    1000 * (after - before) / len(records) for before, after in zip(taken, _taken(process), strict=True)
                )
                measured = Burst(len(records) / seconds, *spent)
            await _until_idle(process)
            return measured

        polled = asyncio.create_task(_poll(page, register, found.steady))
        taken = _taken(process)
        for _ in range(given.seconds):
            began = time.perf_counter()
            await target.publish(list(islice(closures, PER_SECOND)))
            await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - began)))
        spent = [100 * (after - before) / given.seconds for before, after in zip(taken, _taken(process), strict=True)]
        polled.cancel()
        echo(
            "at {} closures a second, % of a processor: worker {:.0f}, page {:.0f}, broker {:.0f}".format(
                PER_SECOND, *spent
            )
        )
        await burst(found.busy)  # what is done for the first time is not measured
        for number in range(given.pairs):
            if number % 2:
                with_page, without = await burst(found.busy), await burst(None)
            else:
                without, with_page = await burst(None), await burst(found.busy)
            found.pairs.append((without, with_page))
    return found


@contextmanager
def _stopped(worker: int) -> Iterator[None]:
    """The page's process, held as long as the block lasts: it takes nothing of the processor."""
    held = list(descendants(worker))
    for each in held:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in held:
            os.kill(each, signal.SIGCONT)


async def _until_read(page: aiohttp.ClientSession) -> None:
    began = time.perf_counter()
    while True:
        async with page.get("/now.json") as answer:
            if answer.status == 200 and (now := await answer.json())["left"] == 0 and now["severity"] != "unknown":
                echo(
                    f"the page has read the register after {time.perf_counter() - began:.0f} s: {now['units']:,} units"
                )
                return
        await asyncio.sleep(0.5)


def _taken(worker: int) -> tuple[float, float, float]:
    """Seconds of processor time so far, of the worker, its page, and the broker."""
    own = set(descendants(worker))
    others = set(descendants(os.getpid())) - own - {worker}
    return (
        processor_seconds(worker),
        sum(map(processor_seconds, own)),
        sum(map(processor_seconds, others)),
    )


async def _until_idle(worker: int) -> None:
    """Until worker and page have looked at whatever the start has left to them."""
    while True:
        before = sum(_taken(worker)[:2])
        await asyncio.sleep(_IDLE_SECONDS)
        if sum(_taken(worker)[:2]) - before < _IDLE_SHARE * _IDLE_SECONDS:
            return


async def _until_committed(connection: Connection) -> None:
    async with group_view(connection, "sorbro") as view:
        places = await view.partitions_of([Topic.ENTITY_CHANGES])
        ends = await view.ends(places)
        while True:
            committed = await view.committed()
            if all(committed.get(tp, 0) >= end.end for tp, end in ends.items() if end.end):
                return
            await asyncio.sleep(0.02)


async def _poll(page: aiohttp.ClientSession, register: Register, into: dict[str, list[float]]) -> None:
    chance = Random(7)  # noqa: S311  # which unit is looked at is no secret
    units = [unit.sor_id for unit in register.entities]
    paths = cycle(("/", "/closures", "/flow", "/cvr", "/dead-letters", "/units/", "search"))
    while True:
        path = next(paths)
        began = time.perf_counter()
        if path == "search":
            unit = chance.choice(register.entities)
            asked = page.post("/units", data={"question": unit.name[:9]}, allow_redirects=False)
        else:
            asked = page.get(path + (chance.choice(units) if path == "/units/" else ""))
        async with asked as answer:
            await answer.read()
            assert answer.status < 500, (path, answer.status)
        taken = time.perf_counter() - began
        into.setdefault(path, []).append(taken)
        await asyncio.sleep(max(0.0, _POLL_SECONDS - taken))


if __name__ == "__main__":
    main()
