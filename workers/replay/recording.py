"""Recording: what lies on the topics, in the order in which the core saw it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contracts.cloudevents import fields_told
from contracts.topics import MESSAGES, WORKER_INPUTS, Topic
from workers.replay.core_order import CoreOrder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from datetime import datetime

    from adapters.recordings.topics import TopicReader
    from contracts.records import InputRecord

OUTPUTS: Final = (
    Topic.REGISTRATIONS,
    Topic.DEREGISTRATIONS,
    Topic.INVOICE_TRIGGERS,
    Topic.DELETION_REQUESTS,
    Topic.DEAD_LETTERS,
)
"""What other systems read."""
RECORDABLE: Final = frozenset({*MESSAGES, Topic.DEAD_LETTERS})
"""Every topic that holds messages."""
_OF_NOBODY: Final = frozenset({Topic.FEE_RUNS.value, Topic.STATE.value})
"""Keyed by other things than owners, and of concern to each of them."""


def reading_order(topics: Collection[str]) -> list[list[str]]:
    """Which topics' ends are to be asked for first: the progress, then the outputs, then the inputs.

    So everything the last progress speaks of is recorded, and of every output the input that caused it. A topic alone
    has an order of its own, and needs no progress.
    """
    inputs = [topic.value for topic in WORKER_INPUTS if topic in topics]
    outputs = sorted(set(topics) - set(inputs))
    progress = [Topic.STATE.value] if inputs and len(inputs + outputs) > 1 else []
    return [group for group in (progress, outputs, inputs) if group]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are recorded: those stamped in between, both ends included, and of these owners."""

    since: datetime | None = None
    until: datetime | None = None
    keys: frozenset[bytes] = frozenset()
    units: set[bytes] = field(default_factory=set)
    """The units of those owners, by which outputs are keyed."""

    def holds(self, record: InputRecord) -> bool:
        """Whether the record is wanted."""
        if self.since is not None and record.timestamp < self.since:
            return False
        if self.until is not None and record.timestamp > self.until:
            return False
        if not self.keys or not record.key or record.topic in _OF_NOBODY:
            return True
        return record.key.partition(b"/")[0] in self.keys or record.key in self.units

    def learn(self, record: InputRecord) -> None:
        """Note the unit that a change in SOR tells of, if it is one of theirs."""
        if record.key not in self.keys:
            return
        if isinstance(sor_id := fields_told(record.headers, record.value).get("sorId"), str):
            self.units.add(sor_id.encode())


async def in_core_order(reader: TopicReader) -> AsyncIterator[list[InputRecord]]:
    """Yield what the reader reads, part by part, in the order of the core."""
    order = CoreOrder(reader.ends)
    while wanted := order.wanted():
        records, ended = await reader.read(wanted)
        order.add(records)
        for place in ended:
            order.end(place)
        yield list(order.take())
