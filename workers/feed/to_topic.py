"""Feeding the topic: what it holds is read first, what differs is appended, and nobody comes in between."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from adapters.kafka.read_back import read_topics
from adapters.kafka.sole_writer import sole_writer
from adapters.kafka.topic_admin import ensure_topics
from contracts.topics import Topic
from workers.feed.known import Known

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from adapters.kafka.connection import Connection
    from adapters.kafka.sole_writer import SoleWriter
    from contracts.records import OutputRecord

_WRITER: Final = "sorbro-feed"
_BATCH: Final = 1000


@asynccontextmanager
async def topic_opened(connection: Connection, partitions: int) -> AsyncIterator[tuple[Known, SoleWriter]]:
    """What the topic holds, and the writer that alone may add to it; a feed that still runs is fenced off first."""
    count = await ensure_topics(connection, partitions)
    async with sole_writer(connection, _WRITER) as writer:
        known = Known()
        async for _, key, value, headers in read_topics(connection, [Topic.ENTITY_CHANGES], count):
            known.hear(key, value, headers)
        yield known, writer


async def append(
    writer: SoleWriter, changes: Iterable[tuple[OutputRecord, ...]], each_batch: Callable[[int], object]
) -> None:
    """Append the changes, the messages of one unit always together. Raises `LogError` where the brokers refuse."""
    batch: list[OutputRecord] = []
    for records in changes:
        batch.extend(records)
        if len(batch) >= _BATCH:
            await writer.append(batch)
            each_batch(len(batch))
            batch = []
    if batch:
        await writer.append(batch)
        each_batch(len(batch))
