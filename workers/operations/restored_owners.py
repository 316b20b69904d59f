"""A copy of what the worker holds of some owners, or of all, as its changelog tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.kafka.committed import committed
from contracts.topics import Topic
from workers.stream.changelog import Restoring

if TYPE_CHECKING:
    from collections.abc import Collection

    from adapters.kafka.connection import Connection
    from contracts.identifiers import SorId
    from contracts.tariffs import TariffTable
    from workers.stream.world import World


async def restored_owners(
    connection: Connection, partition: int, owners: Collection[SorId] | None, tariffs: TariffTable
) -> World:
    """Read the changelog through and keep these owners, or (None) all. Raises `LogError`, `ChangelogError`."""
    restoring = Restoring(owners)
    async for records in committed(connection, [(Topic.STATE.value, partition)]):
        for record in records:
            restoring.take(record.key or b"", record.value, record.headers)
    return restoring.world(tariffs, max(1, restoring.progress.partitions))
