"""Which partitions have a transaction open that keeps `read_committed` readers back, and from which offset on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.closing import let_go
from adapters.kafka.topic_admin import partition_counts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from adapters.kafka.connection import Connection

_SECONDS: Final = 5.0
"""How long the brokers may take to answer, unless told otherwise."""


class OpenTransactions:
    """Asks the brokers with two clients of no group: one that reads everything, and one that reads what is committed.

    Where the second sees the topic end earlier, a transaction is open: ours or anybody's, at work or left behind.
    """

    def __init__(self, connection: Connection, topics: Sequence[str], seconds: float = _SECONDS) -> None:
        self._connection = connection
        self._topics = topics
        self._seconds = seconds
        self._counts: Mapping[str, int] = {}
        self._clients: dict[str, Any] = {}

    async def find(self, partitions: Collection[int]) -> Mapping[tuple[str, int], int]:
        """Look at these partition numbers of every topic; give the first unreadable offset by topic and partition.

        Raises `TimeoutError` or the client's own error when a broker does not answer; the next call starts afresh.
        """
        try:
            async with asyncio.timeout(self._seconds):
                await self._start()
                wanted = [
                    TopicPartition(topic, partition)
                    for topic, count in self._counts.items()
                    for partition in partitions
                    if partition < count
                ]
                for client in self._clients.values():
                    _let_know(client, wanted)
                # In this order a transaction that ends in between is not taken for one that is open.
                ends = await self._clients["read_uncommitted"].end_offsets(wanted)
                readable = await self._clients["read_committed"].end_offsets(wanted)
        except BaseException:
            await self.close()
            raise
        return {(tp.topic, tp.partition): readable[tp] for tp in wanted if readable[tp] < ends[tp]}

    async def close(self) -> None:
        """Let go of the clients."""
        clients, self._clients = self._clients, {}
        await let_go(*clients.values())

    async def _start(self) -> None:
        if self._clients:
            return
        self._counts = await partition_counts(self._connection, self._topics)
        for isolation in ("read_uncommitted", "read_committed"):
            client = AIOKafkaConsumer(
                **self._connection.client_options(), enable_auto_commit=False, isolation_level=isolation
            )
            self._clients[isolation] = client
            await client.start()


def _let_know(client: Any, partitions: list[TopicPartition]) -> None:
    """Let the client learn of all its topics at once, not of one after the other; it is to read none of them."""
    if client.assignment() != frozenset(partitions):
        client.assign(partitions)
        client.pause(*partitions)
