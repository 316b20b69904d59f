"""One partition of one topic: records and control records side by side, some of them of transactions still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from aiokafka.errors import OffsetOutOfRangeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.records import InputRecord


@dataclass(slots=True, eq=False)
class Transaction:
    """One transaction of one producer. What it wrote is read by nobody before its end is marked in that partition."""

    number: int
    transactional_id: str
    state: Literal["open", "committed", "aborted"] = "open"
    unmarked: list[RecordLog] = field(default_factory=list)
    """The partitions it has written to, in which its end is not marked yet."""
    offsets: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """By group, topic and partition."""


@dataclass(frozen=True, slots=True)
class _Entry:
    record: InputRecord | None
    """None for a control record: it takes an offset, and no reader ever sees it."""
    transaction: Transaction | None


class RecordLog:
    """The entries in their order; offsets count control records and aborted ones too."""

    def __init__(self, topic: str, partition: int) -> None:
        self.topic = topic
        self.partition = partition
        self.start = 0
        """The first offset the broker still holds."""
        self._entries: list[_Entry] = []
        self._open: dict[Transaction, int] = {}

    @property
    def end(self) -> int:
        """The high watermark: where the next record will lie."""
        return len(self._entries)

    @property
    def last_stable(self) -> int:
        """How far a `read_committed` reader may read: to the first record of a transaction still open."""
        return min(self._open.values()) if self._open else self.end

    def append(self, record: InputRecord, transaction: Transaction | None = None) -> None:
        """Write a record, in a transaction or without one. Kafka's timestamps know milliseconds, no less."""
        if transaction is not None and transaction not in self._open:
            self._open[transaction] = self.end
            transaction.unmarked.append(self)
        timestamp = record.timestamp.replace(microsecond=record.timestamp.microsecond // 1000 * 1000)
        placed = record._replace(partition=self.partition, offset=self.end, timestamp=timestamp)
        self._entries.append(_Entry(placed, transaction))

    def mark(self, transaction: Transaction) -> None:
        """Write the control record that ends the transaction here."""
        del self._open[transaction]
        self._entries.append(_Entry(None, transaction))

    def delete_before(self, offset: int) -> None:
        """Let go of old records, as retention does."""
        self.start = max(self.start, offset)

    def read(self, position: int, most: int, until: int | None = None) -> tuple[list[InputRecord], int]:
        """Up to `most` committed records from `position`, and the position after them: past control and aborted ones.

        Nothing at or after `until` is read. Raises `OffsetOutOfRangeError` where the broker holds nothing (any more).
        """
        if not self.start <= position <= self.end:
            raise OffsetOutOfRangeError({(self.topic, self.partition): position})
        found: list[InputRecord] = []
        if position == self.end:
            return found, position
        limit = self.last_stable if until is None else min(until, self.last_stable)
        while position < limit and len(found) < most:
            entry = self._entries[position]
            position += 1
            if entry.record is not None and (entry.transaction is None or entry.transaction.state == "committed"):
                found.append(entry.record)
        while position < limit and self._entries[position].record is None:
            position += 1
        return found, position

    def history(self) -> list[InputRecord]:
        """Every committed record there ever was, deleted ones too."""
        return [record for record, _ in self.by_transaction()]

    def by_transaction(self) -> Iterator[tuple[InputRecord, Transaction | None]]:
        """Yield the same, each with the transaction that wrote it."""
        for entry in self._entries[: self.last_stable]:
            is_committed = entry.transaction is None or entry.transaction.state == "committed"
            if entry.record is not None and is_committed:
                yield entry.record, entry.transaction
