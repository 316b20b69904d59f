"""Single records fetched by their offsets, for who knows where they lie."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.closing import let_go
from adapters.kafka.consumed import input_record
from adapters.kafka.port import CALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Collection

    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord

_FETCHED: Final = 16 * 1024
"""Little: of what a broker gives beyond the records wanted each one costs as much as those."""
_WAIT_MS: Final = 200
_FETCH_MS: Final = 10
"""A broker asked for what is not there yet answers nothing else so long; the next story would wait for that."""
_NEAR: Final = 30
"""Records between two wanted ones that are sooner read over than jumped over."""


class Picker:
    """Fetches records with a client of no group, kept for the next time. One caller at a time; others wait."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._consumer: Any = None
        self._lock = asyncio.Lock()

    async def pick(self, places: Collection[tuple[str, int, int]]) -> list[InputRecord]:
        """The committed records at these topics, partitions and offsets, in order per partition.

        One that compaction has taken is left out. Raises `TimeoutError` when the broker does not answer within 10 s.
        """
        wanted: defaultdict[Any, set[int]] = defaultdict(set)
        for topic, partition, offset in places:
            wanted[TopicPartition(topic, partition)].add(offset)
        async with self._lock:
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    return await self._pick(wanted)
            except BaseException:
                await self._close()
                raise

    async def close(self) -> None:
        """Let go of the client."""
        async with self._lock:
            await self._close()

    async def _pick(self, wanted: dict[Any, set[int]]) -> list[InputRecord]:
        consumer = await self._started()
        consumer.assign(list(wanted))
        left = {tp: sorted(offsets, reverse=True) for tp, offsets in wanted.items()}
        for tp, offsets in left.items():
            consumer.seek(tp, offsets[-1])
        found: list[InputRecord] = []
        while left:
            polled = await consumer.getmany(*left, timeout_ms=_WAIT_MS)
            for tp, records in polled.items():
                found += [input_record(each) for each in records if each.offset in wanted[tp]]
            for tp in list(left):
                at, offsets = await consumer.position(tp), left[tp]
                while offsets and offsets[-1] < at:
                    offsets.pop()
                if not offsets:
                    consumer.pause(tp)
                    del left[tp]
                elif offsets[-1] > at + _NEAR:
                    consumer.seek(tp, offsets[-1])
        return sorted(found, key=lambda each: (each.topic, each.partition, each.offset))

    async def _started(self) -> Any:
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(
                **self._connection.client_options(),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level=self._connection.isolation_level,
                max_partition_fetch_bytes=_FETCHED,
                fetch_max_wait_ms=_FETCH_MS,
            )
            await self._consumer.start()
        return self._consumer

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await let_go(consumer)
