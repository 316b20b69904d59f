"""`PartitionLog` over the broker in memory, with the habits of the aiokafka client that the loop has to live with."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from aiokafka.errors import MessageSizeTooLargeError

from adapters.kafka.gap import refuse_gaps
from adapters.kafka.memory.network import GoodNetwork
from adapters.kafka.partition_log import LARGEST_REQUEST, STALLED_SECONDS
from adapters.kafka.port import CALL_SECONDS, ChangelogRecord
from contracts.topics import WORKER_INPUTS, Topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from adapters.kafka.memory.broker import MemoryBroker, Producer
    from adapters.kafka.memory.network import Network
    from adapters.kafka.memory.record_log import RecordLog, Transaction
    from contracts.records import InputRecord, OutputRecord

_FETCHED: Final = 500
_FETCH_SECONDS: Final = 0.5


class MemoryPartitionLog:
    """See `PartitionLog` for what each method promises."""

    def __init__(
        self,
        broker: MemoryBroker,
        group: str,
        partition: int,
        network: Network | None = None,
        *,
        transactional: bool = True,
    ) -> None:
        self.is_transactional = transactional
        self._broker = broker
        self._group = group
        self._partition = partition
        self._network = network or GoodNetwork()
        self._inputs = {topic.value: broker.log(topic.value, partition) for topic in WORKER_INPUTS}
        self._state = broker.log(Topic.STATE.value, partition)
        self._producer: Producer | None = None
        self._transaction: Transaction | None = None
        self._in_flight: list[OutputRecord] = []
        self._positions: dict[str, int] = {}
        self._told: dict[str, int] = {}
        """Where each topic ended, as the last fetch told."""

    async def fence(self) -> None:
        """See `PartitionLog.fence`."""
        name = f"{self._group}-{self._partition}"
        self._producer = await self._network.carry("fence", lambda: self._broker.start_producer(name))

    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        """See `PartitionLog.changelog`."""
        async with asyncio.timeout(CALL_SECONDS):
            position, end = await self._network.carry("changelog end", lambda: (self._state.start, self._state.end))
        now = asyncio.get_running_loop().time
        moved_at = now()
        while position < end:
            async with asyncio.timeout(CALL_SECONDS):
                records, after = await self._fetch(self._state, position)
            yield [ChangelogRecord(each.key or b"", each.value, each.headers) for each in records]
            if after > position:
                position, moved_at = after, now()
            elif now() - moved_at > STALLED_SECONDS:
                raise TimeoutError(f"the restore stands still at {position} of {end}")
            else:
                await self._broker.wait_for_records(_FETCH_SECONDS)

    async def _fetch(self, log: RecordLog, position: int) -> tuple[list[InputRecord], int]:
        return await self._network.carry("changelog", lambda: log.read(position, _FETCHED))

    async def partition_counts(self) -> Mapping[str, int]:
        """See `PartitionLog.partition_counts`."""
        counts = self._broker.counts
        asked = [*self._inputs, self._state.topic]
        return await self._network.carry("partition counts", lambda: {topic: counts[topic] for topic in asked})

    async def committed(self) -> Mapping[str, int]:
        """See `PartitionLog.committed`."""

        def offsets() -> dict[str, int]:
            found = {topic: self._broker.committed(self._group, topic, self._partition) for topic in self._inputs}
            return {topic: offset for topic, offset in found.items() if offset is not None}

        return await self._network.carry("committed", offsets)

    async def seek(self, positions: Mapping[str, int]) -> None:
        """See `PartitionLog.seek`."""
        bounds = await self._network.carry(
            "seek", lambda: {topic: (log.start, log.last_stable) for topic, log in self._inputs.items()}
        )
        begin = {topic: positions.get(topic, start) for topic, (start, _) in bounds.items()}
        refuse_gaps(self._partition, begin, bounds)
        self._positions.update(begin)

    async def poll(self, topics: Sequence[str], max_records: int, seconds: float) -> Sequence[InputRecord]:
        """See `PartitionLog.poll`."""
        records = await self._network.carry("poll", lambda: self._fetch_inputs(topics, max_records))
        if not records and seconds:
            await self._broker.wait_for_records(seconds)
            records = await self._network.carry("poll", lambda: self._fetch_inputs(topics, max_records))
        return records

    def _fetch_inputs(self, topics: Sequence[str], max_records: int) -> list[InputRecord]:
        found: list[InputRecord] = []
        for topic in topics:
            log = self._inputs[topic]
            self._told[topic] = self._network.shows(topic, log.last_stable)
            if len(found) < max_records:
                records, self._positions[topic] = log.read(
                    self._positions[topic], max_records - len(found), self._told[topic]
                )
                found += records
        return found

    async def drained(self) -> AbstractSet[str]:
        """See `PartitionLog.drained`."""
        return {topic for topic, end in self._told.items() if self._positions[topic] >= end}

    async def ends(self) -> Mapping[str, int]:
        """See `PartitionLog.ends`."""
        return await self._network.carry(
            "ends", lambda: {topic: log.last_stable for topic, log in self._inputs.items()}
        )

    async def positions(self) -> Mapping[str, int]:
        """See `PartitionLog.positions`."""
        return dict(self._positions)

    async def begin(self) -> None:
        """See `PartitionLog.begin`."""
        producer = self._started()
        if self.is_transactional:
            self._transaction = await self._network.carry("begin", lambda: self._broker.begin(producer))

    async def send(self, records: Sequence[OutputRecord]) -> None:
        """See `PartitionLog.send`. Like the real client it only takes the records over."""
        for record in records:
            if len(record.value or b"") > LARGEST_REQUEST:
                raise MessageSizeTooLargeError("the record is larger than the client may send")
        self._in_flight += await self._network.carry("send", lambda: records)

    async def delivered(self) -> None:
        """See `PartitionLog.delivered`."""
        if errors := await self._flush():
            raise errors[0]

    async def _flush(self) -> list[Exception]:
        """One batch for each partition written to; one that fails does not keep the others back."""
        batches: defaultdict[RecordLog, list[OutputRecord]] = defaultdict(list)
        in_flight, self._in_flight = self._in_flight, []
        for record in in_flight:
            batches[self._broker.target(record)].append(record)
        errors: list[Exception] = []
        for log, records in batches.items():
            try:
                await self._produce(log, records)
            except Exception as error:  # noqa: BLE001  # whatever became of the batch, the client keeps it for later
                errors.append(error)
        return errors

    async def _produce(self, log: RecordLog, records: Sequence[OutputRecord]) -> None:
        producer = self._started() if self.is_transactional else None
        transaction = self._transaction
        await self._network.carry("produce", lambda: self._broker.produce(producer, transaction, log, records))

    async def send_offsets(self, positions: Mapping[str, int]) -> None:
        """See `PartitionLog.send_offsets`."""
        producer, transaction = self._started(), self._transaction
        if transaction is not None:
            offsets = {(topic, self._partition): offset for topic, offset in positions.items()}
            await self._network.carry(
                "send offsets", lambda: self._broker.add_offsets(producer, transaction, self._group, offsets)
            )

    async def commit(self) -> None:
        """See `PartitionLog.commit`. Like the real client it sends what is left and does not look at the answers."""
        await self._flush()
        producer, transaction = self._started(), self._transaction
        if transaction is not None:
            await self._network.carry("commit", lambda: self._broker.commit(producer, transaction))
            self._transaction = None

    async def close(self) -> None:
        """See `PartitionLog.close`. Like the real client it leaves an open transaction to the next `fence`."""
        self._in_flight = []

    def _started(self) -> Producer:
        if self._producer is None:
            raise AssertionError("fence comes first")
        return self._producer
