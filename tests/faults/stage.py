"""What a campaign plays on: three brokers, each worker's link to them, CVR, the senders and an observer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from adapters.broker.cluster import KafkaCluster
from adapters.broker.ports import LOOPBACK, free_ports
from adapters.cvr.standin import CvrStandIn
from adapters.kafka.connection import Connection
from adapters.kafka.publisher import Publisher, publisher
from adapters.kafka.topic_admin import ensure_topics
from adapters.samples import generate_register
from contracts.danish_time import start_of_day
from contracts.records import OutputRecord
from contracts.topics import Topic
from faults.committed import Topics
from faults.fleet import Worker
from faults.history import BEGINS, History
from faults.proxy import Link, Network
from faults.recount import Jump
from faults.verifier import READ, Verdict, unread, verify
from workers.demo.cvr_documents import documents_of

PARTITIONS: Final = 4
_SETTLE_SECONDS: Final = 180.0
_REST_SECONDS: Final = 30.0
"""Longer than an abandoned transaction can keep readers waiting: its time-out, and the broker's look every 10 s."""
_SETTINGS: Final = {
    # The verifier wants every record: a compacted one is neither lost nor there.
    "log.cleaner.enable": "false",
    "num.network.threads": "1",
    "num.io.threads": "4",
}


class Stage:
    """Everything around the faults. Use as ``async with stage(…)``."""

    def __init__(self, folder: Path, seed: int, workers: int, brokers: int, units: int, partitions: int) -> None:
        self.folder = folder
        self.partitions = partitions
        numbers = range(1, brokers + 1)
        names = [f"WORKER{place}" for place in range(1, workers + 1)]
        ports = iter(free_ports(len(names) * brokers))
        self._told = {name: {number: next(ports) for number in numbers} for name in names}
        self.cluster = KafkaCluster(folder / "kafka", brokers, settings=_SETTINGS, doors=self._told)
        self.network = Network()
        self.links = {name: Link(self.network) for name in names}
        self.register = generate_register(units, seed)
        self.cvr = CvrStandIn(documents_of(self.register))
        self.history = iter(History(self.register, seed))
        self.day = BEGINS
        self.clock_error = timedelta()
        """How far the workers' clock is to jump when the next day has been told; the day after sets it right."""
        self.jumps: list[Jump] = []
        self.inputs = 0
        self.topics = Topics(self.servers, READ, partitions)
        self.observer = Observer(self.servers, partitions)
        self.workers: list[Worker] = []
        self._sending = AsyncExitStack()
        self._publisher: Publisher | None = None

    @property
    def servers(self) -> str:
        """The brokers themselves, past all links."""
        return self.cluster.bootstrap_servers

    @property
    def clock(self) -> datetime:
        """What the workers' clock has been told last."""
        return start_of_day(self.day)

    @property
    def days(self) -> int:
        """How many days the senders have told."""
        return (self.day - BEGINS).days

    def worker(self, place: int, **settings: str) -> Worker:
        """A worker behind link number `place` (from 1), not started."""
        told = self._told[f"WORKER{place}"]
        servers = ",".join(f"{LOOPBACK}:{port}" for port in told.values())
        given = {
            "SORBRO_KAFKA_BOOTSTRAP_SERVERS": servers,
            "SORBRO_CVR_URL": self.cvr.url,
            "SORBRO_CVR_PAUSE_SECONDS": "2",
            "SORBRO_CVR_CALLS_PER_SECOND": "20",
            "SORBRO_CLOCK": "demo",
        }
        return Worker(f"worker-{place}", self.folder, given | settings)

    def link(self, worker: Worker) -> Link:
        """The worker's way to the brokers."""
        return self.links["WORKER" + worker.name.rpartition("-")[2]]

    async def open(self, stack: AsyncExitStack) -> None:
        """Start everything but the workers."""
        for name, link in self.links.items():
            stack.push_async_callback(link.close)
            for number, port in self._told[name].items():
                await link.open(port, self.cluster.door(number, name))
        stack.push_async_callback(asyncio.to_thread, self.cluster.stop)
        await asyncio.to_thread(self.cluster.start)
        await ensure_topics(Connection(self.servers), self.partitions)
        await self.cvr.start()
        stack.push_async_callback(self.cvr.stop)
        watching = asyncio.create_task(self.observer.watch())
        stack.callback(watching.cancel)
        stack.callback(self._kill_workers)
        stack.push_async_callback(self._sending.aclose)

    def _kill_workers(self) -> None:
        for worker in self.workers:
            worker.kill()

    async def tell_a_day(self) -> None:
        """Let the senders say the next day's records, and when all are safe, let the day be over."""
        day, records = next(self.history)
        await self.publish(records)
        self.inputs += len(records)
        self.day = day + timedelta(days=1)
        await self.announce(self.day)
        if self.clock_error:
            wrong, self.clock_error = self.day + self.clock_error, timedelta()
            self.jumps.append((self.clock, start_of_day(wrong)))
            await self.announce(wrong)

    async def announce(self, day: date) -> None:
        """Tell the workers that this day has begun."""
        begun = start_of_day(day)
        await self.publish([OutputRecord(Topic.DEMO_CLOCK, None, begun.isoformat().encode(), (), begun, 0)])

    async def publish(self, records: list[OutputRecord]) -> None:
        """Send until it is done; a sender that is not sure sends again, and so a record may be there twice."""
        while True:
            try:
                async with asyncio.timeout(30):
                    await (await self._sender()).publish(records)
            except (KafkaError, TimeoutError, OSError):
                await self._sending.aclose()
                self._publisher = None
                await asyncio.sleep(0.5)
            else:
                return

    async def _sender(self) -> Publisher:
        if self._publisher is None:
            self._publisher = await self._sending.enter_async_context(publisher(Connection(self.servers)))
        return self._publisher

    async def in_sync(self) -> bool:
        """Whether every partition has all its copies again, so that the next broker may die."""
        try:
            async with asyncio.timeout(10):
                admin: Any = AIOKafkaAdminClient(bootstrap_servers=self.servers)
                await admin.start()
                try:
                    described = await admin.describe_topics()
                finally:
                    await admin.close()
        except (KafkaError, TimeoutError, OSError):
            return False
        return all(
            len(partition["isr"]) == len(partition["replicas"])
            for topic in described
            for partition in topic["partitions"]
        )


@asynccontextmanager
async def stage(
    folder: Path, seed: int, *, workers: int, brokers: int = 3, units: int = 600, partitions: int = PARTITIONS
) -> AsyncIterator[Stage]:
    """A stage that is open for as long as the block lasts; the workers are the block's to start."""
    async with AsyncExitStack() as stack:
        opened = Stage(folder, seed, workers, brokers, units, partitions)
        await opened.open(stack)
        yield opened


async def settled(
    scene: Stage, say: Callable[[str], None] = lambda _: None, rest_seconds: float = _REST_SECONDS
) -> Verdict:
    """The verdict once it is clean, or once everything is read and it no longer changes.

    How long all of it takes is the machine's affair; but what stands still for three minutes is for the verdict as well.
    """
    before, since = -1, time.monotonic()
    while time.monotonic() - since < _SETTLE_SECONDS:
        await scene.topics.read()
        left = unread(scene.topics.records, scene.partitions)
        if not left:
            break
        if left != before:
            before, since = left, time.monotonic()
        say(f"{left} records still to be read")
        await asyncio.sleep(1)
    return await at_rest(scene, say, rest_seconds, unread_seconds=_SETTLE_SECONDS)


async def at_rest(
    scene: Stage,
    say: Callable[[str], None] = lambda _: None,
    rest_seconds: float = _REST_SECONDS,
    unread_seconds: float = _REST_SECONDS,
) -> Verdict:
    """The verdict once it is clean or no longer changes: for `rest_seconds`, or `unread_seconds` where there is unread.

    A look is not taken at one instant, so that a single one may see an output before what called for it. Where nobody is
    at work any more, what is unread stays so: answers of CVR that came while the workers left.
    """
    seen, since = "", time.monotonic()
    while True:
        verdict = await verify(scene.topics, scene.clock, scene.jumps)
        if f"{verdict} {verdict.unread}" != seen:
            seen, since = f"{verdict} {verdict.unread}", time.monotonic()
        if verdict.is_clean or time.monotonic() - since > (unread_seconds if verdict.unread else rest_seconds):
            return verdict
        say(f"still to come: {verdict}, {verdict.unread} records to be read")
        await asyncio.sleep(1)


class Observer:
    """Follows what is committed on the state topic: when each partition has last worked, seen from outside."""

    def __init__(self, servers: str, partitions: int) -> None:
        self._servers = servers
        self._partitions = partitions
        self.commits: Counter[int] = Counter()
        self.last: dict[int, float] = {}

    async def watch(self) -> None:
        """Read until cancelled, whatever the brokers do."""
        wanted = [TopicPartition(Topic.STATE.value, number) for number in range(self._partitions)]
        at: dict[TopicPartition, int] = dict.fromkeys(wanted, 0)
        while True:
            with contextlib.suppress(KafkaError, OSError):
                await self._follow(at)
            await asyncio.sleep(0.5)

    async def _follow(self, at: dict[TopicPartition, int]) -> None:
        consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=self._servers, isolation_level="read_committed", enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign(list(at))
            for tp, offset in at.items():
                consumer.seek(tp, offset)
            while True:
                for tp, batch in (await consumer.getmany(timeout_ms=200)).items():
                    at[tp] = batch[-1].offset + 1
                    steps = sum(1 for each in batch if each.key == b"progress")
                    if steps:
                        self.commits[tp.partition] += steps
                        self.last[tp.partition] = time.monotonic()
                await asyncio.sleep(0)
        finally:
            await consumer.stop()

    def snapshot(self) -> Mapping[int, int]:
        """How often each partition has committed by now."""
        return dict(self.commits)

    def has_moved_since(self, before: Mapping[int, int], partitions: int | None = None) -> bool:
        """Whether at least so many partitions have committed since; all of them unless said otherwise."""
        moved = sum(1 for each, count in self.commits.items() if count > before.get(each, 0))
        return moved >= (partitions or self._partitions)
