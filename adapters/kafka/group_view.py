"""A consumer group from outside: how far it has come on its topics, who its members are, and what is left to read."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError

from adapters.kafka.admin import members_of
from adapters.kafka.closing import let_go
from adapters.kafka.consumed import instant_of
from adapters.kafka.gap import UnreadableRecordError
from adapters.kafka.polling import poll, seek_behind
from adapters.kafka.port import CALL_SECONDS, LogError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping, Sequence

    from adapters.kafka.connection import Connection

COUNTED: Final = 500
"""So many records are counted one by one; of more the offsets tell, which count transaction markers too."""
_FETCHED: Final = 256 * 1024
_TAILS: Final = (200, 20_000)
_WAIT_MS: Final = 250
_AGAIN_SECONDS: Final = 0.2
_NO_LIMIT: Final = sys.maxsize


if TYPE_CHECKING:

    class Place(NamedTuple):
        """One partition of a topic: aiokafka's own, which publishes no types."""

        topic: str
        partition: int

else:
    Place = TopicPartition


@dataclass(frozen=True, slots=True)
class Ends:
    """Offsets where a partition begins and ends for a `read_committed` reader; `end` is the next to be written."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unread:
    """What lies between an offset and the end.

    `oldest_at` is the first record's timestamp: the broker's where the topic has ``LogAppendTime``, else the sender's.
    `is_exact` False: not every record was counted.
    """

    records: int
    is_exact: bool
    oldest_at: datetime | None


class _NoRecord(NamedTuple):
    """What stands for a record that cannot be read."""

    offset: int
    timestamp: int | None = None
    key: bytes | None = None
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """Records of one partition counted so far; the records themselves may be large and are not kept."""

    records: int = 0
    last: int = -1
    oldest_ms: int | None = None

    def followed_by(self, records: Sequence[Any]) -> _Counted:
        if not records:
            return self
        oldest = records[0].timestamp if self.oldest_ms is None else self.oldest_ms
        return _Counted(self.records + len(records), records[-1].offset, oldest)

    def unread(self, start: int, end: int) -> Unread:
        oldest = self.oldest_ms
        at = None if oldest is None else instant_of(oldest)
        beyond = end - self.last - 1 if self.records == COUNTED else 0
        return Unread(min(self.records + beyond, max(0, end - start)), is_exact=not beyond, oldest_at=at)


_NOTHING: Final = _Counted()


class GroupView:
    """Asks the brokers; changes nothing and joins nothing. Every call ends within 10 s, or raises `TimeoutError`."""

    def __init__(self, admin: Any, reader: Any, group: str) -> None:
        self._admin = admin
        self._reader = reader
        self._group = group

    async def partitions_of(self, topics: Sequence[str]) -> list[Place]:
        """Return all partitions of the topics. Raises `LogError` for one that does not exist."""
        async with asyncio.timeout(CALL_SECONDS):
            described = await self._admin.describe_topics(list(topics))
        missing = sorted(each["topic"] for each in described if each["error_code"])
        if missing:
            raise LogError(
                f"the broker does not hold {', '.join(missing)}: is it the right one? `sorbro run` creates topics"
            )
        return [Place(each["topic"], number["partition"]) for each in described for number in each["partitions"]]

    async def committed(self) -> Mapping[Place, int]:
        """The group's committed offsets, on whatever topics; a partition without one is left out (Kafka says -1)."""
        async with asyncio.timeout(CALL_SECONDS):
            while True:
                try:
                    found = await self._admin.list_consumer_group_offsets(self._group)
                except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError):
                    # A young cluster makes the topic of the offsets when it is first asked.
                    await asyncio.sleep(_AGAIN_SECONDS)
                else:
                    return {tp: at.offset for tp, at in found.items() if at.offset >= 0}

    async def members(self) -> Mapping[Place, str]:
        """Which host each partition is assigned to; empty when the group has no members."""
        async with asyncio.timeout(CALL_SECONDS):
            members = await members_of(self._admin, self._group)
        return {tp: each.host for each in members for tp in each.partitions}

    async def ends(self, partitions: Collection[Place]) -> Mapping[Place, Ends]:
        """Where the partitions begin and end now."""
        wanted = list(partitions)
        async with asyncio.timeout(CALL_SECONDS):
            starts = await self._reader.beginning_offsets(wanted)
            ends = await self._reader.end_offsets(wanted)
        return {tp: Ends(starts[tp], ends[tp]) for tp in wanted}

    async def unread(self, between: Mapping[Place, tuple[int, int]]) -> Mapping[Place, Unread]:
        """Look at what lies between the two offsets of each partition: transaction markers are no records."""
        found = dict.fromkeys(between, _NOTHING)
        async for tp, records in self._read(between, COUNTED):
            found[tp] = found[tp].followed_by(records)
        return {tp: counted.unread(*between[tp]) for tp, counted in found.items()}

    async def newest(self, tp: Place, ends: Ends, key: bytes) -> bytes | None:
        """The value of the newest committed record with this key, looked for from the end; None when there is none."""
        for back in (*_TAILS, ends.end):
            begin = max(ends.start, ends.end - back)
            value: bytes | None = None
            async for _, records in self._read({tp: (begin, ends.end)}):
                value = next((each.value for each in reversed(records) if each.key == key), value)
            if value is not None or begin == ends.start:
                return value
        return None

    async def _read(
        self, between: Mapping[Place, tuple[int, int]], most: int | None = None
    ) -> AsyncIterator[tuple[Place, Sequence[Any]]]:
        """Yield records from the first offsets to the last ones, or until a partition has given `most`."""
        left = {tp: most or _NO_LIMIT for tp, (start, end) in between.items() if start < end}
        self._reader.assign(list(left))
        for tp in left:
            self._reader.seek(tp, between[tp][0])
        async with asyncio.timeout(CALL_SECONDS) as patience:
            while left:
                batches = await self._poll(left)
                for tp, records in batches.items():
                    patience.reschedule(asyncio.get_running_loop().time() + CALL_SECONDS)
                    wanted = [each for each in records if each.offset < between[tp][1]][: left[tp]]
                    left[tp] -= len(wanted)
                    yield tp, wanted
                done = {tp for tp in left if left[tp] == 0 or await self._reader.position(tp) >= between[tp][1]}
                self._reader.pause(*done)
                left = {tp: rest for tp, rest in left.items() if tp not in done}

    async def _poll(self, partitions: Collection[Place]) -> Mapping[Place, Sequence[Any]]:
        """What cannot be read waits all the same, and a worker stands still at it."""
        try:
            return await poll(self._reader, partitions, _WAIT_MS, COUNTED)
        except UnreadableRecordError as error:
            seek_behind(self._reader, error)
            return {Place(error.gap.topic, error.gap.partition): [_NoRecord(error.gap.wanted)]}


@asynccontextmanager
async def group_view(connection: Connection, group: str) -> AsyncIterator[GroupView]:
    """The view for as long as the block lasts."""
    admin: Any = AIOKafkaAdminClient(**connection.client_options())
    reader: Any = AIOKafkaConsumer(
        **connection.client_options(),
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level=connection.isolation_level,
        max_partition_fetch_bytes=_FETCHED,
    )
    try:
        async with asyncio.timeout(CALL_SECONDS):
            await admin.start()
            await reader.start()
        yield GroupView(admin, reader, group)
    finally:
        await let_go(reader)
        await admin.close()
