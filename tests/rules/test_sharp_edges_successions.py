"""Which of several versions ended a registration: the one that made the difference, on its own day (R4, R5)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number, p_number
from support.trees import below, municipality, owner, private_clinic, region

CLINIC, TOWN, REGION = private_clinic(), municipality(), region()
OTHER_CVR, OTHER_P = cvr_number(77), p_number(77)


def ended_by(outputs) -> tuple[str, str, str]:
    ended = outputs.deregistrations().one
    return ended["lastDay"], ended["cause"], ended["causedBySorId"]


@pytest.mark.parametrize("p_number_from", ["2023-05-20", "2023-07-01"])
def test_a_private_place_s_new_p_number_has_no_part_in_it_r4_r5(world, p_number_from):
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR, from_date="2023-06-01")
    world.sor(CLINIC.place, p_number=OTHER_P, from_date=p_number_from)
    assert ended_by(world.until("2023-08-01")) == ("2023-05-31", "new-cvr", CLINIC.owner.sor_id)


def test_a_cvr_number_there_and_back_has_no_part_in_a_new_p_number_r5(world):
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    world.at("2023-05-10 10:00").sor(TOWN.place, p_number=OTHER_P, from_date="2023-06-01")
    world.sor(TOWN.owner, cvr=OTHER_CVR, from_date="2023-07-01")
    world.sor(TOWN.owner, cvr=TOWN.owner.first["cvr"], from_date="2023-08-01")
    assert ended_by(world.until("2023-09-01")) == ("2023-05-31", "new-p-number", TOWN.place.sor_id)


def test_nor_in_a_move_below_another_institution_r5(world):
    other = below(REGION.owner, 4100, p_number=OTHER_P)
    world.at("2023-02-01 10:00").registered(REGION, category="2")
    world.sor(other)
    world.at("2023-05-10 10:00").sor(REGION.place, parent_sor_id=other.sor_id, from_date="2023-06-01")
    world.sor(REGION.owner, cvr=OTHER_CVR, from_date="2023-07-01")
    world.sor(REGION.owner, cvr=REGION.owner.first["cvr"], from_date="2023-08-01")
    assert ended_by(world.until("2023-09-01")) == ("2023-05-31", "new-p-number", REGION.place.sor_id)


def test_a_move_to_another_owner_ends_it_on_the_day_of_the_move_r4(world):
    new = owner(6000)
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.sor(new)
    world.at("2023-05-10 10:00").sor(CLINIC.place, moved_to_owner_sor_id=new.sor_id, from_date="2023-06-01")
    there = {"owner_sor_id": new.sor_id, "parent_sor_id": new.sor_id, "moved_to_owner_sor_id": None}
    world.sor(CLINIC.place, from_date="2023-06-01", **there)
    world.sor(CLINIC.place, p_number=OTHER_P, from_date="2023-07-01")
    assert ended_by(world.until("2023-08-01")) == ("2023-05-31", "new-cvr", CLINIC.place.sor_id)


def test_of_two_that_made_it_the_later_day_counts_r5(world):
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    world.at("2023-05-10 10:00").sor(TOWN.owner, cvr=OTHER_CVR, from_date="2023-07-01")
    world.sor(TOWN.place, p_number=OTHER_P, from_date="2023-06-01")
    assert ended_by(world.until("2023-08-01")) == ("2023-06-30", "new-cvr", TOWN.owner.sor_id)


def test_a_new_p_number_names_r5_in_its_explanation_r50(world):
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    ended = world.at("2023-05-10 10:00").sor(TOWN.place, p_number=OTHER_P).deregistrations().one
    assert ended.explanation["rules"] == ["R5", "R6", "R27"]
    assert (ended["backdated"], ended["daysLate"]) == (False, 0)


@pytest.mark.parametrize(
    ("known_on", "backdated", "days_late"),
    [("2023-06-01", False, 0), ("2023-06-02", True, 0), ("2023-06-14", True, 0), ("2023-06-15", True, 1)],
)
def test_a_number_that_is_known_late_is_backdated_and_the_days_counted_r4_r27(world, known_on, backdated, days_late):
    world.at("2023-02-01 10:00").registered(CLINIC)
    sent = world.at(known_on + " 10:00").sor(CLINIC.owner, cvr=OTHER_CVR, from_date="2023-06-01")
    ended = sent.deregistrations().one
    assert (ended["lastDay"], ended["backdated"], ended["daysLate"]) == ("2023-05-31", backdated, days_late)


def test_a_successor_owes_nothing_before_anybody_is_treated_there_r4_r31(world):
    world.at("2023-02-01 10:00").registered(CLINIC, treatment_started_on="2024-02-01")
    old = world.forwards().last["registrationId"]
    sent = world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR)
    assert [(each["registrationId"], each["reason"]) for each in sent.fee_decisions()] == [(old, "not-registered")]


def test_an_institution_s_coming_from_another_owner_is_no_change_for_a_place_already_there_r5(world):
    """The place is put below it before the institution, a place itself, has come for good."""
    other_town = municipality(8000)
    clinic = below(other_town.owner, 8100, p_number=OTHER_P, is_treatment_place=True)
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    world.sor(other_town)
    world.sor(clinic)
    world.at("2023-05-10 10:00").moves(clinic, TOWN.owner, from_date="2023-08-01")
    world.sor(TOWN.place, parent_sor_id=clinic.sor_id, p_number=None, from_date="2023-06-01")
    ended = world.until("2023-09-01").deregistrations(TOWN.place)
    assert ended_by(ended) == ("2023-05-31", "new-p-number", TOWN.place.sor_id)


def test_what_is_noted_at_the_instant_of_the_registration_came_after_it_r5(world):
    """The department had a number of its own that came and went before it was a place; then one night brings all."""
    department = below(REGION.institution, 4100, "OE")
    world.at("2023-05-10 10:00").sor(REGION)
    world.sor(department)
    world.sor(department, p_number=p_number(78), from_date="2023-06-01")
    world.sor(department, p_number=None, from_date="2023-08-01")
    world.at("2023-05-20 04:00").sor(department, is_treatment_place=True)
    world.self_registers(department, category="1")
    sent = world.sor(REGION.institution, p_number=OTHER_P, from_date="2023-05-20")
    assert sent.deregistrations(department).one["lastDay"] == "2023-05-19"
