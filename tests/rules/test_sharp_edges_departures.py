"""Departures side by side, and what the place says in between (R28, R45, R46)."""

from __future__ import annotations

import pytest

from support.trees import private_clinic

CLINIC = private_clinic()


def decides(world, effective_on, *, treated=False):
    return world.notice(
        "deregistration.decided", CLINIC.place, effective_on=effective_on, initiator="stps", treated_in_year=treated
    )


def asks_to_be_deleted(world, reference, requested_on, *, scope=("bsr",)):
    return world.notice(
        "deletion.requested",
        CLINIC.place,
        reference_number=reference,
        scope=list(scope),
        treated_in_year=False,
        requested_on=requested_on,
    )


def ends(world) -> list[tuple[str, str]]:
    return [(each["lastDay"], each["cause"]) for each in world.deregistrations()]


def test_a_decision_leaves_a_request_that_is_still_to_come_alone_r28_r45(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    asks_to_be_deleted(world, "A-1", "2023-10-01")
    decides(world, "2023-07-01")
    world.at("2023-08-01 10:00").self_registers(CLINIC.place, registered_on="2023-08-01")
    world.until("2023-10-01")
    assert ends(world) == [("2023-06-30", "stps-decision"), ("2023-09-30", "deletion-request")]


def test_a_request_leaves_a_decision_that_is_still_to_come_alone_r28_r45(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decides(world, "2023-10-01")
    asks_to_be_deleted(world, "A-1", "2023-07-01")
    world.at("2023-08-01 10:00").self_registers(CLINIC.place, registered_on="2023-08-01")
    world.until("2023-10-01")
    assert ends(world) == [("2023-06-30", "deletion-request"), ("2023-09-30", "stps-decision")]


def test_two_requests_stand_beside_each_other_r45(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    asks_to_be_deleted(world, "A-1", "2023-07-01")
    asks_to_be_deleted(world, "A-2", "2023-10-01")
    world.at("2023-08-01 10:00").self_registers(CLINIC.place, registered_on="2023-08-01")
    world.until("2023-10-01")
    assert ends(world) == [("2023-06-30", "deletion-request"), ("2023-09-30", "deletion-request")]


def test_a_decision_that_follows_one_that_was_carried_out_does_not_undo_it_r28(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decides(world, "2023-05-01")
    decides(world, "2023-10-01")
    assert world.sor(CLINIC.place, name="Nyt navn") == []


def test_the_same_request_again_is_a_repeat_also_after_a_restart_r45(world):
    world.sor(CLINIC)
    assert len(asks_to_be_deleted(world, "A:1", "2023-01-02", scope=["sor"])) == 1
    assert asks_to_be_deleted(world.restart(), "A:1", "2023-01-02", scope=["sor"]) == []
    assert world.outcomes["repeated"] == 1


def test_a_reference_with_a_colon_is_a_reference_r45(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    sent = asks_to_be_deleted(world, "A:1", "2023-05-01", scope=["bsr", "sor"])
    assert {each.topic for each in sent} == {"sor.deletion-requests.v1", "bsr.deregistrations.v1"}


def test_a_deregistration_by_decision_says_the_whole_of_it_r28(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.at("2023-07-20 10:00")
    ended = decides(world, "2023-07-01").deregistrations().one
    assert ended.value == {
        "registrationId": world.forwards().last["registrationId"],
        "sorId": CLINIC.place.sor_id,
        "ownerSorId": CLINIC.owner.sor_id,
        "lastDay": "2023-06-30",
        "effectiveAt": "2023-06-30T22:00:00Z",
        "cause": "stps-decision",
        "causedBySorId": CLINIC.place.sor_id,
        "backdated": True,
        "daysLate": 6,
        "successorRegistrationId": None,
    }


@pytest.mark.parametrize(("effective_on", "years"), [("2024-01-01", [2023]), ("2024-01-02", [2024])])
def test_the_fee_year_of_a_departure_is_that_of_its_last_day_r28_r31(world, effective_on, years):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decides(world, effective_on, treated=True)
    assert world.until(effective_on).fee_decisions().values("feeYear") == years
