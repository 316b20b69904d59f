"""What is due and not done is seen as the rules see it (R22, R24, R25, R32)."""

from datetime import date, timedelta

import pytest

from contracts.danish_time import start_of_day
from page.fed import read_side
from support.scenario import instant
from support.trees import private_clinic, private_hospital

NIGHT = start_of_day(date(2023, 6, 1))


@pytest.fixture
def closing(world):
    tree = private_hospital()
    world.registered(tree, *tree.places)
    world.at("2023-05-01 10:00").sor(tree.owner, to_date="2023-05-31")
    return tree


def test_a_company_s_closure_is_due_on_each_of_its_places_at_midnight_r22_r25(world, closing):
    outlook = read_side(world).outlook
    assert {(each.sor_id, each.at) for each in outlook.due_on(date(2023, 6, 1))} == {
        (place.sor_id, NIGHT) for place in closing.places
    }
    assert [(each.day, each.count) for each in outlook.calendar(world.now)] == [(date(2023, 6, 1), 2)]
    assert outlook.next_at(world.now) == NIGHT


def test_an_undone_closure_is_due_no_more_r24(world, closing):
    world.sor(closing.owner, to_date=None)
    assert read_side(world).outlook.count_due() == 0


def test_what_has_taken_effect_is_due_no_more_r25(world, closing):
    assert world.until("2023-06-01").deregistrations()
    assert read_side(world).outlook.count_due() == 0


def test_a_closure_is_late_a_minute_after_its_instant_and_not_before(world, closing):
    outlook = read_side(world).outlook
    assert outlook.overdue(NIGHT + timedelta(seconds=59)) == []
    late = outlook.overdue(NIGHT + timedelta(seconds=61))
    assert {each.sor_id for each in late} == {place.sor_id for place in closing.places}
    assert outlook.count_overdue(NIGHT + timedelta(seconds=61)) == 2


def test_a_closure_of_what_bsr_does_not_know_is_owed_to_nobody_r14(world):
    tree = private_clinic()
    tree.place.first["isTreatmentPlace"] = False
    world.sor(tree)
    world.sor(tree.place, to_date="2023-05-31")
    assert read_side(world).outlook.count_due() == 0


def test_a_fee_without_a_tariff_is_parked_until_there_is_one_r32(new_world, fee_table):
    world, tree = new_world(tariffs=fee_table(2022)), private_clinic()
    world.registered(tree)
    (parked,) = read_side(world).outlook.parked()
    assert (parked.sor_id, parked.fee_year, parked.not_after) == (tree.place.sor_id, 2023, None)
    world.restart(tariffs=fee_table(2022, 2023)).until("2023-01-04")
    assert read_side(world).outlook.count_parked() == 0


def test_a_unit_without_its_parent_waits_and_is_seen_to_r13(world):
    tree = private_clinic()
    world.sor(tree.place)
    (waiting,) = read_side(world).outlook.waiting()
    assert (waiting.sor_id, waiting.reason, waiting.about) == (tree.place.sor_id, "ancestor", tree.owner.sor_id)
    world.sor(tree.owner)
    assert read_side(world).outlook.count_waiting() == 0


def test_a_place_on_its_way_to_another_owner_waits_for_sor_s_word_there_r13(world):
    tree, other = private_clinic(), private_clinic(1100)
    world.registered(tree)
    world.sor(tree.place, moved_to_owner_sor_id=other.owner.sor_id)
    assert "moved-here" in {each.reason for each in read_side(world).outlook.waiting()}


def test_days_are_danish_ones_across_the_change_of_clocks_r48(world):
    tree = private_clinic()
    world.registered(tree)
    world.at("2023-03-01 10:00").sor(tree.place, to_date="2023-03-26")
    outlook = read_side(world).outlook
    assert [each.day for each in outlook.calendar(instant("2023-03-20"))] == [date(2023, 3, 27)]
    assert len(outlook.due_on(date(2023, 3, 27))) == 1
    assert outlook.due_on(date(2023, 3, 26)) == []
