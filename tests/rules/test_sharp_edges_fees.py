"""Amounts to the øre, days to the day (R31–R44)."""

from __future__ import annotations

import pytest

from support.trees import private_clinic

CLINIC = private_clinic()
PLACE, OWNER = CLINIC.place.sor_id, CLINIC.owner.sor_id


def notifies(world, **told):
    """An underretning of a place or of an owner for all its places."""
    value = {"authorisationIds": ["0BC12"], "kind": "volunteer-sole", "ownerSorId": OWNER} | told
    return world.send("stps.notices.v1", value, ce_type="dk.stps.exemption.notified.v1", ce_id="underretning")


def test_a_trigger_says_the_whole_of_it_r37_r39(world):
    world.at("2023-05-01 10:00").registered(CLINIC, reference_id="Rekv. 4711")
    assert world.triggers().one.value == {
        "registrationId": world.forwards().last["registrationId"],
        "sorId": PLACE,
        "feeYear": 2023,
        "occasion": "registration",
        "category": "5",
        "amount": "1726.00",
        "currency": "DKK",
        "basis": "full",
        "tariff": "stps-2023-5",
        "recipient": {
            "channel": "digital-post",
            "ean": None,
            "cvr": CLINIC.owner.first["cvr"],
            "email": None,
            "billedSorId": PLACE,
        },
        "referenceId": "Rekv. 4711",
        "routeStatus": "ok",
        "paymentDays": 30,
        "flags": [],
    }


def test_a_decision_that_nothing_is_due_says_the_whole_of_it_r40(world):
    world.at("2023-05-01 10:00").registered(CLINIC, volunteers_only=True)
    assert world.not_due().one.value == {
        "registrationId": world.forwards().last["registrationId"],
        "sorId": PLACE,
        "feeYear": 2023,
        "occasion": "registration",
        "reason": "volunteers-only",
    }


def test_an_owner_s_notification_settles_what_waits_for_a_tariff_at_each_place_r44_r32(world):
    world.at("2025-05-01 10:00").registered(CLINIC)
    sent = notifies(world, notifiedOn="2025-05-01")
    assert (sent.one.key, sent.one["reason"]) == (PLACE, "exempt-notified")


def test_a_share_let_off_is_rounded_half_up_to_the_oere_r36(world):
    """2,015.00 less a thousandth is 2,012.985."""
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.notice("dispensation.granted", CLINIC.place, fee_year=2023, share="0.001")
    assert world.self_registers(CLINIC.place, category="4").triggers().one["amount"] == "2012.99"


@pytest.mark.parametrize(("registered_on", "fees"), [("2023-05-01", 0), ("2023-05-02", 1)])
def test_registering_the_day_after_a_notification_ends_it_and_the_same_day_does_not_r44_r46(world, registered_on, fees):
    world.at("2023-05-01 10:00").sor(CLINIC)
    notifies(world, sorId=PLACE, notifiedOn="2023-05-01")
    world.at("2023-05-02 10:00").self_registers(CLINIC.place, registered_on=registered_on)
    assert len(world.triggers()) == fees
