"""The broker: topics, producers' epochs, transactions and the groups' offsets. All of it happens at once and in order.

What the model leaves out: replication, leaders, batches' sequence numbers, consumer groups' membership, compaction.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from aiokafka.errors import InvalidTxnState, MessageSizeTooLargeError, ProducerFenced

from adapters.kafka.memory.record_log import RecordLog, Transaction
from adapters.kafka.partition_log import TRANSACTION_TIMEOUT_MS
from adapters.kafka.partitioner import partition_of
from contracts.topics import PLANS, Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from contracts.records import OutputRecord

_LARGEST_BATCH: Final = 1_048_588
"""Kafka's default `max.message.bytes`."""
_BATCH_OVERHEAD: Final = 70


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer as the broker knows it. Whoever starts with the same id next has the next epoch."""

    transactional_id: str
    epoch: int


def at_once() -> float:
    """No delay."""
    return 0.0


class MemoryBroker:
    """One broker. `marker_delay` and `offset_delay` say how many seconds after a commit its traces come.

    A real broker answers a commit before it has marked the end in every partition, and a group's offsets come later
    still; without delays both are there when the commit returns.
    """

    def __init__(
        self,
        partitions: int = 1,
        marker_delay: Callable[[], float] = at_once,
        offset_delay: Callable[[], float] = at_once,
    ) -> None:
        self.counts = {topic.value: 1 if plan.single_partition else partitions for topic, plan in PLANS.items()}
        self._logs: dict[tuple[str, int], RecordLog] = {}
        self._epochs: dict[str, int] = {}
        self._current: dict[str, Transaction] = {}
        self._offsets: dict[tuple[str, str, int], tuple[int, int]] = {}
        self._transactions = 0
        self._marker_delay = marker_delay
        self._offset_delay = offset_delay
        self._readers: list[asyncio.Future[None]] = []

    def log(self, topic: str, partition: int) -> RecordLog:
        """One partition of one topic."""
        if (topic, partition) not in self._logs:
            self._logs[topic, partition] = RecordLog(topic, partition)
        return self._logs[topic, partition]

    def partition_of(self, key: bytes | None, topic: str) -> int:
        """Where a key belongs. A real client deals records without a key out at random; here they go to the first."""
        return 0 if key is None else partition_of(key, self.counts[topic])

    def target(self, record: OutputRecord) -> RecordLog:
        """The partition that a record is to be written to."""
        partition = self.partition_of(record.key, record.topic) if record.partition is None else record.partition
        return self.log(record.topic, partition)

    def publish(self, *records: OutputRecord) -> None:
        """Write without a transaction, as other systems do."""
        for record in records:
            self.target(record).append(record.as_input())
        self._wake_readers()

    def start_producer(self, transactional_id: str) -> Producer:
        """InitProducerId: the predecessor is shut out, and what it left open is ended before this returns."""
        if (left := self._current.pop(transactional_id, None)) is not None:
            if left.state == "open":
                self._end(left, committed=False)
            self._mark_everywhere(left)
        self._epochs[transactional_id] = self._epochs.get(transactional_id, 0) + 1
        return Producer(transactional_id, self._epochs[transactional_id])

    def begin(self, producer: Producer) -> Transaction:
        """A new transaction. A real broker first hears of it with the first record; so a zombie's begin succeeds."""
        self._transactions += 1
        return Transaction(self._transactions, producer.transactional_id)

    def produce(
        self,
        producer: Producer | None,
        transaction: Transaction | None,
        log: RecordLog,
        records: Sequence[OutputRecord],
    ) -> None:
        """Write a batch, whole or not at all. Without a producer it is outside of any transaction."""
        limit = int(PLANS[Topic(log.topic)].config.get("max.message.bytes", _LARGEST_BATCH))
        if any(_size(record) > limit for record in records):
            raise MessageSizeTooLargeError(f"a record for {log.topic} is larger than {limit} bytes")
        if producer is not None and transaction is not None:
            self._join(producer, transaction)
        for record in records:
            log.append(record.as_input(), transaction)
        if transaction is None:
            self._wake_readers()

    def add_offsets(
        self, producer: Producer, transaction: Transaction, group: str, offsets: Mapping[tuple[str, int], int]
    ) -> None:
        """Make a group's positions part of the transaction."""
        self._join(producer, transaction)
        transaction.offsets |= {(group, topic, partition): at for (topic, partition), at in offsets.items()}

    def commit(self, producer: Producer, transaction: Transaction) -> None:
        """EndTxn. Decided when this returns; readers and the group may hear of it a little later."""
        self._check(producer)
        if transaction.state == "committed":
            return
        if transaction.state == "aborted":
            raise InvalidTxnState("the transaction has been aborted")
        self._end(transaction, committed=True)

    def abort(self, producer: Producer, transaction: Transaction) -> None:
        """EndTxn the other way."""
        self._check(producer)
        if transaction.state == "open":
            self._end(transaction, committed=False)

    def committed(self, group: str, topic: str, partition: int) -> int | None:
        """The group's committed offset, where there is one."""
        _, offset = self._offsets.get((group, topic, partition), (0, None))
        return offset

    def forget_group(self, group: str) -> None:
        """Let the group's offsets expire."""
        self._offsets = {key: value for key, value in self._offsets.items() if key[0] != group}

    def make_anew(self, topic: str) -> None:
        """Delete a topic and create it again: offsets begin at nought, and those that groups had on it are gone."""
        self._logs = {place: log for place, log in self._logs.items() if place[0] != topic}
        self._offsets = {key: value for key, value in self._offsets.items() if key[1] != topic}

    def open_transactions(self) -> list[Transaction]:
        """Those not decided yet, or not yet marked as ended in some partition."""
        return [each for each in self._current.values() if each.state == "open" or each.unmarked]

    async def wait_for_records(self, seconds: float) -> None:
        """Return when something can be read that could not before, or after `seconds`."""
        reader = asyncio.get_running_loop().create_future()
        self._readers.append(reader)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await reader

    def _wake_readers(self) -> None:
        readers, self._readers = self._readers, []
        for reader in readers:
            if not reader.done():
                reader.set_result(None)

    def _check(self, producer: Producer) -> None:
        if producer.epoch != self._epochs[producer.transactional_id]:
            raise ProducerFenced

    def _join(self, producer: Producer, transaction: Transaction) -> None:
        """What AddPartitionsToTxn sees to, and the brokers' verification of each batch (KIP-890)."""
        self._check(producer)
        if transaction.state != "open":
            raise InvalidTxnState("the transaction has ended; a request came late")
        before = self._current.get(producer.transactional_id)
        if before is transaction:
            return
        if before is not None:
            if before.state == "open":
                raise InvalidTxnState("the producer has a transaction open already")
            self._mark_everywhere(before)  # a real client is told CONCURRENT_TRANSACTIONS until that is done
        self._current[producer.transactional_id] = transaction
        asyncio.get_running_loop().call_later(TRANSACTION_TIMEOUT_MS / 1000, self._time_out, transaction)

    def _time_out(self, transaction: Transaction) -> None:
        """A transaction left open is aborted, and its producer with it."""
        if transaction.state == "open":
            self._epochs[transaction.transactional_id] += 1
            self._end(transaction, committed=False)

    def _end(self, transaction: Transaction, *, committed: bool) -> None:
        transaction.state = "committed" if committed else "aborted"
        for log in list(transaction.unmarked):
            _after(self._marker_delay(), partial(self._mark, transaction, [log]))
        if committed and transaction.offsets:
            _after(self._offset_delay(), partial(self._settle_offsets, transaction))

    def _mark_everywhere(self, transaction: Transaction) -> None:
        self._mark(transaction, list(transaction.unmarked))

    def _mark(self, transaction: Transaction, logs: Iterable[RecordLog]) -> None:
        for log in logs:
            if log in transaction.unmarked:
                transaction.unmarked.remove(log)
                log.mark(transaction)
        self._wake_readers()

    def _settle_offsets(self, transaction: Transaction) -> None:
        for key, offset in transaction.offsets.items():
            number, _ = self._offsets.get(key, (0, 0))
            if number < transaction.number:
                self._offsets[key] = (transaction.number, offset)


def _after(seconds: float, action: Callable[[], None]) -> None:
    if seconds:
        asyncio.get_running_loop().call_later(seconds, action)
    else:
        action()


def _size(record: OutputRecord) -> int:
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers + _BATCH_OVERHEAD
