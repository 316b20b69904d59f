"""Long cascades through the loop: in batches that do not grow with the tree, and once whoever fails (R11, R22)."""

from __future__ import annotations

import pytest

from contracts.topics import Topic
from support.messages import cvr_number
from support.scenario import Scenario
from support.trees import wide_owner
from support.work import broker_with, ids, work
from workers.decide import STEP
from workers.stream.world import FULL

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def comes_and_goes(size: int) -> Scenario:
    """An owner arrives after its registered places, which sets them all off (R13), and then closes (R22)."""
    world, tree = Scenario(), wide_owner(size)
    for place in tree.places:
        world.sor(place)
        world.self_registers(place)
    world.at("2023-02-01 10:00").sor(tree.owner)
    world.at("2023-03-01 10:00").sor(tree.owner, to_date="2023-03-20")
    world.until("2023-03-21")
    return world


@pytest.fixture
def small_steps(monkeypatch):
    """Ten units a step, twenty outputs a turn."""
    monkeypatch.setattr("workers.decide.STEP", 10)
    monkeypatch.setattr("workers.stream.world.FULL", 20)


async def test_no_transaction_grows_with_the_tree_r11(monkeypatch):
    monkeypatch.setattr("workers.stream.loop._TURN_SECONDS", 60)  # only the size is to bound a turn here
    size = 1_600
    world = comes_and_goes(size)
    broker = broker_with(world)
    await work(broker)
    assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]
    assert len(ids(broker)) == 5 * size
    assert FULL <= max(broker.transactions) < FULL + 3 * STEP, "one step more reviews a STEP and closes a STEP"


@pytest.mark.parametrize("moment", ["commit", "after commit"])
async def test_a_cascade_that_fails_at_every_other_transaction_comes_once_and_in_order_r11_r22(small_steps, moment):
    world = comes_and_goes(60)
    broker = broker_with(world)
    broker.fail_every[moment] = 2
    await work(broker)
    assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]
    assert len(ids(broker)) == 5 * 60
    assert max(broker.transactions) < 20 + 3 * 10


@pytest.mark.parametrize("moment", ["commit", "after commit"])
async def test_a_cascade_goes_on_at_the_instant_it_began_though_what_it_is_about_counts_from_before_r4_r11(
    small_steps, moment
):
    """A new company counts from the morning of its day: who restores the rest of it must not decide it back then."""
    world, tree = Scenario(), wide_owner(60)
    world.registered(tree, *tree.places)
    world.at("2023-02-02 10:00").sor(tree.owner, cvr=cvr_number(77))
    broker = broker_with(world)
    broker.fail_every[moment] = 2
    await work(broker)
    when = {each.headers["ce_id"]: each.headers["ce_time"] for each in world.deregistrations()}
    ended = [dict(each.headers) for each in broker.sent() if each.topic == Topic.DEREGISTRATIONS]
    assert len(ended) == 60
    assert {each["ce_id"].decode(): each["ce_time"].decode() for each in ended} == when


async def test_a_record_of_a_sender_whose_clock_is_behind_does_not_overtake_a_cascade_r11(small_steps):
    world, tree = Scenario(), wide_owner(60)
    world.sor(tree)
    world.at("2023-02-02 10:00").sor(tree.owner, telephone="1")
    world.at("2023-02-02 09:00").sor(tree.places[-1], name="Nyt navn")
    broker = broker_with(world)
    broker.fail_every["after commit"] = 2
    await work(broker)
    assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]


@pytest.mark.parametrize("moment", ["nowhere", "commit", "after commit"])
@pytest.mark.parametrize("change", [{"telephone": "1"}, {"to_date": "2023-01-31", "channel": "sor-office"}])
async def test_all_of_a_cascade_carries_the_trace_that_set_it_off_and_what_comes_later_does_not_r11(
    small_steps, change, moment
):
    world, tree = Scenario(), wide_owner(60)
    world.registered(tree, *tree.places)
    caused = {each.headers["ce_id"].encode() for each in world.at("2023-02-02 10:00").sor(tree.owner, **change)}
    world.at("2023-02-03 10:00").sor(tree.places[-1], name="Nyt navn")
    broker = broker_with(world)
    changes = broker.inputs[Topic.ENTITY_CHANGES]
    changes[-2] = changes[-2]._replace(headers=(*changes[-2].headers, ("traceparent", TRACE)))
    broker.fail_every[moment] = 2
    await work(broker)
    sent = [dict(each.headers) for each in broker.sent()]
    assert len(caused) >= 60
    assert {each["ce_id"] for each in sent if each.get("traceparent") == TRACE} == caused
