"""A yearly run and a move over the partitions of a real broker, with kill -9 in the middle of both (R4, R39)."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import islice

import pytest
from aiokafka.partitioner import DefaultPartitioner

from adapters.kafka.connection import Connection
from adapters.kafka.read_back import read_topics
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.messages import sor_id
from support.running import (
    PARTITIONS,
    Sent,
    Worker,
    by_key,
    eventually,
    outputs,
    publish,
    replayed,
    running,
)
from support.scenario import Scenario, instant
from support.trees import private_clinic, wide_owner
from workers.stream.world import FULL

pytestmark = pytest.mark.kafka

_NUMBERS = list(range(PARTITIONS))


def home(owner: str) -> int:
    """The partition where Kafka's own partitioner puts an owner."""
    partition: int = DefaultPartitioner()(owner.encode(), _NUMBERS, _NUMBERS)
    return partition


CLINICS = [private_clinic(1000 + 10 * number) for number in range(12)]
LARGE = 200
BUSY = [
    wide_owner(LARGE, item)
    for item in islice((item for item in range(10_000, 90_000, 500) if home(sor_id(item)) == 1), FULL // LARGE + 2)
]
"""More places on one partition than a turn takes: the run needs several there."""
OLD = CLINICS[0]
NEW = next(clinic for clinic in CLINICS if home(clinic.owner.sor_id) != home(OLD.owner.sor_id))


def told(world: Scenario, broker: str, clock: str) -> list[OutputRecord]:
    """Publish what the scenario has been told since the last time, and then what time it is."""
    records = [OutputRecord(r.topic, r.key or None, r.value, r.headers, r.timestamp) for r in world.records]
    world.records.clear()
    now = instant(clock)
    publish(broker, [*records, OutputRecord(Topic.DEMO_CLOCK, None, now.isoformat().encode(), (), now, 0)])
    return records


def transfers(broker: str) -> int:
    async def count() -> int:
        return len([1 async for _ in read_topics(Connection(broker), [Topic.TRANSFERS], PARTITIONS)])

    return asyncio.run(count())


def kept(sent):
    """By key, what a reader finds sooner or later: of the compacted register the newest record, of the rest all."""
    return {of: ids[-1:] if of[0] == Topic.REGISTRATIONS else ids for of, ids in by_key(sent).items()}


def await_kept(broker: str, due) -> list[Sent]:
    """The outputs, once they hold what is due."""
    wanted, found = kept(due), []

    def enough() -> bool:
        found[:] = outputs(broker)
        return kept(found).keys() >= wanted.keys() and len(owed(found)) >= len(owed(due))

    try:
        eventually(enough, f"{len(wanted)} keys were due")
    except AssertionError as late:
        missing = sorted(map(str, wanted.keys() - kept(found).keys()))
        late.add_note(f"missing {missing[:10]}; {len(owed(found))} decisions on fees of {len(owed(due))}")
        raise
    return found


def owed(sent) -> list[Sent]:
    return [each for each in sent if each.topic == Topic.INVOICE_TRIGGERS]


def asked(sent) -> Counter[bytes | None]:
    return Counter(each.key for each in sent if b'"yearly-run"' in (each.value or b""))


def test_every_place_is_asked_once_also_the_one_that_moved_and_whoever_dies(broker, tmp_path):
    assert {home(clinic.owner.sor_id) for clinic in CLINICS} == set(_NUMBERS)
    world = Scenario().at("2023-05-01 10:00")
    for tree in [*CLINICS, *BUSY]:
        world.registered(tree, *tree.places)
    world.at("2024-05-02 10:00").fee_run(2024, "2024-06-01")
    story = told(world, broker, "2024-05-10")

    with running(Worker(broker, tmp_path, SORBRO_CLOCK="demo")) as worker:
        await_kept(broker, replayed(story, instant("2024-05-10")))
        world.at("2024-05-20 10:00").sor(OLD.place, moved_to_owner_sor_id=NEW.owner.sor_id)
        story += told(world, broker, "2024-05-21")
        worker.kill()
    with running(Worker(broker, tmp_path, SORBRO_CLOCK="demo")) as worker:
        eventually(lambda: transfers(broker), "the place does not leave")
        here = {"owner_sor_id": NEW.owner.sor_id, "parent_sor_id": NEW.owner.sor_id, "moved_to_owner_sor_id": None}
        world.at("2024-05-20 10:05").sor(OLD.place, **here)
        story += told(world, broker, "2024-05-21")
        await_kept(broker, replayed(story, instant("2024-05-21")))
        told(world, broker, "2024-06-01")
        eventually(lambda: asked(outputs(broker)), "nobody is asked")
        worker.kill()
    due = replayed(story, instant("2024-06-01"))
    with running(Worker(broker, tmp_path, SORBRO_CLOCK="demo")) as worker:
        found = await_kept(broker, due)
        assert worker.page("waiting")["feeRuns"] == []
    assert kept(found) == kept(due)
    assert asked(found) == Counter(place.sor_id.encode() for tree in [*CLINICS, *BUSY] for place in tree.places)
    assert transfers(broker) == 1
