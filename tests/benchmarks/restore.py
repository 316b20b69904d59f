"""`make bench-restore`: how fast a worker restores a whole register, as a share of a raw read of the same changelog.

One real broker, four partitions, all of them on one worker. The two take turns, each time in a process of its own, so
that neither meets the other's garbage; the medians count.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aiokafka import AIOKafkaConsumer, TopicPartition
from click import echo

from adapters.broker.cluster import KafkaCluster
from adapters.clock import SystemClock
from adapters.kafka.connection import Connection
from adapters.kafka.partition_log import LARGEST_REQUEST, KafkaPartitionLog
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from adapters.samples import Register, generate_register
from adapters.telemetry.logs import configure_logging
from benchmarks.lived_register import PARTITIONS, history_of
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.app.reporter import LogAndMetrics
from workers.stream.loop import PartitionLoop


@dataclass(frozen=True, slots=True)
class Restored:
    """Medians in seconds, and of how many units and changelog records, of how many bytes, that was."""

    units: int
    records: int
    size: int
    raw_read: float
    restore: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench-restore", description=__doc__)
    parser.add_argument("--units", type=int, default=160_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    done = measure(given.units, given.times)
    echo(
        f"{given.units:,} units: {done.records:,} changelog records, {done.size / 1e6:,.0f} MB, {PARTITIONS} partitions"
    )
    for name, seconds in (("raw read", done.raw_read), ("restore", done.restore)):
        echo(f"{name:10}{seconds:8.1f} s{done.records / seconds:12,.0f} records/s")
    echo(f"restoring runs at {100 * done.raw_read / done.restore:.0f} % of the speed of a raw read")


def measure(units: int, times: int) -> Restored:
    """Write the changelog of a register of `units` units to a broker of its own, and let the two take turns."""
    register = generate_register(units, 7)
    with TemporaryDirectory() as folder, KafkaCluster(Path(folder) / "kafka") as cluster:
        servers = cluster.bootstrap_servers
        records, size = asyncio.run(_write(servers, register))
        taken = [
            (_in_a_process(raw_read, servers, records), _in_a_process(restore, servers, records)) for _ in range(times)
        ]
    return Restored(units, records, size, *(statistics.median(each) for each in zip(*taken, strict=True)))


async def raw_read(servers: str) -> int:
    """Read every record of the changelog, as the worker's own client is set up to, and do nothing with it."""
    partitions = [TopicPartition(Topic.STATE, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=LARGEST_REQUEST,
        fetch_max_wait_ms=250,
    )
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        left, count = sum((await consumer.end_offsets(partitions)).values()), 0
        while count < left:
            count += sum(map(len, (await consumer.getmany(timeout_ms=500)).values()))
        return count
    finally:
        await consumer.stop()


async def restore(servers: str) -> int:
    """Open every partition as the worker does: fence, read, decode, build the worlds and their agendas."""
    clock = SystemClock()
    reporter = LogAndMetrics(clock)
    logs = [KafkaPartitionLog(Connection(servers), "bench", number) for number in range(PARTITIONS)]
    loops = [
        PartitionLoop(number, lambda log=log: log, clock, TariffTable.load(), reporter, 100)
        for number, log in enumerate(logs)
    ]
    try:
        seats = await asyncio.gather(*(loop._open(log) for loop, log in zip(loops, logs, strict=True)))
        return sum(len(seat.world.owners) for seat in seats)
    finally:
        for log in logs:
            await log.close()


def _in_a_process(measure: Callable[[str], Awaitable[int]], servers: str, records: int) -> float:
    fresh = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[float] = fresh.Queue()
    process = fresh.Process(target=_timed, args=(measure, servers, answers))
    process.start()
    seconds = answers.get(timeout=1800)
    process.join()
    return seconds


def _timed(measure: Callable[[str], Awaitable[int]], servers: str, answers: multiprocessing.Queue[float]) -> None:
    configure_logging("json", "error")

    async def run() -> float:
        started = time.perf_counter()
        assert await measure(servers)
        return time.perf_counter() - started

    answers.put(asyncio.run(run()))


async def _write(servers: str, register: Register) -> tuple[int, int]:
    """Let the register come to be, and write the changelog that a worker would have written of it."""
    connection = Connection(servers)
    await ensure_topics(connection, PARTITIONS)
    count, size = 0, 0
    async with publisher(connection) as target:
        for records in history_of(register):
            written = [each for each in records if each.topic == Topic.STATE]
            await target.publish(written)
            count += len(written)
            size += sum(len(each.key or b"") + len(each.value or b"") for each in written)
    return count, size


if __name__ == "__main__":
    main()
