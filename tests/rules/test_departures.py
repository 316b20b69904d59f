"""Places that leave BSR without closing in SOR: STPS's decision (R28), and their own deletion request (R45)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number
from support.trees import private_clinic

CLINIC = private_clinic()
PLACE = CLINIC.place


def decides(world, on, **changes):
    given = {"effective_on": on, "initiator": "stps", "treated_in_year": False}
    return world.notice("deregistration.decided", PLACE, **given | changes)


def asks_to_be_deleted(world, *scope, reference="R-1", on="2023-05-10", **changes):
    given = {"reference_number": reference, "scope": list(scope), "reason": None, "treated_in_year": False}
    return world.notice("deletion.requested", PLACE, requested_on=on, **given | changes)


@pytest.fixture
def world(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    return world.at("2023-05-10 10:00")


def test_stps_deregisters_on_its_own_on_the_day_it_decided_r28(world):
    assert decides(world, "2023-06-01") == []
    assert world.until("2023-05-31 23:59") == []
    ended = world.until("2023-06-01").one
    assert (ended["cause"], ended["lastDay"], ended["effectiveAt"]) == (
        "stps-decision",
        "2023-05-31",
        "2023-05-31T22:00:00Z",
    )
    assert (ended["causedBySorId"], ended["successorRegistrationId"]) == (PLACE.sor_id, None)
    assert world.until("2024-01-01") == []


def test_a_decision_for_a_day_gone_by_is_backdated_and_takes_effect_at_once_r28_r27(world):
    ended = decides(world, "2023-04-01").deregistrations().one
    assert (ended["backdated"], ended["daysLate"]) == (True, 40 - 14)


def test_a_decision_for_today_is_not_backdated_r28(world):
    assert decides(world, "2023-05-10").deregistrations().one["backdated"] is False


def test_a_later_closure_in_sor_means_nothing_to_bsr_and_gets_its_fee_decision_r28_r40(world):
    decides(world, "2023-06-01")
    world.at("2023-07-01 10:00").sor(PLACE, to_date="2023-07-31")
    sent = world.until("2023-08-01")
    assert sent.one["reason"] == "already-triggered"


def test_a_closure_in_a_year_without_treatment_finds_nobody_registered_r28_r40(world):
    decides(world, "2023-06-01")
    world.at("2024-02-01 10:00").sor(PLACE, to_date="2024-02-29")
    assert world.until("2024-03-01").one["reason"] == "not-registered"


@pytest.mark.parametrize(("treated", "asked"), [(True, ["closure"]), (False, [])])
def test_the_fee_is_asked_for_only_where_treatment_is_stated_r28_r31(world, treated, asked):
    world.at("2024-03-01 10:00")
    decides(world, "2024-03-02", treated_in_year=treated)
    assert world.until("2024-03-02").triggers().values("occasion") == asked


def test_a_second_decision_before_effect_replaces_the_first_r28(world):
    decides(world, "2023-06-01")
    decides(world, "2023-07-01")
    assert world.until("2023-08-01").deregistrations().one["lastDay"] == "2023-06-30"


def test_the_same_decision_again_is_a_repeat_r28(world):
    decides(world, "2023-05-10")
    assert decides(world, "2023-05-10") == []
    assert world.outcomes["repeated"] == 1


def test_a_place_that_is_out_hears_no_more_of_sors_edits_nor_of_new_numbers_r28_r17(world):
    decides(world, "2023-05-10")
    assert world.sor(PLACE, name="Nyt navn") == []
    assert world.sor(CLINIC.owner, cvr=cvr_number(99)) == []


def test_an_edit_of_the_ended_registration_does_not_bring_it_back_r28(world):
    decides(world, "2023-05-10")
    assert world.self_registers(PLACE, category="4") == []


def test_a_new_self_registration_registers_it_anew_r28_r46(world):
    decides(world, "2023-05-10")
    world.at("2024-02-01 10:00")
    sent = world.self_registers(PLACE, registered_on="2024-02-01")
    assert sent.forwards().one["registrationId"] == world.forwards()[0]["registrationId"]
    assert (sent.triggers().one["feeYear"], sent.triggers().one["occasion"]) == (2024, "registration")
    again = decides(world, "2024-02-02")
    assert again + world.until("2024-02-02") != []


def test_a_place_that_awaits_its_registration_has_nothing_to_leave_r28(new_world):
    world = new_world()
    world.at("2023-02-01 10:00").sor(CLINIC)
    assert decides(world, "2023-02-01") == []
    assert world.sor(PLACE, name="Nyt navn").forwards().one["state"] == "awaiting-self-registration"


def test_a_self_registration_overtaken_by_the_decision_ends_as_if_it_had_come_in_order_r28_r13(new_world):
    world = new_world()
    world.at("2023-02-01 10:00").sor(CLINIC)
    decides(world, "2023-03-01")
    sent = world.at("2023-03-05 10:00").self_registers(PLACE, registered_on="2023-02-10")
    assert [each.type.split(".")[2] for each in sent] == ["registration", "invoice", "deregistration"]
    assert sent.deregistrations().one["lastDay"] == "2023-02-28"
    assert world.sor(PLACE, name="Nyt navn") == []


def test_a_request_to_be_deleted_in_bsr_deregisters_at_once_r45(world):
    sent = asks_to_be_deleted(world, "bsr")
    assert (sent.one["cause"], sent.one["lastDay"]) == ("deletion-request", "2023-05-09")


def test_sds_is_told_of_a_request_to_be_deleted_in_sor_and_sor_is_left_to_it_r45(world):
    sent = asks_to_be_deleted(world, "sor", reason="Ikke længere omfattet")
    assert sent.one.topic == "sor.deletion-requests.v1"
    assert sent.one.value == {
        "sorId": PLACE.sor_id,
        "referenceNumber": "R-1",
        "requestedOn": "2023-05-10",
        "reason": "Ikke længere omfattet",
    }
    assert world.sor(PLACE, name="Nyt navn").forwards().one["state"] == "registered"


def test_a_request_for_both_does_both_and_asks_the_fee_where_treatment_is_stated_r45_r40(world):
    sent = asks_to_be_deleted(world, "bsr", "sor", treated_in_year=True)
    assert [each.topic for each in sent] == [
        "sor.deletion-requests.v1",
        "bsr.deregistrations.v1",
        "stps.invoice-triggers.v1",
    ]
    assert sent.fee_decisions().one["reason"] == "already-triggered"


def test_one_reference_asks_once_for_each_register_r45(world):
    asks_to_be_deleted(world, "bsr")
    assert asks_to_be_deleted(world, "bsr") == []
    assert asks_to_be_deleted(world, "bsr", "sor").one.topic == "sor.deletion-requests.v1"
    assert asks_to_be_deleted(world, "sor", reference="R-2").one["referenceNumber"] == "R-2"


def test_a_request_of_a_unit_nobody_knows_reaches_sds_all_the_same_r45(new_world):
    assert asks_to_be_deleted(new_world().at("2023-05-10 10:00"), "bsr", "sor").one["sorId"] == PLACE.sor_id


def test_a_late_registration_is_the_one_that_left_and_not_one_under_a_later_number_r6_r28_r41(world):
    """The company takes another number after the place has left, and closes; one year, one fee."""
    left = asks_to_be_deleted(world, "bsr").deregistrations().one["registrationId"]
    world.at("2023-05-20 10:00").sor(CLINIC.owner, cvr=cvr_number(71))
    world.sor(CLINIC.owner, to_date="2023-05-25", channel="sor-office")
    world.until("2023-05-27")
    sent = world.at("2023-06-01 10:00").self_registers(PLACE, registered_on="2023-05-05")
    assert {each["registrationId"] for each in (*sent.forwards(), *sent.deregistrations())} == {left}
    assert sent.triggers() == []


def test_a_decision_that_was_replaced_does_not_come_back_by_being_repeated_r28(world):
    decides(world, "2023-08-01")
    decides(world, "2023-05-10")
    assert decides(world, "2023-08-01") == []
    world.at("2023-06-01 10:00").self_registers(PLACE, registered_on="2023-06-01")
    assert world.until("2023-08-02").deregistrations() == []


def test_a_decision_may_be_made_again_while_the_one_that_replaced_it_is_to_come_r28(world):
    decides(world, "2023-06-01")
    decides(world, "2023-07-01")
    decides(world, "2023-06-01")
    assert world.until("2023-08-01").deregistrations().one["lastDay"] == "2023-05-31"


def test_a_decision_that_was_replaced_and_is_delivered_twice_is_a_repeat_r28(world):
    decides(world, "2023-06-01")
    first = world.records[-1]
    decides(world, "2023-07-01")
    world.play(first)
    assert world.until("2023-08-01").deregistrations().one["lastDay"] == "2023-06-30"


def test_a_decision_that_has_taken_effect_is_not_made_again_by_its_own_words_r28(world):
    decides(world, "2023-05-10")
    decides(world, "2023-08-01")
    assert decides(world, "2023-05-10") == []
    world.at("2023-06-01 10:00").self_registers(PLACE, registered_on="2023-06-01")
    assert world.until("2023-08-02").deregistrations().one["lastDay"] == "2023-07-31"
