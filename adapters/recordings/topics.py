"""Reading topics to their ends, part by part as they are wanted: no group, nothing written, bounded memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.consumed import input_record
from adapters.kafka.port import CALL_SECONDS, LogError
from adapters.kafka.topic_admin import partition_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord

Place = tuple[str, int]
_AT_ONCE: Final = 1000
"""Records in hand at a time, over all places asked for."""
_WAIT_MS: Final = 500
_STALLED_SECONDS: Final = 30.0
_LARGEST_FETCH: Final = 4 * 1024 * 1024


class TopicReader:
    """Reads what any `read_committed` reader would see, from `begins` to where the topics ended when it was opened."""

    def __init__(self, connection: Connection, topics: Sequence[Sequence[str]], since: datetime | None = None) -> None:
        """`topics` in the order in which their ends are asked for: what causes comes after what is caused.

        `since`: begin with the first record of each partition that is stamped then or later.
        """
        self._connection = connection
        self._topics = topics
        self._since = since
        self._consumer: Any = None
        self.begins: dict[Place, int] = {}
        """The offset each place is read from."""
        self.ends: dict[Place, int] = {}
        self.passed = 0
        """How many offsets have been passed, of `total`."""
        self._moved_at = 0.0

    @property
    def total(self) -> int:
        """How many offsets there are to pass; some hold no record."""
        return sum(end - self.begins[place] for place, end in self.ends.items())

    async def __aenter__(self) -> Self:
        """Look where the topics begin and end. Raises `LogError` for one that is not there."""
        self._consumer = AIOKafkaConsumer(
            **self._connection.client_options(),
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level=self._connection.isolation_level,
            max_partition_fetch_bytes=_LARGEST_FETCH,
        )
        await self._consumer.start()
        try:
            async with asyncio.timeout(3 * CALL_SECONDS):
                await self._find_places()
        except BaseException:
            await self._consumer.stop()
            raise
        self._moved_at = asyncio.get_running_loop().time()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def read(self, places: Iterable[Place]) -> tuple[Sequence[InputRecord], Sequence[Place]]:
        """Read on in these places: the next records, and those of the places that have come to their ends.

        Raises `LogError` when nothing comes for half a minute.
        """
        wanted = [TopicPartition(*place) for place in places]
        if ended := await self._ended(wanted):
            return [], ended  # they have nothing, and asking for it would only take time
        polled = await self._consumer.getmany(*wanted, timeout_ms=_WAIT_MS, max_records=_AT_ONCE)
        consumed = (input_record(each) for batch in polled.values() for each in batch)
        records = [record for record in consumed if record.offset < self.ends[record.topic, record.partition]]
        ended = await self._ended(wanted)
        self.passed += len(records)
        self._see_to_it_that_it_moves(wanted, is_moving=bool(polled or ended))
        return records, ended

    async def _ended(self, wanted: Sequence[TopicPartition]) -> Sequence[Place]:
        positions = {(tp.topic, tp.partition): await self._consumer.position(tp) for tp in wanted}
        return [place for place, at in positions.items() if at >= self.ends[place]]

    def _see_to_it_that_it_moves(self, wanted: Sequence[TopicPartition], *, is_moving: bool) -> None:
        now = asyncio.get_running_loop().time()
        if is_moving:
            self._moved_at = now
        elif now - self._moved_at > _STALLED_SECONDS:
            names = ", ".join(sorted(f"{tp.topic}-{tp.partition}" for tp in wanted))
            raise LogError(
                f"reading stands still on {names}. Are the brokers up? A transaction left open there holds readers "
                "back as well, until it times out"
            )

    async def _find_places(self) -> None:
        topics = [topic for group in self._topics for topic in group]
        missing = set(topics) - await self._consumer.topics()
        if missing:
            raise LogError(f"these brokers have no topic {', '.join(sorted(missing))}: are the names right?")
        counts = await partition_counts(self._connection, topics)
        groups = [[TopicPartition(t, p) for t in group for p in range(counts[t])] for group in self._topics]
        partitions = [tp for group in groups for tp in group]
        self._consumer.assign(partitions)
        for group in groups:
            ends = await self._consumer.end_offsets(group)
            self.ends |= {(tp.topic, tp.partition): end for tp, end in ends.items()}
        await self._seek(partitions)

    async def _seek(self, partitions: Sequence[TopicPartition]) -> None:
        begins = await self._consumer.beginning_offsets(partitions)
        if self._since is not None:
            stamp = int(self._since.timestamp() * 1000)
            found = await self._consumer.offsets_for_times(dict.fromkeys(partitions, stamp))
            for tp in partitions:
                later = found.get(tp)
                end = self.ends[tp.topic, tp.partition]
                begins[tp] = max(begins[tp], min(later.offset, end) if later is not None else end)
        for tp in partitions:
            begin = begins[tp]
            self._consumer.seek(tp, begin)
            self.begins[tp.topic, tp.partition] = begin
