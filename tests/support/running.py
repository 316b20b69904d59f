"""Real worker processes against a real broker, and their outputs as any `read_committed` reader sees them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from adapters.broker.ports import free_ports
from adapters.kafka.connection import Connection
from adapters.kafka.publisher import publisher
from adapters.kafka.read_back import read_topics
from adapters.kafka.topic_admin import ensure_topics
from contracts.cloudevents import Headers
from contracts.records import OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.replay.replay import Replay

PARTITIONS = 4
OUTPUTS = (
    Topic.REGISTRATIONS,
    Topic.DEREGISTRATIONS,
    Topic.INVOICE_TRIGGERS,
    Topic.DELETION_REQUESTS,
    Topic.DEAD_LETTERS,
)


@dataclass(frozen=True)
class Sent:
    """One output, reduced to what must be the same in every run."""

    topic: str
    key: bytes | None
    id: str
    value: bytes | None
    headers: Headers

    @classmethod
    def of(cls, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> Sent:
        return cls(topic, key, dict(headers).get("ce_id", b"").decode(), value, headers)


class Worker:
    """One `sorbro run`, ready when `start` returns."""

    def __init__(self, bootstrap_servers: str, folder: Path, **settings: str) -> None:
        self.port = free_ports(1)[0]
        self.log = folder / f"worker-{self.port}.log"
        self._environment = os.environ | {
            "SORBRO_KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "SORBRO_WEB_PORT": str(self.port),
            "SORBRO_DATA_DIR": str(folder / f"worker-{self.port}"),
            "SORBRO_LOG_FORMAT": "json",
            "SORBRO_PAGE": "false",  # a process more for each worker, and no test asks it but those of the page
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Worker:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "run"], env=self._environment, stdout=log, stderr=log
            )
        return self

    def await_ready(self) -> Worker:
        eventually(lambda: self.page("readyz").get("ready"), f"the worker is not ready; see {self.log}")
        return self

    def transactions(self) -> list[int]:
        """How many outputs each of its transactions brought, by its own log; the last may be missing after a kill."""
        return [sum(sent.values()) for sent in self._sent()]

    def has_sent(self, topic: Topic) -> bool:
        """Whether it has committed anything on the topic, by its own log."""
        return any(topic in sent for sent in self._sent())

    def _sent(self) -> list[dict[str, int]]:
        told = [line[line.index("{") :] for line in self.log.read_text().splitlines() if '"turn committed"' in line]
        return [json.loads(line)["sent"] for line in told if line.endswith("}")]

    def page(self, name: str) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError:
            return {}

    def kill(self) -> None:
        """As kill -9 does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """As Ctrl-C does; the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@contextmanager
def running(worker: Worker) -> Iterator[Worker]:
    """The worker, ready; killed at the end if the test has not ended it itself."""
    worker.start()
    try:
        yield worker.await_ready()
    finally:
        if worker.process is not None and worker.process.poll() is None:
            worker.kill()


def eventually(condition: Callable[[], Any], otherwise: str, seconds: float = 90) -> Any:
    """The first true value of `condition`; fails with `otherwise` when none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(otherwise)


def publish(bootstrap_servers: str, records: Iterable[OutputRecord]) -> None:
    """Send the records. The demo's clock is set when all before it are there: else days could overtake them (R24)."""

    async def send() -> None:
        connection = Connection(bootstrap_servers)
        await ensure_topics(connection, PARTITIONS)
        async with publisher(connection) as target:
            for _, together in groupby(records, key=lambda record: record.topic == Topic.DEMO_CLOCK):
                await target.publish(together)

    asyncio.run(send())


def outputs(bootstrap_servers: str, topics: Sequence[Topic] = OUTPUTS) -> list[Sent]:
    """Everything committed on the output topics, in order per partition."""

    async def read() -> list[Sent]:
        return [Sent.of(*record) async for record in read_topics(Connection(bootstrap_servers), topics, PARTITIONS)]

    return asyncio.run(read())


def await_outputs(bootstrap_servers: str, count: int, topics: Sequence[Topic] = OUTPUTS) -> list[Sent]:
    """The outputs on `topics` once there are at least `count`."""
    found: list[Sent] = []

    def enough() -> bool:
        found[:] = outputs(bootstrap_servers, topics)
        return len(found) >= count

    try:
        eventually(enough, f"{count} outputs were due")
    except AssertionError as error:
        raise AssertionError(f"{error}, there are {len(found)}") from error
    return found


def replayed(records: Iterable[OutputRecord], until: Any) -> list[Sent]:
    """What the same records give in a replay."""
    replay = Replay(TariffTable.load())
    sent: list[Sent] = []
    for record in records:
        sent += [Sent.of(out.topic, out.key, out.value, out.headers) for out in replay.play(record.as_input())]
    return sent + [Sent.of(out.topic, out.key, out.value, out.headers) for out in replay.advance(until)]


def by_key(sent: Iterable[Sent]) -> dict[tuple[str, bytes | None], list[tuple[str, bytes | None]]]:
    """Ids and values per topic and key, in their order; dead letters count by their reason."""
    ordered: defaultdict[tuple[str, bytes | None], list[tuple[str, bytes | None]]] = defaultdict(list)
    for each in sent:
        name = dict(each.headers)["dlq.reason"].decode() if each.topic == Topic.DEAD_LETTERS else each.id
        ordered[each.topic, each.key].append((name, each.value))
    return dict(ordered)
