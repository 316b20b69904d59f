"""Amounts to the øre, days to the day (R31–R44)."""

from __future__ import annotations

import pytest

from support.trees import private_clinic

CLINIC = private_clinic()


def test_a_share_let_off_is_rounded_half_up_to_the_oere_r36(world):
    """2,015.00 less a thousandth is 2,012.985."""
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.notice("dispensation.granted", CLINIC.place, fee_year=2023, share="0.001")
    assert world.self_registers(CLINIC.place, category="4").triggers().one["amount"] == "2012.99"


@pytest.mark.parametrize(("registered_on", "fees"), [("2023-05-01", 0), ("2023-05-02", 1)])
def test_registering_the_day_after_a_notification_ends_it_and_the_same_day_does_not_r44_r46(world, registered_on, fees):
    world.at("2023-05-01 10:00").sor(CLINIC)
    told = {"authorisationIds": ["0BC12"], "notifiedOn": "2023-05-01", "kind": "volunteer-sole"}
    about = {"sorId": CLINIC.place.sor_id, "ownerSorId": CLINIC.owner.sor_id}
    world.send("stps.notices.v1", about | told, ce_type="dk.stps.exemption.notified.v1", ce_id="underretning")
    world.at("2023-05-02 10:00").self_registers(CLINIC.place, registered_on=registered_on)
    assert len(world.triggers()) == fees
