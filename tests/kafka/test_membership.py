"""Whose a partition is, by the group itself: what a worker that has lost touch with it has to ask."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from adapters.kafka.connection import Connection
from adapters.kafka.membership import Membership
from adapters.kafka.topic_admin import ensure_topics

pytestmark = pytest.mark.kafka


class Member:
    """One member of a group, and what it has been given last."""

    def __init__(self, connection: Connection, group: str, name: str) -> None:
        self.partitions: set[int] = set()
        self._has_changed = asyncio.Event()
        self.membership = Membership(connection, group, self._assigned, self._revoked)
        self.membership._name = name  # else by machine and process, and here they share one

    async def _assigned(self, partitions) -> None:
        self.partitions = set(partitions)
        self._has_changed.set()

    async def holding(self, count: int) -> None:
        """Wait until it has been given so many partitions."""
        async with asyncio.timeout(60):
            while len(self.partitions) != count:
                await self._has_changed.wait()
                self._has_changed.clear()

    async def _revoked(self) -> None:
        self.partitions = set()

    @asynccontextmanager
    async def at_work(self):
        await self.membership.start()
        polling = asyncio.create_task(self.membership.poll_forever())
        try:
            yield self
        finally:
            polling.cancel()
            await asyncio.wait({polling})
            await self.membership.stop()


async def test_a_partition_is_whose_the_group_says_and_nobodys_when_it_cannot_be_asked(kafka):
    connection, group = Connection(kafka.bootstrap_servers), f"members-{uuid4()}"
    count = await ensure_topics(connection, 40)
    first, second = (Member(connection, group, name) for name in ("first", "second"))
    async with first.at_work():
        await first.holding(count)
        assert await first.membership.holds(0)
        assert not await second.membership.holds(0)
        async with second.at_work():
            await asyncio.gather(first.holding(count // 2), second.holding(count // 2))
            (lost, *_) = second.partitions
            assert not await first.membership.holds(lost)
            assert await second.membership.holds(lost)
    first.membership._connection = Connection("127.0.0.1:9")
    assert not await first.membership.holds(0)
