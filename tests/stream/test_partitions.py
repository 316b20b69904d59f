"""A yearly run and a move over several partitions: each knows only its own owners, and nobody is missed (R39, R4)."""

from __future__ import annotations

from collections import Counter

import pytest

from adapters.clock import SettableClock
from contracts.topics import Topic
from support.memory_log import MemoryBroker
from support.outputs import Output, Outputs
from support.scenario import Scenario, instant
from support.trees import private_clinic
from support.work import partitions_with, work

COUNT = 4
CLINICS = [private_clinic(1000 + 10 * number) for number in range(12)]
PLACES = Counter(clinic.place.sor_id for clinic in CLINICS)


@pytest.fixture
def registered() -> Scenario:
    world = Scenario().at("2023-05-01 10:00")
    for clinic in CLINICS:
        world.registered(clinic)
    return world.at("2024-05-02 10:00")


def sent(partitions: list[MemoryBroker]) -> Outputs:
    return Outputs(Output(record) for broker in partitions for record in broker.sent())


def asked(outputs: Outputs) -> Counter[str]:
    return Counter(each.key for each in outputs.fee_decisions() if each["occasion"] == "yearly-run")


def ids(outputs: Outputs) -> Counter[str]:
    return Counter(each.headers["ce_id"] for each in outputs)


def ended_and_owed(outputs: Outputs) -> Counter[str]:
    """What must be the same whichever half of a move is seen first; the new owner's half may be forwarded before."""
    return ids(outputs.deregistrations() + outputs.fee_decisions())


async def test_a_run_read_on_one_partition_asks_the_places_of_all_of_them_once_r39(registered):
    registered.fee_run(2024, "2024-06-01")
    registered.until("2024-06-01")
    partitions = partitions_with(registered, COUNT)
    await work(*partitions)
    assert all(broker.inputs[Topic.SELF_REGISTRATIONS] for broker in partitions), "every partition has owners"
    assert [[record.key for record in broker.inputs[Topic.FEE_RUNS]] for broker in partitions] == [
        [b"0"],
        [b"1"],
        [b"2"],
        [b"3"],
    ]
    assert asked(sent(partitions)) == PLACES
    assert ids(sent(partitions)) == ids(registered.outputs), "as in a replay"
    await work(*partitions)
    assert asked(sent(partitions)) == PLACES, "a restart asks nobody again"


async def test_a_run_waits_for_its_day_by_the_clock_alone_r39(registered):
    registered.fee_run(2024, "2024-06-01")
    partitions = partitions_with(registered, COUNT)
    clock = SettableClock(instant("2024-05-31 23:59"))
    await work(*partitions, clock=clock)
    assert not asked(sent(partitions))
    clock.set(instant("2024-06-01"))
    await work(*partitions, clock=clock)
    assert asked(sent(partitions)) == PLACES


@pytest.mark.parametrize("step", ["send", "commit", "after commit"])
async def test_a_worker_that_dies_between_two_owners_asks_each_place_once_r39(registered, monkeypatch, step):
    monkeypatch.setattr("workers.stream.world.FULL", 2)
    registered.fee_run(2024, "2024-06-01")
    partitions = partitions_with(registered, COUNT)
    clock = SettableClock(instant("2024-05-31"))
    await work(*partitions, clock=clock)
    for broker in partitions:
        broker.fail_at[step] = 2
    clock.set(instant("2024-06-01"))
    await work(*partitions, clock=clock)
    assert asked(sent(partitions)) == PLACES


@pytest.fixture
def moving(registered):
    """Two clinics of different partitions, neither of them the one that STPS's message lies on."""
    homes = {
        clinic: MemoryBroker.several(COUNT)[0].of_key(clinic.owner.sor_id.encode()).partition for clinic in CLINICS
    }
    old = next(clinic for clinic, partition in homes.items() if partition != 0)
    new = next(clinic for clinic, partition in homes.items() if partition not in {0, homes[old]})
    return old, new, homes[old], homes[new]


async def test_a_place_that_moved_before_the_run_is_asked_under_its_new_owner_r4_r39(registered, moving):
    old, new, *_ = moving
    registered.fee_run(2024, "2024-06-01")
    registered.at("2024-05-20 10:00").moves(old.place, new.owner)
    registered.until("2024-06-01")
    partitions = partitions_with(registered, COUNT)
    clock = SettableClock(instant("2024-05-31"))
    await work(*partitions, clock=clock)
    clock.set(instant("2024-06-01"))
    await work(*partitions, clock=clock)
    assert ended_and_owed(sent(partitions)) == ended_and_owed(registered.outputs), "as in a replay"
    assert asked(sent(partitions)) == PLACES


async def test_a_place_on_its_way_while_the_run_is_held_is_asked_when_it_arrives_r39(registered, moving):
    """The partition it comes from lags behind, so that its new owner has been through the run when it arrives."""
    old, new, lagging, _ = moving
    registered.fee_run(2024, "2024-06-01")
    partitions = partitions_with(registered, COUNT)
    clock = SettableClock(instant("2024-05-10"))
    await work(*partitions, clock=clock)
    before = len(registered.records)
    registered.at("2024-05-20 10:00").moves(old.place, new.owner)
    for record in registered.records[before:]:
        partitions[0].of_key(record.key).receive(record)
    clock.set(instant("2024-06-01"))
    await work(*(broker for broker in partitions if broker.partition != lagging), clock=clock)
    assert old.place.sor_id not in asked(sent(partitions))
    await work(partitions[lagging], clock=clock)
    assert old.place.sor_id not in asked(sent(partitions)), "it is gone from there"
    await work(*partitions, clock=clock)
    registered.until("2024-06-01")
    assert asked(sent(partitions)) == PLACES
    assert ended_and_owed(sent(partitions)) == ended_and_owed(registered.outputs), "late, and as in a replay"


async def test_a_place_that_leaves_before_its_partition_has_heard_of_the_run_is_asked_r39(registered, moving):
    old, new, late, _ = moving
    registered.fee_run(2024, "2024-05-02")
    partitions = partitions_with(registered, COUNT)
    clock = SettableClock(instant("2024-05-02 10:01"))
    await work(*(broker for broker in partitions if broker.partition != late), clock=clock)
    unheard, partitions[late].inputs[Topic.FEE_RUNS] = partitions[late].inputs[Topic.FEE_RUNS], []
    before = len(registered.records)
    registered.at("2024-05-02 10:01").moves(old.place, new.owner)
    for record in registered.records[before:]:
        partitions[0].of_key(record.key).receive(record)
    await work(partitions[late], clock=clock)
    partitions[late].inputs[Topic.FEE_RUNS] = unheard
    await work(*partitions, clock=clock)
    found = sent(partitions)
    assert asked(found) == PLACES
    fees = Counter((each["registrationId"], each["feeYear"]) for each in found.triggers())
    assert set(fees.values()) == {1}
    assert len(found.triggers(old.place)) == 3, "2023; and 2024 under each CVR number (R4)"
