"""Partitions of Kafka in memory as the loop's tests handle them: filled, slowed down, made to fail, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from adapters.kafka.memory.broker import MemoryBroker
from adapters.kafka.memory.network import GoodNetwork
from adapters.kafka.memory.partition_log import MemoryPartitionLog
from adapters.kafka.memory.record_log import RecordLog
from contracts.records import InputRecord, OutputRecord
from contracts.topics import WORKER_INPUTS, Topic

GROUP = "sorbro"
OUTPUTS = (
    Topic.REGISTRATIONS,
    Topic.DEREGISTRATIONS,
    Topic.INVOICE_TRIGGERS,
    Topic.DELETION_REQUESTS,
    Topic.DEAD_LETTERS,
)
T = TypeVar("T")


class Partition(GoodNetwork):
    """One partition of every topic, and the network to it."""

    def __init__(self, broker: MemoryBroker, number: int) -> None:
        self.broker = broker
        self.number = number
        self.slow: dict[str, int] = {}
        """Per topic how many records a reader gets to see until somebody asks for the ends."""
        self.steps: list[str] = []
        self.fail_at: dict[str, int] = {}
        """Per step how many times it is to fail; "after commit" is a commit whose answer is lost."""

    @classmethod
    def several(cls, count: int) -> list[Partition]:
        """The partitions of one broker: what one of them commits for another is there to be read."""
        broker = MemoryBroker(count)
        return [cls(broker, number) for number in range(count)]

    def new_log(self, *, transactional: bool = True) -> MemoryPartitionLog:
        return MemoryPartitionLog(self.broker, GROUP, self.number, self, transactional=transactional)

    def receive(self, record: InputRecord) -> None:
        """Put a record at the end of its topic, where its key belongs."""
        self.broker.publish(OutputRecord(record.topic, record.key, record.value, record.headers, record.timestamp))

    def log(self, topic: str) -> RecordLog:
        return self.broker.log(topic, self.number)

    @contextmanager
    def hiding(self, topic: str) -> Iterator[None]:
        """As if nothing had been written to the topic yet."""
        full, empty = self.log(topic), RecordLog(topic, self.number)
        self.broker._logs[topic, self.number] = empty
        yield
        self.broker._logs[topic, self.number] = full

    @property
    def is_handled(self) -> bool:
        """Whether everything in the inputs has been taken and committed."""
        return not any(
            self.log(topic).read(self.broker.committed(GROUP, topic, self.number) or 0, 1)[0] for topic in WORKER_INPUTS
        )

    def sent(self) -> list[OutputRecord]:
        """What a reader finds on this partition of the output topics."""
        return [
            OutputRecord(each.topic, each.key, each.value, each.headers, each.timestamp)
            for topic in OUTPUTS
            for each in self.log(topic).history()
        ]

    async def carry(self, step: str, call: Callable[[], T]) -> T:
        self.steps.append(step)
        self._perhaps_fail(step)
        if step == "ends":
            self.slow.clear()
        answer = await super().carry(step, call)
        self._perhaps_fail(f"after {step}")
        return answer

    def _perhaps_fail(self, step: str) -> None:
        if self.fail_at.get(step, 0) > 0:
            self.fail_at[step] -= 1
            raise ConnectionError(step)

    def shows(self, topic: str, end: int) -> int:
        return min(end, self.slow.get(topic, end))
