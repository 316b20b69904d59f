"""A register that has been lived with: on the topics lies what SOR sent and what a worker made of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from click import echo

from adapters.kafka.connection import Connection
from adapters.kafka.partitioner import partition_of
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from adapters.record_lines import compact
from adapters.samples import Register, self_registrations
from adapters.sor_files import SnapshotEntity
from contracts.cloudevents import sender_headers
from contracts.cvr_facts import CvrRequest, NotFoundFact
from contracts.records import InputRecord, OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from workers.enrichment.answers import answer_record
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

PARTITIONS: Final = 4
_DAY: Final = date(2023, 11, 1)
_AT: Final = datetime(2023, 11, 1, 8, tzinfo=UTC)
_AT_ONCE: Final = 500
_CLOSED: Final = "2023-11-01"
_NOW: Final = datetime(2023, 11, 3, 9, tzinfo=UTC)
"""The register is two days old: the clock stands, so that nothing but the closures is due."""


def closures_of(register: Register) -> Iterator[OutputRecord]:
    """One closure after the other, recorded by the SOR office with a past day: each takes effect at once (R26).

    In no order, so that each burst is as much work as the next: a hospital's place costs more than a dentist's.
    """
    places = [unit for unit in register.entities if unit.is_treatment_place]
    Random(7).shuffle(places)  # noqa: S311  # not a secret
    return map(_closure, places)


def _closure(unit: SnapshotEntity) -> OutputRecord:
    data = unit.as_change(2, _NOW) | {"toDate": _CLOSED, "channel": "sor-office"}
    headers = sender_headers(
        ce_id=f"{data['sorId']}-2", source="urn:bench", ce_type="dk.sor.entity.changed.v1", subject=data["sorId"]
    )
    return OutputRecord(Topic.ENTITY_CHANGES, data["ownerSorId"].encode(), compact(data).encode(), headers, _NOW)


async def write(servers: str, register: Register) -> None:
    """Let the register come to be, and write all that a worker would have read and written of it."""
    connection = Connection(servers)
    await ensure_topics(connection, PARTITIONS)
    count = 0
    async with publisher(connection) as target:
        for records in history_of(register):
            await target.publish(records)
            count += len(records)
        await target.publish([OutputRecord(Topic.DEMO_CLOCK, None, _NOW.isoformat().encode(), (), _NOW)])
    echo(f"{len(register.entities):,} units: {count:,} records on the topics")


def history_of(register: Register) -> Iterator[list[OutputRecord]]:
    """Yield what a worker would have written of the register: its outputs and its changelog."""
    worlds = [World(TariffTable.load(), partitions=PARTITIONS) for _ in range(PARTITIONS)]
    waiting: list[list[InputRecord]] = [[] for _ in worlds]
    for record in life(register):
        partition = partition_of(record.key or b"", PARTITIONS)
        waiting[partition].append(record)
        if len(waiting[partition]) >= _AT_ONCE:
            yield from _decide(worlds[partition], partition, waiting[partition])
    for partition, records in enumerate(waiting):
        yield from _decide(worlds[partition], partition, records)


def _decide(world: World, partition: int, records: list[InputRecord]) -> Iterator[list[OutputRecord]]:
    """Decide the records, and then CVR's answers to what was asked: it knows nobody."""
    while records:
        turn = Turn(world)
        for record in records:
            turn.receive(record, record.timestamp)
        sent = [each for each in turn.outputs if each.topic != Topic.CVR_REQUESTS]
        asked = [each for each in turn.outputs if each.topic == Topic.CVR_REQUESTS]
        yield [*sent, *changelog_of(turn, partition, {})]
        turn.adopt()
        records.clear()
        for each in asked:
            request = CvrRequest.from_json(each.value or b"")
            for number in request.numbers:
                fact = NotFoundFact(number=number)
                records.append(answer_record(request.owner_sor_id, number, fact, each.time).as_input())


def life(register: Register) -> Iterator[InputRecord]:
    """Every unit arrives, and every place registers."""
    for number, unit in enumerate(register.entities):
        at = _AT + timedelta(milliseconds=10 * number)
        yield _record(Topic.ENTITY_CHANGES, "dk.sor.entity.changed.v1", unit.as_change(1, at), at)
    for half in self_registrations(register.entities, _DAY, 7):
        at = _AT + timedelta(days=1)
        yield _record(Topic.SELF_REGISTRATIONS, "dk.bsr.self-registration.changed.v1", half, at)


def _record(topic: Topic, ce_type: str, data: dict, at: datetime) -> InputRecord:
    headers = sender_headers(ce_id=data["sorId"], source="urn:bench", ce_type=ce_type, subject=data["sorId"])
    key, value = data["ownerSorId"].encode(), compact(data).encode()
    return OutputRecord(topic, key, value, headers, at).as_input()
