"""The demo's clock: the time is what was last announced on ``sorbro.demo-clock.v1``, the same for all workers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.clock import SettableClock
from adapters.kafka.closing import started
from contracts.topics import Topic

if TYPE_CHECKING:
    from adapters.kafka.connection import Connection

_CLOCK: Final = TopicPartition(Topic.DEMO_CLOCK.value, 0)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class BroadcastClock(SettableClock):
    """Follows the announcements. Before the first one it stands at 1970, so that nothing is ever early."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(_EPOCH)
        self._connection = connection

    async def follow(self) -> None:
        """Read announcements until cancelled. Each is an RFC 3339 instant."""
        consumer = AIOKafkaConsumer(
            **self._connection.client_options(), enable_auto_commit=False, auto_offset_reset="earliest"
        )
        async with started(consumer):
            consumer.assign([_CLOCK])
            end = (await consumer.end_offsets([_CLOCK]))[_CLOCK]
            start = (await consumer.beginning_offsets([_CLOCK]))[_CLOCK]
            consumer.seek(_CLOCK, max(start, end - 1))
            while True:
                for record in (await consumer.getmany(_CLOCK, timeout_ms=500)).get(_CLOCK, ()):
                    self.set(datetime.fromisoformat(record.value.decode()))
                await asyncio.sleep(0)
