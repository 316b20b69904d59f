"""The broker of a run: the input is written once, everything else is made anew for each trial."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient

from adapters.broker.cluster import KafkaCluster
from adapters.kafka.connection import Connection
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from contracts.records import OutputRecord
from contracts.topics import WORKER_INPUTS

PARTITIONS: Final = 4
_AT_ONCE: Final = 2000
_JVM: Final = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:-UsePerfData")
"""Both compilers: the broker is to be as quick as it can be."""
_PAUSE: Final = 0.2
_PAUSES: Final = 300


class Arena:
    """One broker with Sorbro's topics."""

    def __init__(self, servers: str, folder: Path) -> None:
        self.servers = servers
        self.folder = folder
        self._trials = 0

    def write_input(self, records: Iterable[OutputRecord]) -> int:
        """Write all of the input, and return how many records that was."""
        return asyncio.run(self._write(iter(records)))

    def next_trial(self, *, keep_input: bool = True) -> str:
        """Make everything anew, the input only if told so; return the name of a group that has never been."""
        self._trials += 1
        asyncio.run(_make_anew(self.servers, set(WORKER_INPUTS) if keep_input else set()))
        return f"bench-{self._trials}"

    async def _write(self, records: Iterator[OutputRecord]) -> int:
        connection, count = Connection(self.servers), 0
        await ensure_topics(connection, PARTITIONS)
        async with publisher(connection) as target:
            while some := list(islice(records, _AT_ONCE)):
                count += await target.publish(some)
        return count


async def _make_anew(servers: str, keep: AbstractSet[str]) -> None:
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        if old := await _topics_but(admin, keep):
            await admin.delete_topics(old)
        for _ in range(_PAUSES):  # the broker forgets them one by one
            if not await _topics_but(admin, keep):
                break
            await asyncio.sleep(_PAUSE)
    finally:
        await admin.close()
    await ensure_topics(Connection(servers), PARTITIONS)


async def _topics_but(admin: Any, keep: AbstractSet[str]) -> list[str]:
    return [name for name in await admin.list_topics() if name not in keep and not name.startswith("__")]


@contextmanager
def open_arena() -> Iterator[Arena]:
    """A broker of its own for as long as the block lasts."""
    with (
        TemporaryDirectory(prefix="sorbro-bench-") as name,
        KafkaCluster(Path(name, "kafka"), jvm_options=_JVM) as kafka,
    ):
        yield Arena(kafka.bootstrap_servers, Path(name))
