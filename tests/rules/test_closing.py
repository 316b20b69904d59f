"""Closing: notice, cascade, undo (R7, R9, R21–R24)."""

from __future__ import annotations

import pytest

from support.trees import below, private_clinic, private_hospital

CLINIC = private_clinic()


@pytest.fixture
def clinic(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    return CLINIC


def test_to_date_is_the_last_day_the_place_is_open_r9(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    assert world.until("2023-05-20 23:59").deregistrations() == []
    assert world.until("2023-05-21").deregistrations().one["lastDay"] == "2023-05-20"


def test_an_announced_closure_is_visible_long_before_it_is_effective_r9(world, clinic):
    assert world.sor(clinic.place, to_date="2023-11-30").forwards().one["closesOn"] == "2023-11-30"
    assert world.until("2023-11-30") == []


@pytest.mark.parametrize(("last_day", "reasons"), [("2023-05-07", ["closure-too-early"]), ("2023-05-08", [])])
def test_self_service_closes_seven_days_after_registration_at_the_earliest_r21(world, clinic, last_day, reasons):
    sent = world.sor(clinic.place, to_date=last_day)
    assert sent.reasons == reasons
    assert bool(sent.forwards()) is (not reasons)


def test_the_seven_days_count_from_the_danish_day_of_registration_r21_r48(world, clinic):
    after_midnight_in_denmark = "2023-05-01T22:30:00Z"
    sent = world.sor(clinic.place, to_date="2023-05-08", registered_at=after_midnight_in_denmark)
    assert sent.reasons == ["closure-too-early"]


@pytest.mark.parametrize("channel", ["sor-office", "sorus", "snapshot"])
def test_the_notice_binds_only_the_self_service_r21(world, clinic, channel):
    sent = world.sor(clinic.place, to_date="2023-04-01", channel=channel)
    assert not sent.dead_letters()
    assert sent.deregistrations(clinic.place)


def test_an_edit_that_repeats_the_announced_day_is_not_too_early_r21(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    sent = world.at("2023-05-18 10:00").sor(clinic.place, name="Nyt navn")
    assert sent.forwards().one["name"] == "Nyt navn"


def test_a_refused_closure_leaves_the_unit_as_it_was_r21(world, clinic):
    world.sor(clinic.place, to_date="2023-05-03")
    assert world.until("2023-12-31").deregistrations() == []
    assert world.sor(clinic.place, name="Nyt navn", to_date=None).forwards().one["closesOn"] is None


def test_closing_the_company_closes_everything_under_it_r22(world):
    hospital = private_hospital()
    world.at("2023-05-01 10:00").registered(hospital, *hospital.departments)
    sent = world.sor(hospital.owner, to_date="2023-06-30", channel="sor-office")
    assert sent.forwards().values("closesOn") == ["2023-06-30"] * 2
    ended = world.until("2023-07-01").deregistrations()
    assert {each.key for each in ended} == {department.sor_id for department in hospital.departments}
    assert set(ended.values("cause")) == {"company-closure"}
    assert set(ended.values("causedBySorId")) == {hospital.owner.sor_id}


def test_closing_an_institution_closes_its_departments_and_nothing_above_r22(world):
    hospital = private_hospital()
    other = below(hospital.owner, 5900, is_treatment_place=True)
    world.at("2023-05-01 10:00").registered(hospital)
    world.sor(other)
    world.self_registers(other)
    world.sor(hospital.institution, to_date="2023-06-30")
    ended = world.until("2024-01-01").deregistrations().one
    assert (ended.key, ended["cause"]) == (hospital.place.sor_id, "closure")
    assert ended["causedBySorId"] == hospital.institution.sor_id


def test_a_child_keeps_an_earlier_day_of_its_own_r23(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    assert world.sor(clinic.owner, to_date="2023-06-30") == []
    ended = world.until("2023-12-31").deregistrations().one
    assert (ended["lastDay"], ended["cause"]) == ("2023-05-20", "closure")


def test_a_later_day_of_its_own_does_not_outlive_the_company_r22_r23(world, clinic):
    world.sor(clinic.place, to_date="2023-08-31")
    world.sor(clinic.owner, to_date="2023-06-30")
    ended = world.until("2023-12-31").deregistrations().one
    assert (ended["lastDay"], ended["cause"]) == ("2023-06-30", "company-closure")


def test_a_unit_created_under_a_closing_owner_closes_with_it_r23(world, clinic):
    world.sor(clinic.owner, to_date="2023-06-30")
    late = below(clinic.owner, 1500, is_treatment_place=True)
    assert world.at("2023-06-15").sor(late).forwards(late).one["closesOn"] == "2023-06-30"
    world.self_registers(late)
    assert world.until("2023-07-01").deregistrations(late).one["cause"] == "company-closure"


def test_undo_before_effect_keeps_the_place_open_r24(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    assert world.sor(clinic.place, to_date=None).forwards().one["closesOn"] is None
    assert world.until("2023-12-31") == []


def test_undo_is_possible_on_the_last_day_itself_r24(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    assert world.at("2023-05-20 23:59").sor(clinic.place, to_date=None).reasons == []
    assert world.until("2023-12-31").deregistrations() == []


def test_undo_after_effect_is_refused_r24_r7(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    sent = world.at("2023-05-21 00:00").sor(clinic.place, to_date=None)
    assert len(sent.deregistrations()) == 1
    assert sent.reasons == ["undo-after-effect"]


@pytest.mark.parametrize("new_day", [None, "2023-09-01"])
def test_a_closed_unit_is_never_reopened_nor_its_day_moved_r7_r24(world, clinic, new_day):
    world.sor(clinic.place, to_date="2023-05-20")
    world.until("2023-06-01")
    assert world.sor(clinic.place, to_date=new_day).reasons == ["undo-after-effect"]
    assert world.until("2024-06-01") == []


def test_neither_an_edit_nor_a_self_registration_brings_a_closed_unit_back_r7(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    world.until("2023-06-01")
    assert world.sor(clinic.place, name="Nyt navn") == []
    assert world.self_registers(clinic.place, registered_on="2024-01-05") == []


def test_a_return_is_a_new_sor_id_with_a_registration_of_its_own_r7(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    world.until("2023-06-01")
    successor = below(clinic.owner, 1700, is_treatment_place=True, replaces=[clinic.place.sor_id])
    world.sor(successor)
    world.self_registers(successor)
    assert world.triggers(successor).one["registrationId"] != world.triggers(clinic.place).one["registrationId"]


def test_undoing_the_company_undoes_what_it_caused_and_nothing_else_r24(world):
    hospital = private_hospital()
    own, other = hospital.departments
    world.at("2023-05-01 10:00").registered(hospital, own, other)
    world.sor(own, to_date="2023-08-31")
    world.sor(hospital.owner, to_date="2023-06-30")
    undone = world.sor(hospital.owner, to_date=None)
    assert {each.key: each["closesOn"] for each in undone.forwards()} == {own.sor_id: "2023-08-31", other.sor_id: None}
    ended = world.until("2024-01-01").deregistrations().one
    assert (ended.key, ended["lastDay"]) == (own.sor_id, "2023-08-31")


def test_a_child_closed_by_its_company_stays_closed_when_the_company_cannot_be_undone_r7_r24(world, clinic):
    world.sor(clinic.owner, to_date="2023-06-30")
    world.until("2023-07-01")
    assert world.sor(clinic.owner, to_date=None).reasons == ["undo-after-effect"]
    assert world.sor(clinic.place, name="Nyt navn") == []


@pytest.mark.parametrize("new_day", ["2023-05-15", "2023-09-01"])
def test_a_new_day_before_effect_replaces_the_old_r24(world, clinic, new_day):
    world.sor(clinic.place, to_date="2023-06-30")
    world.sor(clinic.place, to_date=new_day)
    assert world.until("2024-01-01").deregistrations().one["lastDay"] == new_day


def test_announcing_and_undoing_again_and_again_ends_in_one_deregistration_r24_r25(world, clinic):
    for _ in range(3):
        world.sor(clinic.place, to_date="2023-06-30")
        world.sor(clinic.place, to_date=None)
    world.sor(clinic.place, to_date="2023-06-30")
    assert len(world.until("2024-01-01").deregistrations()) == 1
