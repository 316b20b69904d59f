"""Whole topics as a `read_committed` reader finds them, with the places of the records; straight from the brokers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.records import InputRecord

_SECONDS: Final = 60.0
_READ: Final = {"enable_auto_commit": False, "auto_offset_reset": "none", "max_partition_fetch_bytes": 4 << 20}


@dataclass
class Topics:
    """Every committed record, by topic and partition, in order; grows with each `read`."""

    servers: str
    names: Iterable[str]
    partitions: int

    def __post_init__(self) -> None:
        self.records: defaultdict[tuple[str, int], list[InputRecord]] = defaultdict(list)
        self._at: dict[TopicPartition, int] = {}

    async def read(self) -> None:
        """Read on to the last stable offsets as they are now. Raises when that takes too long."""
        wanted = [TopicPartition(str(name), number) for name in self.names for number in range(self.partitions)]
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self.servers, isolation_level="read_committed", **_READ)
        await consumer.start()
        try:
            consumer.assign(wanted)
            for tp in wanted:
                consumer.seek(tp, self._at.get(tp, 0))
            ends = await consumer.end_offsets(wanted)
            async with asyncio.timeout(_SECONDS):
                while [tp for tp, end in ends.items() if await consumer.position(tp) < end]:
                    for tp, batch in (await consumer.getmany(timeout_ms=200)).items():
                        self.records[tp.topic, tp.partition] += [_record(each) for each in batch]
                        self._at[tp] = await consumer.position(tp)
            for tp in wanted:
                self._at[tp] = await consumer.position(tp)
        finally:
            await consumer.stop()


def _record(each: Any) -> InputRecord:
    timestamp = datetime.fromtimestamp(each.timestamp / 1000, UTC)
    return InputRecord(each.topic, each.partition, each.offset, each.key, each.value, tuple(each.headers), timestamp)
