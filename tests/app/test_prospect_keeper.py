"""What is to come is shown for the partitions that are this worker's, and while one is not open as it was before."""

from __future__ import annotations

import pytest

from adapters.clock import SettableClock
from adapters.telemetry.catalogue import REGISTRY, forget_partition
from support.scenario import Scenario, instant
from support.trees import private_clinic
from workers.app.prospect_keeper import ProspectKeeper

CLINIC = private_clinic()
PARTITION = 70


def shown(name, **labels):
    return REGISTRY.get_sample_value(name, {"partition": str(PARTITION), **labels})


@pytest.fixture
def world():
    world = Scenario().at("2023-03-01 10:00")
    world.registered(CLINIC)
    world.at("2023-03-02 10:00").sor(CLINIC.place, to_date="2023-03-20")
    yield world
    forget_partition(PARTITION)


async def test_pending_and_overdue_are_shown_by_the_workers_clock_r25(world):
    clock = SettableClock(world.now)
    keeper = ProspectKeeper(lambda: {PARTITION: world.world}, clock)
    await keeper.look()
    assert shown("sorbro_closures_pending", bucket="month") == 1
    assert shown("sorbro_closures_overdue") == shown("sorbro_closure_overdue_seconds") == 0
    assert shown("sorbro_owners") == 1
    clock.set(instant("2023-03-21 00:10"))
    await keeper.look()
    assert shown("sorbro_closures_pending", bucket="month") == 0
    assert (shown("sorbro_closures_overdue"), shown("sorbro_closure_overdue_seconds")) == (1, 600)


async def test_a_partition_that_cannot_be_opened_keeps_what_is_overdue_in_sight_r26(world):
    worlds = {PARTITION: world.world}
    clock = SettableClock(world.now)
    keeper = ProspectKeeper(lambda: worlds, clock)
    await keeper.look()
    worlds[PARTITION] = None
    clock.set(instant("2023-03-22"))
    await keeper.look()
    assert (shown("sorbro_closures_overdue"), shown("sorbro_closure_overdue_seconds")) == (1, 86400)


async def test_what_another_worker_has_now_is_its_to_show(world):
    worlds = {PARTITION: world.world}
    keeper = ProspectKeeper(lambda: worlds, SettableClock(instant("2023-03-22")))
    await keeper.look()
    worlds.clear()
    await keeper.look()
    forget_partition(PARTITION)
    worlds[PARTITION] = None
    await keeper.look()
    assert shown("sorbro_closures_overdue") == 0, "nothing is known of it any more"


async def test_a_partition_that_went_to_another_worker_during_the_look_is_not_shown(world):
    def taken_away_at_once():
        looks.append(1)
        return {PARTITION: world.world} if len(looks) == 1 else {}

    looks = []
    await ProspectKeeper(taken_away_at_once, SettableClock(instant("2023-03-22"))).look()
    assert shown("sorbro_closures_overdue") is shown("sorbro_owners") is None
