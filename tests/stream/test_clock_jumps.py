"""A clock that jumps: closures fire once, on their own instant, and never early by the clock there is (R25, R26, R48)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.topics import Topic
from support.memory_log import MemoryBroker
from support.scenario import Scenario, instant
from support.trees import Tree, wide_owner
from support.watched import deregistered, watched
from support.work import broker_with, publish, types

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
MIDNIGHT = instant("2023-03-21")


def told(*last_days: str) -> tuple[Scenario, Tree]:
    """A registered place for each of the days, and its closure after that day announced."""
    world, tree = Scenario(), wide_owner(len(last_days))
    world.at("2023-03-01 10:00").registered(tree, *tree.places)
    world.at("2023-03-02 10:00")
    for place, last_day in zip(tree.places, last_days, strict=True):
        world.sor(place, to_date=last_day)
    return world, tree


@pytest.fixture
def broker() -> MemoryBroker:
    """One closure, which takes effect at `MIDNIGHT`."""
    return broker_with(told("2023-03-20")[0])


async def test_back_an_hour_just_before_the_instant_only_makes_it_wait_r25(broker):
    async with watched(broker, MIDNIGHT - 2 * HOUR) as loop:
        for time in (-timedelta(seconds=1), -HOUR, -timedelta(seconds=1)):
            assert await loop.at(MIDNIGHT + time) == []
        assert await loop.at(MIDNIGHT) == ["2023-03-20"]
        assert await loop.at(MIDNIGHT + WEEK) == []


async def test_back_an_hour_just_after_the_instant_fires_nothing_again_r25(broker):
    async with watched(broker, MIDNIGHT - HOUR) as loop:
        assert await loop.at(MIDNIGHT) == ["2023-03-20"]
        for time in (-HOUR, -timedelta(0), WEEK):
            assert await loop.at(MIDNIGHT + time) == []


async def test_forward_a_week_fires_what_falls_due_oldest_first_and_back_again_fires_nothing_r26():
    days = ("2023-03-20", "2023-03-24", "2023-03-22", "2023-03-28")
    async with watched(broker_with(told(*days)[0]), MIDNIGHT - HOUR) as loop:
        assert await loop.at(MIDNIGHT - HOUR) == []
        assert await loop.at(MIDNIGHT - HOUR + WEEK) == ["2023-03-20", "2023-03-22", "2023-03-24"]
        for days_later in range(8):
            assert await loop.at(MIDNIGHT + timedelta(days=days_later) - HOUR) == []
        assert await loop.at("2023-03-29") == ["2023-03-28"]


async def test_a_closure_announced_after_the_clock_is_put_right_waits_for_its_own_day_r25():
    """The partition has already decided at a later instant, but that time was not the time."""
    world, tree = told("2023-03-20", "2023-06-30")
    broker = broker_with(world)
    async with watched(broker, "2023-03-10") as loop:
        assert await loop.at("2023-03-24") == ["2023-03-20"]
        assert await loop.at("2023-03-10") == []
        world.at("2023-03-10 09:00").sor(tree.places[1], to_date="2023-03-17")
        publish(broker, world)
        assert await loop.at("2023-03-10 10:00") == []
        assert await loop.at(instant("2023-03-18") - timedelta(seconds=1)) == []
        assert await loop.at("2023-03-18") == ["2023-03-17"]


async def test_an_undo_written_in_time_is_heeded_though_the_clock_has_been_ahead_of_it_r24_r25():
    """Having read everything by a clock that was a week ahead says nothing of what is written until that day."""
    world, tree = told("2023-03-12", "2023-03-14")
    broker = broker_with(world)
    async with watched(broker, "2023-03-10") as loop:
        assert await loop.at("2023-03-14") == ["2023-03-12"]
        assert await loop.at("2023-03-10") == []
        world.at("2023-03-10 10:00").sor(tree.places[1], to_date="2023-03-11", channel="sor-office")
        publish(broker, world)
        assert await loop.at("2023-03-11 10:00") == []
        world.at("2023-03-11 23:00").sor(tree.places[1], to_date=None)
        broker.slow[Topic.ENTITY_CHANGES] = len(broker.inputs[Topic.ENTITY_CHANGES])
        publish(broker, world)
        assert await loop.at("2023-03-12") == []
    assert not [each for each in broker.sent() if each.topic == Topic.DEAD_LETTERS]


async def test_an_undo_after_the_effect_is_refused_although_the_clock_has_gone_back_before_it_r24_r7(broker):
    world, tree = told("2023-03-20")
    async with watched(broker, MIDNIGHT) as loop:
        assert await loop.at(MIDNIGHT) == ["2023-03-20"]
        assert await loop.at(MIDNIGHT - HOUR) == []
        world.at("2023-03-20 23:30").sor(tree.places[0], to_date=None)
        publish(broker, world)
        assert await loop.at(MIDNIGHT - HOUR / 2) == []
    assert broker.sent()[-1].topic == Topic.DEAD_LETTERS


async def test_a_record_stamped_after_the_instant_does_not_bring_it_forward_on_a_clock_that_is_behind_r25(broker):
    world, tree = told("2023-03-20")
    async with watched(broker, MIDNIGHT - HOUR) as loop:
        assert await loop.at(MIDNIGHT - HOUR) == []
        world.at(MIDNIGHT + HOUR).self_registers(tree.places[0], reference_id="1")
        publish(broker, world)
        assert await loop.at(MIDNIGHT - HOUR / 2) == []
        assert types(broker)[-1] == "dk.bsr.registration.forwarded.v1"
        assert await loop.at(MIDNIGHT) == ["2023-03-20"]


@pytest.mark.parametrize("behind", [HOUR, WEEK])
async def test_a_restart_with_a_clock_behind_the_stream_fires_nothing_twice_and_nothing_early_r25_r26(behind):
    broker = broker_with(told("2023-03-20", "2023-03-21")[0])
    async with watched(broker, MIDNIGHT) as loop:
        assert await loop.at(MIDNIGHT) == ["2023-03-20"]
    for _ in range(2):
        async with watched(broker, MIDNIGHT - behind) as loop:
            assert await loop.at(MIDNIGHT - behind) == []
            assert await loop.at(MIDNIGHT) == []
    async with watched(broker, "2023-03-22") as loop:
        assert await loop.at("2023-03-22") == ["2023-03-21"]


@pytest.mark.parametrize(
    ("last_day", "effective_at"),
    [
        ("2023-03-25", "2023-03-25T23:00:00Z"),  # the night the clocks go forward
        ("2023-03-26", "2023-03-26T22:00:00Z"),
        ("2023-10-28", "2023-10-28T22:00:00Z"),  # the night they go back
        ("2023-10-29", "2023-10-29T23:00:00Z"),
        ("2023-12-31", "2023-12-31T23:00:00Z"),
        ("2024-02-29", "2024-02-29T23:00:00Z"),
    ],
)
async def test_the_nights_of_summer_time_and_the_odd_days_fire_on_their_instant_though_the_clock_jumps_r48(
    last_day, effective_at
):
    due = instant(effective_at)
    broker = broker_with(told(last_day)[0])
    async with watched(broker, due - 3 * HOUR) as loop:
        for time in (due - HOUR, due - 2 * HOUR, due - timedelta(microseconds=1)):
            assert await loop.at(time) == []
        assert await loop.at(due) == [last_day]
        for time in (due - HOUR, due + HOUR, due - HOUR, due + 4 * HOUR):
            assert await loop.at(time) == []
    assert [each["effectiveAt"] for each in deregistered(broker)] == [effective_at]
