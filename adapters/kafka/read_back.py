"""Reading whole topics, as any `read_committed` reader would see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.kafka.committed import committed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from adapters.kafka.connection import Connection
    from contracts.cloudevents import Headers


async def read_topics(
    connection: Connection, topics: Sequence[str], partitions: int
) -> AsyncIterator[tuple[str, bytes | None, bytes | None, Headers]]:
    """Yield every committed record there is now, and perhaps some written meanwhile; in order per partition.

    Each as topic, key, value, headers. Raises `LogError` when nothing comes for half a minute.
    """
    places = [(topic, partition) for topic in topics for partition in range(partitions)]
    async for batch in committed(connection, places):
        for record in batch:
            yield record.topic, record.key, record.value, record.headers
