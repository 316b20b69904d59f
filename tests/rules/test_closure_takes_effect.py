"""The day has come: once, a deregistration and a settled fee question (R25–R27, R29, R40)."""

from __future__ import annotations

import pytest

from support.scenario import instant
from support.trees import below, private_clinic, private_hospital, wide_owner

CLINIC = private_clinic()


@pytest.fixture
def clinic(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    return CLINIC


def test_a_closure_takes_effect_at_midnight_after_its_last_day_r25(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    assert world.until("2023-05-20 23:59") == []
    ended = world.until("2023-08-01").deregistrations().one
    assert ended["effectiveAt"] == "2023-05-20T22:00:00Z"
    assert ended.time == instant("2023-05-21 00:00")


def test_it_is_a_deregistration_and_then_a_settled_fee_question_r25(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    sent = world.until("2023-05-21")
    assert [each.type for each in sent] == ["dk.bsr.deregistration.effective.v1", "dk.stps.invoice.not-due.v1"]
    assert sent[0].value == {
        "registrationId": world.forwards().last["registrationId"],
        "sorId": clinic.place.sor_id,
        "ownerSorId": clinic.owner.sor_id,
        "lastDay": "2023-05-20",
        "effectiveAt": "2023-05-20T22:00:00Z",
        "cause": "closure",
        "causedBySorId": clinic.place.sor_id,
        "backdated": False,
        "daysLate": 0,
        "successorRegistrationId": None,
    }


def test_it_names_the_version_that_announced_it_as_its_cause_r25(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    announced_by = dict(world.records[-1].headers)["ce_id"].decode()
    world.sor(clinic.place, name="Nyt navn")
    assert {each.headers["ce_causationid"] for each in world.until("2023-05-21")} == {announced_by}


def test_it_happens_exactly_once_whatever_is_sent_again_r25(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    world.until("2023-05-21")
    for record in tuple(world.records):
        world.play(record)
    world.restart()
    assert world.until("2025-01-01") == []
    assert len(world.deregistrations()) == 1


def test_a_restart_between_announcement_and_effect_forgets_nothing_r25(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    assert len(world.restart().until("2023-05-21").deregistrations()) == 1


def test_after_downtime_everything_overdue_comes_oldest_first_with_its_own_date_r26(world):
    clinics = [private_clinic(1000 + 10 * number) for number in range(4)]
    days = ["2023-06-30", "2023-05-31", "2023-07-31", "2023-06-15"]
    world.at("2023-05-01 10:00")
    for clinic, day in zip(clinics, days, strict=True):
        world.registered(clinic)
        world.sor(clinic.place, to_date=day)
    ended = world.restart().until("2024-03-01").deregistrations()
    assert ended.values("lastDay") == sorted(days)
    assert ended.values("effectiveAt") == [
        "2023-05-31T22:00:00Z",
        "2023-06-15T22:00:00Z",
        "2023-06-30T22:00:00Z",
        "2023-07-31T22:00:00Z",
    ]


def test_a_closure_with_a_past_date_takes_effect_at_once_and_is_marked_r26(world, clinic):
    ended = world.sor(clinic.place, to_date="2023-04-28", channel="sor-office").deregistrations().one
    assert ended["backdated"] is True
    assert ended["effectiveAt"] == "2023-04-28T22:00:00Z"
    assert ended.time == instant("2023-05-01 10:00")


def test_a_closure_registered_on_its_last_day_is_not_backdated_r26(world, clinic):
    world.sor(clinic.place, to_date="2023-05-01", channel="sor-office")
    assert world.until("2023-05-02").deregistrations().one["backdated"] is False


def test_a_backdated_company_closes_its_places_oldest_first_r26(world):
    hospital = private_hospital()
    first, second = hospital.departments
    world.at("2023-05-01 10:00").registered(hospital, first, second)
    world.sor(hospital.institution, to_date="2023-09-01")
    world.sor(second, to_date="2023-08-01")
    sent = world.at("2023-05-02 10:00").sor(hospital.owner, to_date="2023-04-01", channel="sor-office")
    assert [each.key for each in sent.deregistrations()] == [first.sor_id, second.sor_id]
    assert all(sent.deregistrations().values("backdated"))


@pytest.mark.parametrize(
    ("last_day", "days_late"), [("2023-05-01", 0), ("2023-04-17", 0), ("2023-04-16", 1), ("2023-03-01", 47)]
)
def test_days_past_the_fourteen_are_counted_from_the_last_day_to_the_registration_r27(
    world, clinic, last_day, days_late
):
    world.sor(clinic.place, to_date=last_day, channel="sor-office")
    world.until("2023-05-02")
    assert world.deregistrations().one["daysLate"] == days_late


def test_downtime_of_ours_makes_nobody_late_r26_r27(world, clinic):
    world.sor(clinic.place, to_date="2023-05-20")
    ended = world.restart().at("2023-12-01").sor(clinic.owner, telephone="1").deregistrations().one
    assert (ended["daysLate"], ended["backdated"]) == (0, False)


def test_a_place_that_was_never_registered_is_withdrawn_without_a_fee_r29(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    sent = world.until("2023-05-21")
    assert [each.type for each in sent] == ["dk.bsr.registration.withdrawn.v1", "dk.stps.invoice.not-due.v1"]
    assert sent.withdrawals().one["reason"] == "closed-unregistered"
    assert sent.not_due().one["reason"] == "not-registered"


def test_a_unit_that_bsr_never_heard_of_closes_in_silence_r29(world, clinic):
    world.sor(clinic.departments[0], to_date="2023-05-20")
    assert world.until("2023-05-21") == []


def test_a_place_withdrawn_before_it_closes_is_not_deregistered_r28_r29(world, clinic):
    world.sor(clinic.place, is_treatment_place=False)
    world.sor(clinic.place, to_date="2023-05-20")
    sent = world.until("2023-05-21")
    assert not sent.deregistrations()
    assert not sent.withdrawals()


def test_a_place_first_heard_of_after_its_closure_is_not_forwarded_r26_r29(world):
    world.at("2023-05-01 10:00").sor(CLINIC.owner)
    gone = below(CLINIC.owner, 1500, is_treatment_place=True, to_date="2022-12-31", channel="sor-office")
    assert world.sor(gone) == []
    assert world.until("2024-01-01") == []


def test_every_place_of_a_closing_company_gets_a_decision_of_its_own_r25_r40(world):
    company = wide_owner(20)
    world.at("2023-05-01 10:00").registered(company, *company.places[:15])
    world.sor(company.owner, to_date="2024-05-31")
    sent = world.until("2024-06-01")
    assert len(sent.deregistrations()) == len(sent.triggers()) == 15
    assert len(sent.withdrawals()) == len(sent.not_due()) == 5
    assert {each.key for each in sent.fee_decisions()} == {place.sor_id for place in company.places}
