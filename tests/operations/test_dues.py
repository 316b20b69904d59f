"""What is due, late and waiting, by state alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.scenario import instant
from support.trees import private_clinic
from workers.operations.dues import LATE_AFTER, Dues

CLINIC = private_clinic()


def dues(world, now=None):
    found = Dues(now or world.now)
    for state in world.world.owners.values():
        found.take(state, partition=3)
    return found


def test_an_announced_closure_lies_ahead_until_its_instant_r25(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    found = dues(world)
    assert (found.overdue, found.next_at) == (0, instant("2023-05-21"))
    assert found.ahead == 2, "the place and the provider under it"


@pytest.mark.parametrize(("after", "overdue"), [(LATE_AFTER - timedelta(seconds=1), 0), (LATE_AFTER, 2)])
def test_a_closure_not_done_a_minute_after_its_instant_is_overdue_whatever_the_lag(world, after, overdue):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    effective = instant("2023-05-21")
    found = dues(world, effective + after)
    assert found.overdue == overdue
    if overdue:
        assert found.overdue_since == effective
        assert {(each.due.sor_id, each.partition) for each in found.examples} >= {(CLINIC.place.sor_id, 3)}


def test_a_closure_that_has_taken_effect_is_due_no_more(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    world.until("2023-06-01")
    found = dues(world)
    assert (found.ahead, found.overdue) == (0, 0)


def test_what_falls_due_on_this_danish_day_is_told_apart_r48(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    assert dues(world, instant("2023-05-20 23:59")).today == 0
    assert dues(world, instant("2023-05-21 00:00:30")).today == 2


def test_parked_triggers_and_missing_parents_are_counted_by_what_they_wait_for_r13_r32(new_world, fee_table):
    world = new_world(tariffs=fee_table(2022))
    world.registered(CLINIC)
    orphan = private_clinic(500)
    world.sor(orphan.place)
    found = dues(world)
    assert found.waiting["tariff"] == 1
    assert found.waiting["sor"] == 1
