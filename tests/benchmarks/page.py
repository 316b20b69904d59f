"""`make bench-page`: what the operations page costs the write side, and how soon it answers meanwhile.

One broker with a whole register on it, and a real worker in turns without a page and with one that is polled. Each turn:
50 closures a second go through for a while, then a burst of closures is written and the time until the last of them is
committed taken, and the processor's time beside it. Medians count.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
from aiokafka.partitioner import murmur2
from click import echo

from adapters.broker.cluster import KafkaCluster
from adapters.kafka.connection import Connection
from adapters.kafka.group_view import group_view
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from adapters.record_lines import compact
from adapters.samples import Register, generate_register
from adapters.sor_files import SnapshotEntity
from benchmarks.processes import descendants, processor_seconds
from benchmarks.restore import PARTITIONS, life
from contracts.cloudevents import sender_headers
from contracts.cvr_facts import CvrRequest, NotFoundFact
from contracts.records import InputRecord, OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.running import Worker, running
from workers.enrichment.answers import answer_record
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

PER_SECOND: Final = 50
_POLL_SECONDS: Final = 0.1
_IDLE_SECONDS: Final = 3.0
_IDLE_SHARE: Final = 0.2
_CLOSED: Final = "2023-11-01"
_NOW: Final = datetime(2023, 11, 3, 9, tzinfo=UTC)
"""The register is two days old: the clock stands, so that nothing but the closures is due."""


@dataclass
class Measured:
    """What one turn showed: records committed a second in the burst, and the page's answers in seconds by view."""

    per_second: float = 0.0
    worker: float = 0.0
    """Milliseconds of processor time for each closure of the burst, of the worker, its page and the broker."""
    page: float = 0.0
    broker: float = 0.0
    steady: dict[str, list[float]] = field(default_factory=dict)
    burst: dict[str, list[float]] = field(default_factory=dict)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-page", description=__doc__)
    parser.add_argument("--units", type=int, default=160_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--burst", type=int, default=8_000)
    given = parser.parse_args()
    register = generate_register(given.units, 7)
    wanted = 2 * given.times * (given.seconds * PER_SECOND + given.burst)
    if sum(1 for _ in _closures(register)) < wanted:
        parser.error(
            f"{wanted:,} places are to be closed, and the register has fewer: more --units, or a smaller --burst"
        )
    with TemporaryDirectory() as folder, KafkaCluster(Path(folder) / "kafka") as cluster:
        servers = cluster.bootstrap_servers
        asyncio.run(_write(servers, register))
        closures = _closures(register)
        turns: dict[bool, list[Measured]] = {False: [], True: []}
        for _ in range(given.times):
            for has_page in (False, True):
                steady = list(islice(closures, given.seconds * PER_SECOND))
                burst = list(islice(closures, given.burst))
                turns[has_page].append(_turn(servers, Path(folder), register, steady, burst, has_page=has_page))
    _tell(given.units, turns)


def _tell(units: int, turns: dict[bool, list[Measured]]) -> None:
    speeds = {has_page: [each.per_second for each in taken] for has_page, taken in turns.items()}
    middle = {has_page: statistics.median(found) for has_page, found in speeds.items()}
    for has_page, found in speeds.items():
        each = ", ".join(f"{speed:,.0f}" for speed in found)
        echo(
            f"{'with a page polled' if has_page else 'without a page':20}{middle[has_page]:8,.0f} closures/s   ({each})"
        )
        for name in ("worker", "page", "broker"):
            taken = statistics.median(getattr(turn, name) for turn in turns[has_page])
            echo(f"  {name:8}{taken:6.2f} ms of processor a closure")
    echo(f"{units:,} units: the page costs {100 * (1 - middle[True] / middle[False]):.1f} % of the throughput")
    for phase in ("steady", "burst"):
        by_view: dict[str, list[float]] = {}
        for turn in turns[True]:
            for view, found in getattr(turn, phase).items():
                by_view.setdefault(view, []).extend(found)
        every = sorted(each for found in by_view.values() for each in found)
        echo(f"{phase}: {len(every)} answers, p50 {_at(every, 0.5):.0f} ms, p95 {_at(every, 0.95):.0f} ms")
        for view, found in by_view.items():
            echo(f"  {view:14} p50 {_at(sorted(found), 0.5):6.0f} ms   p95 {_at(sorted(found), 0.95):6.0f} ms")


def _at(ordered: list[float], share: float) -> float:
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _turn(
    servers: str,
    folder: Path,
    register: Register,
    steady: list[OutputRecord],
    burst: list[OutputRecord],
    *,
    has_page: bool,
) -> Measured:
    worker = Worker(servers, folder, SORBRO_PAGE=str(has_page), SORBRO_LOG_LEVEL="error", SORBRO_CLOCK="demo")
    with ExitStack() as stack:
        stack.enter_context(running(worker))
        return asyncio.run(_measured(servers, worker, register, steady, burst, has_page=has_page))


async def _measured(
    servers: str,
    worker: Worker,
    register: Register,
    steady: list[OutputRecord],
    burst: list[OutputRecord],
    *,
    has_page: bool,
) -> Measured:
    connection = Connection(servers)
    turn = Measured()
    process = worker.process.pid if worker.process is not None else 0
    await _until_committed(connection)
    async with aiohttp.ClientSession(f"http://localhost:{worker.port}") as page, publisher(connection) as target:
        if has_page:
            await _until_read(page)
        await _until_idle(process)
        poll = asyncio.create_task(_poll(page, register, turn.steady)) if has_page else None
        for start in range(0, len(steady), PER_SECOND):
            began = time.perf_counter()
            await target.publish(steady[start : start + PER_SECOND])
            await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - began)))
        await _until_committed(connection)
        if poll is not None:
            poll.cancel()
            poll = asyncio.create_task(_poll(page, register, turn.burst))
        began, taken = time.perf_counter(), _taken(process)
        await target.publish(burst)
        await _until_committed(connection)
        turn.per_second = len(burst) / (time.perf_counter() - began)
        turn.worker, turn.page, turn.broker = (
            1000 * (after - before) / len(burst) for before, after in zip(taken, _taken(process), strict=True)
        )
        if poll is not None:
            poll.cancel()
    return turn


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


def _closures(register: Register) -> Iterator[OutputRecord]:
    """One closure after the other, recorded by the SOR office with a past day: each takes effect at once (R26)."""
    for unit in register.entities:
        if unit.is_treatment_place:
            yield _closure(unit)


def _closure(unit: SnapshotEntity) -> OutputRecord:
    data = unit.as_change(2, _NOW) | {"toDate": _CLOSED, "channel": "sor-office"}
    headers = sender_headers(
        ce_id=f"{data['sorId']}-2", source="urn:bench", ce_type="dk.sor.entity.changed.v1", subject=data["sorId"]
    )
    return OutputRecord(Topic.ENTITY_CHANGES, data["ownerSorId"].encode(), compact(data).encode(), headers, _NOW)


async def _write(servers: str, register: Register) -> None:
    """Let the register come to be, and write all that a worker would have read and written of it."""
    connection = Connection(servers)
    await ensure_topics(connection, PARTITIONS)
    count = 0
    async with publisher(connection) as target:
        for records in _history(register):
            await target.publish(records)
            count += len(records)
        await target.publish([OutputRecord(Topic.DEMO_CLOCK, None, _NOW.isoformat().encode(), (), _NOW)])
    echo(f"{len(register.entities):,} units: {count:,} records on the topics")


def _history(register: Register) -> Iterator[list[OutputRecord]]:
    worlds = [World(TariffTable.load(), partitions=PARTITIONS) for _ in range(PARTITIONS)]
    waiting: list[list[InputRecord]] = [[] for _ in worlds]
    for record in life(register):
        partition = (murmur2(record.key or b"") & 0x7FFFFFFF) % PARTITIONS
        waiting[partition].append(record)
        if len(waiting[partition]) >= 500:
            yield from _decide(worlds[partition], partition, waiting[partition])
    for partition, records in enumerate(waiting):
        yield from _decide(worlds[partition], partition, records)


def _decide(world: World, partition: int, records: list[InputRecord]) -> Iterator[list[OutputRecord]]:
    """Decide the records, and then CVR's answers to what was asked: it knows nobody."""
    while records:
        turn = Turn(world)
        for record in records:
            turn.receive(record, record.timestamp)
        sent = [each for each in turn.outputs if each.topic != Topic.CVR_REQUESTS]
        asked = [each for each in turn.outputs if each.topic == Topic.CVR_REQUESTS]
        yield [*sent, *changelog_of(turn, partition, {})]
        turn.adopt()
        records.clear()
        for each in asked:
            request = CvrRequest.model_validate_json(each.value or b"")
            for number in request.numbers:
                fact = NotFoundFact(number=number)
                records.append(answer_record(request.owner_sor_id, number, fact, each.time).as_input())


if __name__ == "__main__":
    main()
