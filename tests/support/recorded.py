"""What `sorbro record` makes of partitions in memory, and of records at hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.record_lines import input_line
from adapters.recordings.about import About, extents_of
from adapters.recordings.files import LineFile
from contracts.records import InputRecord
from contracts.topics import WORKER_INPUTS, Topic
from support.memory_log import MemoryBroker
from workers.replay.core_order import CoreOrder, Place
from workers.replay.recording import OUTPUTS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Places = dict[Place, list[InputRecord]]


def places_of(partitions: Sequence[MemoryBroker]) -> Places:
    """Every record of every topic as it would lie on a broker, times in whole milliseconds."""
    count = len(partitions)
    topics = [topic.value for topic in (*WORKER_INPUTS, *OUTPUTS, Topic.STATE)]
    places: Places = {(topic, number): [] for topic in topics for number in range(count)}
    for broker in partitions:
        for topic, records in broker.inputs.items():
            places[topic, broker.partition] += map(in_milliseconds, records)
        for sent in broker.committed:
            if sent.topic in {*OUTPUTS, Topic.STATE}:
                home = broker.of_key(sent.key).partition if sent.partition is None else sent.partition
                lying = places[str(sent.topic), home]
                record = sent.as_input()._replace(topic=str(sent.topic), partition=home, offset=len(lying))
                lying.append(in_milliseconds(record))
    return places


def in_milliseconds(record: InputRecord) -> InputRecord:
    """The record as a broker keeps it."""
    return record._replace(timestamp=record.timestamp.replace(microsecond=record.timestamp.microsecond // 1000 * 1000))


def in_core_order(places: Places, at_once: int = 1_000_000) -> list[InputRecord]:
    """The records in the order of the core, read so many at a time from each place."""
    order, left, ordered = CoreOrder(places), {place: list(records) for place, records in places.items()}, []
    while wanted := order.wanted():
        for place in wanted:
            order.add(left[place][:at_once])
            del left[place][:at_once]
            if not left[place]:
                order.end(place)
        ordered += order.take()
    return ordered


def about(places: Places, **changes: object) -> About:
    """What a recording of them says of itself."""
    ends = {place: len(records) for place, records in places.items()}
    said = About(release="0.1.0", recorded_at=NOW, extents=extents_of(dict.fromkeys(places, 0), ends))
    return replace(said, **changes)


def write(path: Path, records: Iterable[InputRecord], said: About | None = None) -> Path:
    """Write a recording."""
    with LineFile(path) as target:
        for record in records:
            line = input_line(record)
            target.write(line if said is None or target.lines else said.beside(line))
    return path


def by_place(records: Iterable[InputRecord]) -> Places:
    """The records by topic and partition, in their order."""
    places: defaultdict[Place, list[InputRecord]] = defaultdict(list)
    for record in records:
        places[record.topic, record.partition].append(record)
    return dict(places)
