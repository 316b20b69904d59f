"""A real broker on this machine, for tests that want to see records travel."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.kafka.committed import committed
from adapters.kafka.connection import Connection
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from adapters.record_lines import read_lines
from contracts.records import OutputRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.records import InputRecord

PARTITIONS = 4


@dataclass(frozen=True, slots=True)
class SorbroBroker:
    """A broker with Sorbro's topics on it, and the two things a test does with them, though not in a coroutine."""

    connection: Connection

    @property
    def bootstrap_servers(self) -> str:
        """For SORBRO_KAFKA_BOOTSTRAP_SERVERS, or any client."""
        return self.connection.bootstrap_servers

    def publish(self, recording: Path | Iterable[InputRecord]) -> int:
        """Send the records of a file, or these; each to the partition of its key. Returns how many there were."""
        if not isinstance(recording, Path):
            return asyncio.run(self._send(recording))
        with recording.open(encoding="utf-8") as lines:
            return asyncio.run(self._send(read_lines(lines)))

    def records(self, *topics: str) -> list[InputRecord]:
        """What is committed on the topics now."""
        return asyncio.run(self._read(topics))

    async def have_topics(self) -> None:
        """Create Sorbro's topics where they are missing."""
        await ensure_topics(self.connection, PARTITIONS)

    async def _send(self, records: Iterable[InputRecord]) -> int:
        outgoing = (OutputRecord(each.topic, each.key, each.value, each.headers, each.timestamp) for each in records)
        async with publisher(self.connection) as target:
            return await target.publish(outgoing)

    async def _read(self, topics: Iterable[str]) -> list[InputRecord]:
        partitions = [(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        return [record async for batch in committed(self.connection, partitions) for record in batch]
