"""Closures on the edge: the very instant, the very day, the very version (R7, R13, R21–R25, R28)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number
from support.trees import below, owner, private_clinic

CLINIC = private_clinic()


def test_an_undo_at_the_very_instant_of_the_closure_is_too_late_r24_r25(world):
    """Also for a unit whose closure waits for a parent SOR has not told of."""
    world.sor(CLINIC.place)
    world.sor(CLINIC.place, to_date="2023-05-31")
    assert world.at("2023-05-31 23:59:59").sor(CLINIC.place, to_date=None).reasons == []
    world.sor(CLINIC.place, to_date="2023-06-30", channel="sor-office")
    assert world.at("2023-07-01 00:00").sor(CLINIC.place, to_date=None).reasons == ["undo-after-effect"]


@pytest.mark.parametrize(("version", "reasons"), [(1, ["closure-too-early"]), (2, []), (3, [])])
def test_only_a_first_version_is_known_to_have_announced_nothing_before_r21(world, version, reasons):
    world.at("2023-05-01 10:00").sor(CLINIC.owner)
    assert world.sor(CLINIC.place, to_date="2023-05-05", version=version).reasons == reasons


def test_on_the_same_day_the_company_s_closure_counts_r22_r23(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-31")
    world.sor(CLINIC.owner, to_date="2023-05-31")
    ended = world.until("2023-06-01").deregistrations().one
    assert (ended["cause"], ended["causedBySorId"]) == ("company-closure", CLINIC.owner.sor_id)


def test_a_unit_that_has_moved_does_not_close_where_it_was_r4_r7(world):
    new = owner(6000)
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(new)
    world.sor(CLINIC.place, to_date="2023-05-31", moved_to_owner_sor_id=new.sor_id)
    world.until("2023-06-01")
    assert world.world.owners[CLINIC.owner.sor_id].nodes[CLINIC.place.sor_id].closed is None


def decides(world, effective_on):
    decision = {"effective_on": effective_on, "initiator": "stps", "treated_in_year": False}
    return world.notice("deregistration.decided", CLINIC.place, **decision)


def test_a_decision_that_was_replaced_is_kept_over_a_restart_r28(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decides(world, "2023-07-01")
    decides(world, "2023-08-01")
    assert world.restart().until("2023-09-01").deregistrations().one["lastDay"] == "2023-07-31"


@pytest.fixture
def two_decisions(world):
    """STPS has decided twice about a place that had not registered by then."""
    world.at("2023-05-01 10:00").sor(CLINIC.place)
    decides(world, "2023-06-01")
    world.until("2023-06-02")
    decides(world, "2023-07-01")
    world.until("2023-07-02")
    return world.at("2023-08-01 10:00")


def test_a_late_registration_ends_by_the_decision_that_came_after_it_r13_r28(two_decisions):
    two_decisions.sor(CLINIC.owner)
    sent = two_decisions.self_registers(CLINIC.place, registered_on="2023-06-01")
    assert sent.deregistrations().one["lastDay"] == "2023-06-30"


def test_one_that_waits_for_its_owner_ends_when_the_owner_has_come_r13_r28(two_decisions):
    assert two_decisions.self_registers(CLINIC.place, registered_on="2023-06-01") == []
    assert two_decisions.sor(CLINIC.owner).deregistrations().one["lastDay"] == "2023-06-30"


def test_a_place_that_left_before_it_closed_stays_out_whatever_it_says_then_r7_r28(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decides(world, "2023-06-01")
    world.at("2023-07-01 10:00").sor(CLINIC.place, to_date="2023-07-31")
    world.until("2023-08-01")
    assert world.self_registers(CLINIC.place, reference_id="Rekv. 4711") == []


def test_a_unit_first_heard_of_at_the_instant_its_closure_takes_effect_is_nothing_to_bsr_r25(world):
    world.at("2023-02-01 00:00").sor(CLINIC.owner)
    assert world.sor(CLINIC.place, to_date="2023-01-31", channel="sor-office") == []


@pytest.mark.parametrize(("registered_on", "forwards"), [("2023-01-31", 1), ("2023-02-01", 0)])
def test_nor_is_one_that_registers_on_the_day_it_is_closed_from_r25_r16(world, registered_on, forwards):
    world.at("2023-02-10 10:00").self_registers(CLINIC.place, registered_on=registered_on)
    world.sor(CLINIC.owner)
    closed = {"to_date": "2023-01-31", "registered_at": "2023-01-20T08:00:00Z", "channel": "sor-office"}
    assert len(world.sor(CLINIC.place, **closed).forwards()) == forwards


def test_a_place_that_was_decided_out_while_it_waited_for_its_parent_is_taken_back_r28_r13(world):
    """BSR holds its SOR half; the place registers and is decided out under a parent that SOR has not told of yet."""
    missing = below(CLINIC.owner, 1100)
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.sor(CLINIC.place, parent_sor_id=missing.sor_id)
    assert world.self_registers(CLINIC.place) == []
    decides(world, "2023-03-01")
    assert world.until("2023-03-01") == []
    withdrawn = world.at("2023-04-01 10:00").sor(missing).one
    told_by = dict(world.records[-1].headers)["ce_id"].decode()
    assert (withdrawn.type, withdrawn["reason"]) == ("dk.bsr.registration.withdrawn.v1", "superseded")
    assert (withdrawn.explanation["rules"], withdrawn.explanation["causedBy"]) == (["R28"], told_by)


def test_a_place_that_lost_its_mark_gets_it_back_under_the_number_of_the_day_r14_r4(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.sor(CLINIC.place, is_treatment_place=False)
    world.sor(CLINIC.owner, cvr=cvr_number(77))
    assert world.sor(CLINIC.place, is_treatment_place=True).forwards().one["cvr"] == cvr_number(77)


def test_a_closed_place_that_never_registered_is_forwarded_no_more_r7_r29(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-02-28")
    assert world.until("2023-03-01").withdrawals().one["reason"] == "closed-unregistered"
    assert world.sor(CLINIC.place, name="Nyt navn") == []


def test_a_closed_place_that_has_left_the_register_by_its_closure_is_not_late_r7(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-02-28")
    assert world.until("2023-03-01").deregistrations()
    assert world.sor(CLINIC.place, name="Nyt navn") == []
    assert world.self_registers(CLINIC.place, reference_id="Rekv. 4711") == []
