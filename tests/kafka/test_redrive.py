"""A redrive on a real broker, through all its steps; stopped, taken over and killed, each letter is sent once."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from adapters.broker.cluster import KafkaCluster
from adapters.clock import SystemClock
from adapters.kafka.committed import committed
from adapters.kafka.connection import Connection
from adapters.kafka.partitioner import partition_of
from adapters.kafka.port import LogError
from adapters.kafka.publisher import publisher
from contracts import dead_letters as names
from contracts.danish_time import danish_date
from contracts.records import OutputRecord
from contracts.redrives import Chosen
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.running import PARTITIONS, Worker, await_outputs, publish, running
from support.scenario import Scenario
from support.trees import private_clinic
from workers.effects import Refusal
from workers.operations.audit import Order
from workers.operations.redrive import Redrive
from workers.stream.dead_letters import dead_letter

pytestmark = pytest.mark.kafka

DAYS = count(1)


@pytest.fixture(scope="module")
def broker(kafka_possible, tmp_path_factory):
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        publish(cluster.bootstrap_servers, [])  # only creates the topics
        yield cluster.bootstrap_servers


class Case:
    """One test's letters: set aside on a day of their own, about owners of their own."""

    def __init__(self, broker: str) -> None:
        self.broker = broker
        self.connection = Connection(broker)
        self.number = next(DAYS)
        self.at = datetime(2026, 1, self.number, 12, tzinfo=UTC)
        self.chosen = Chosen(day=danish_date(self.at))
        self.why = f"sag {self.number}"
        self.redrive = Redrive(self.connection, "sorbro", SystemClock(), TariffTable.load())

    def clinics(self, how_many: int):
        return [private_clinic(10_000 * self.number + 10 * each) for each in range(how_many)]

    async def send(self, records) -> None:
        async with publisher(self.connection) as target:
            await target.publish(records)

    async def set_aside(self, records) -> None:
        """As a release of old has refused them."""
        refusal = Refusal("contract-violation", "toDate: not as it should be")
        moments = (self.at + timedelta(milliseconds=number) for number in count())
        await self.send(dead_letter(at_home(each), refusal, at) for each, at in zip(records, moments, strict=False))

    async def on(self, topic: Topic, keys=None):
        """The records of a topic, in order per partition; of these keys alone."""
        partitions = [(topic.value, number) for number in range(1 if topic is Topic.AUDIT else PARTITIONS)]
        every = [record async for batch in committed(self.connection, partitions) for record in batch]
        return [each for each in every if keys is None or each.key in keys]

    async def sent(self, letters):
        """What is on the input topic of the letters' owners."""
        return await self.on(Topic.ENTITY_CHANGES, {each.key for each in letters})

    async def audited(self) -> list[str]:
        """What was done in this case, by the audit topic."""
        events = [each for each in await self.on(Topic.AUDIT) if json.loads(each.value)["why"] == self.why]
        assert {json.loads(each.value)["operator"] for each in events} <= {"Vagthavende"}
        return [dict(each.headers)["ce_type"].decode().split(".")[-2] for each in events]

    async def carry_out(self, told=lambda _: None, stop=None, **changes):
        order = Order(self.chosen, "Vagthavende", self.why, per_second=1000)
        return await self.redrive.send(replace(order, **changes), told, stop or asyncio.Event())


@pytest.fixture
def case(broker) -> Case:
    return Case(broker)


def at_home(record):
    """A scenario's record on the partition of its key."""
    return record._replace(partition=partition_of(record.key or b"", PARTITIONS))


def as_sent(record) -> OutputRecord:
    home = at_home(record)
    return OutputRecord(home.topic, home.key, home.value, home.headers, home.timestamp, home.partition)


def told(trees):
    """What SOR says of these trees, as records."""
    world = Scenario()
    for tree in trees:
        world.sor(tree)
    return world.records


def values(records, key=None):
    return [each.value for each in records if key in {None, each.key}]


async def test_a_dry_run_a_few_and_the_rest_send_what_works_and_nothing_older_than_known_r10(case, tmp_path):
    known, unknown = case.clinics(2)
    world = Scenario()
    world.sor(known)
    for name in ("Nyt navn", "Nyeste navn"):
        world.sor(known.place, name=name)
    *tree, older, newest = world.records
    fine = told([unknown])
    with running(Worker(case.broker, tmp_path)):
        await case.send(map(as_sent, [*tree, newest]))
        await asyncio.to_thread(await_outputs, case.broker, 2, [Topic.REGISTRATIONS])
        await case.set_aside([older, *fine, newest._replace(value=b"not json")])

        found = await case.redrive.dry_run(case.chosen)
        assert (found.works, dict(found.failing), found.superseded) == (3, {"unparsable": 1}, 1)
        assert await case.sent(fine) == []
        assert await case.audited() == []

        assert (await case.carry_out(first=1)).sent == 1
        assert (await case.carry_out()).sent == 2
        again = await case.carry_out()
        assert (again.sent, again.redriven_before) == (0, 3)
        await asyncio.to_thread(await_outputs, case.broker, 3, [Topic.REGISTRATIONS])
    sent = await case.sent(fine)
    assert [(each.partition, each.key, each.value) for each in sent] == [
        (each.partition, each.key, each.value) for each in map(at_home, fine)
    ]
    assert [each.headers[:-2] for each in sent] == [each.headers for each in fine]
    assert len(await case.sent(tree)) == len([*tree, newest])
    assert await case.audited() == ["started", "sent", "ended"] * 2 + ["started", "ended"]


async def test_killed_half_way_and_begun_again_each_letter_is_sent_once_in_order(case):
    letters = told(case.clinics(8))
    await case.set_aside(letters)
    chosen = ["--day", str(case.chosen.day), "--operator", "Vagthavende", "--why", case.why]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", "redrive", *chosen, "--all", "--rate", "2", "--broker", case.broker),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        while "sent" not in await case.audited():
            assert process.returncode is None
    process.kill()
    await process.wait()
    before = len(await case.sent(letters))
    assert 0 < before < len(letters)
    tally = await case.carry_out()
    # What was under way when it died counts neither as sent nor as lost.
    sent = await case.sent(letters)
    assert Counter(values(sent)) == Counter(values(letters))
    assert tally.sent + tally.redriven_before == len(letters)
    for key in {each.key for each in letters}:
        assert values(sent, key) == values(letters, key)


async def test_told_to_stop_it_ends_after_the_transaction_and_the_next_goes_on(case):
    letters = told(case.clinics(2))
    await case.set_aside(letters)
    stop = asyncio.Event()
    tally = await case.carry_out(lambda _: stop.set(), stop, per_second=2)
    assert tally.sent == 1
    assert (await case.carry_out()).sent == len(letters) - 1
    assert await case.audited() == ["started", "sent", "ended", "started", "sent", "ended"]


async def test_a_second_redrive_takes_over_from_the_first_which_says_so(case):
    letters = told(case.clinics(2))
    await case.set_aside(letters)
    begun = asyncio.Event()
    first = asyncio.create_task(case.carry_out(lambda _: begun.set(), per_second=2))
    await begun.wait()
    await case.carry_out()
    with pytest.raises(LogError, match="has taken over"):
        await first
    assert Counter(values(await case.sent(letters))) == Counter(values(letters))
    # aiokafka leaves a fenced producer's futures unheard. asyncio tells of them when they are collected, which must not
    # be while a module is parsed (CPython gh-106905).
    del first
    gc.collect()


async def test_a_letter_of_a_partition_that_is_not_there_fails_alone(case):
    """Asked for its owner's state, the client would look for the partition without end."""
    good, strange = told(case.clinics(1))[:1], told(case.clinics(2))[-1:]
    await case.set_aside(good)
    (letter,) = [dead_letter(each, Refusal("contract-violation", "x"), case.at) for each in strange]
    headers = tuple((name, b"99" if name == names.CONNECT_PARTITION else raw) for name, raw in letter.headers)
    await case.send([letter._replace(headers=headers)])
    tally = await case.redrive.dry_run(case.chosen)
    assert (tally.works, dict(tally.failing)) == (1, {"contract-violation": 1})
