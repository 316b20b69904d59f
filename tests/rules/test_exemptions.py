"""Places that need not register: underretning of four kinds, and how it ends (R34, R44, R46)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from support.messages import address, cvr_number
from support.trees import municipality, private_clinic, private_hospital

CLINIC = private_clinic()
PLACE = CLINIC.place
KINDS = {
    "volunteer-sole": {"authorisation_ids": ["BCDF1"]},
    "temporary-event": {
        "event": {"name": "Festival", "address": "Pladsen 1", "from": "2023-07-01", "to": "2023-07-08"},
    },
    "low-turnover": {"authorisation_ids": ["BCDF1"]},
    "partnership": {"cvr": cvr_number(5), "owner_cvrs": [cvr_number(6)], "professions": ["sygeplejerske"]},
}


def notifies(world, kind, unit=PLACE, *, on="2023-03-01", **changes):
    return world.notice("exemption.notified", unit, kind=kind, notified_on=on, **KINDS[kind] | changes)


def closes(world, last_day):
    world.sor(PLACE, to_date=last_day, channel="sor-office")
    world.until("2026-01-01")
    return world.outputs.fee_decisions(PLACE).last


@pytest.mark.parametrize("kind", KINDS)
def test_no_registration_and_no_fee_r44(world, kind):
    world.at("2023-02-01 10:00").sor(CLINIC)
    assert notifies(world, kind) == []
    assert closes(world, "2023-08-31")["reason"] == "exempt-notified"


@pytest.mark.parametrize("kind", KINDS)
def test_a_registered_place_that_notifies_owes_nothing_in_the_next_run_r44_r39(world, kind):
    world.at("2022-05-01 10:00").registered(CLINIC)
    notifies(world, kind, on="2023-03-01")
    assert world.fee_run(2023, "2023-05-01") + world.until("2023-05-01") != []
    assert world.not_due(PLACE).one["reason"] == "exempt-notified"
    assert world.deregistrations() == []


def test_it_does_not_reach_back_before_the_year_it_was_notified_r44(world):
    world.at("2021-05-01 10:00").registered(CLINIC)
    notifies(world.at("2023-03-01 10:00"), "low-turnover", on="2023-03-01")
    decision = closes(world, "2022-12-31")
    assert (decision["feeYear"], decision["amount"]) == (2022, "2094.00")


def test_an_event_exempts_the_years_it_lasts_r44(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    notifies(world, "temporary-event")
    assert closes(world, "2024-02-29")["reason"] == "not-registered"


def test_an_owner_may_notify_for_all_its_places_r44(world):
    tree = private_hospital()
    world.at("2023-02-01 10:00").sor(tree)
    notifies(world, "low-turnover", None, sor_id=None, owner_sor_id=tree.owner.sor_id)
    world.sor(tree.owner, to_date="2023-12-31", channel="sor-office")
    assert set(world.until("2024-01-01").fee_decisions().values("reason")) == {"exempt-notified"}


def test_a_notification_of_nobody_in_sor_is_accepted_and_changes_nothing_r44(world):
    assert notifies(world, "volunteer-sole", None, sor_id=None, owner_sor_id=None) == []


def test_low_turnover_frees_no_public_place_r44_r34(world):
    town = municipality()
    world.at("2022-05-01 10:00").registered(town, category="4")
    notifies(world, "low-turnover", town.place, on="2023-03-01")
    world.fee_run(2023, "2023-05-01")
    assert world.until("2023-05-01").triggers().one["feeYear"] == 2023


def test_a_place_that_stayed_registered_owes_the_year_it_ends_its_exemption_r46(world):
    world.at("2021-05-01 10:00").registered(CLINIC)
    notifies(world, "low-turnover", on="2023-03-01")
    world.at("2023-09-01 10:00")
    sent = world.self_registers(PLACE, registered_on="2023-09-01")
    assert (sent.triggers().one["feeYear"], sent.triggers().one["occasion"]) == (2023, "registration")
    assert world.sor(PLACE, name="Nyt navn").fee_decisions() == []


def test_the_place_of_an_event_may_be_told_as_an_address_r44(world):
    event = KINDS["temporary-event"]["event"] | {"address": address("Pladsen", "1")}
    assert notifies(world, "temporary-event", event=event).dead_letters() == []


def test_a_cosmetic_place_must_register_whatever_its_turnover_r34_r44(world):
    world.at("2023-02-01 10:00").registered(CLINIC, cosmetic=True, category="3a", turnover_band="full")
    notifies(world, "low-turnover", on="2023-03-01")
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").triggers().one["feeYear"] == 2024


def test_it_ends_when_the_place_registers_r46(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    notifies(world, "low-turnover", on="2023-03-01")
    sent = world.at("2023-09-01 10:00").self_registers(PLACE, registered_on="2023-09-01")
    assert sent.forwards().one["state"] == "registered"
    assert (sent.triggers().one["feeYear"], sent.triggers().one["occasion"]) == (2023, "registration")


def test_a_registration_of_before_does_not_end_it_r46(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    notifies(world, "low-turnover", on="2023-03-01")
    sent = world.at("2023-09-01 10:00").self_registers(PLACE, registered_on="2023-02-15")
    assert sent.fee_decisions().one["reason"] == "exempt-notified"


def test_the_years_it_was_exempt_are_not_charged_afterwards_r46_r44_r41(world):
    world.at("2022-02-01 10:00").sor(CLINIC)
    notifies(world, "low-turnover", on="2022-02-01")
    world.at("2024-03-01 10:00")
    sent = world.self_registers(PLACE, registered_on="2024-03-01", treatment_started_on="2022-02-15")
    assert sent.triggers().values("feeYear") == [2024]
    assert set(sent.not_due().values("reason")) == {"exempt-notified"}


def test_an_event_frees_no_clinic_of_whoever_arranges_it_r44_r31(world):
    world.at("2022-05-01 10:00").registered(CLINIC)
    notifies(world, "temporary-event", None, sor_id=None, owner_sor_id=CLINIC.owner.sor_id)
    world.fee_run(2023, "2023-05-01")
    assert world.until("2023-05-01").triggers().one["feeYear"] == 2023


def test_more_notices_than_any_place_can_have_are_refused_and_the_rest_goes_on(world):
    """So its papers always fit into the one record that goes with it when it moves."""
    world.at("2023-02-01 10:00").registered(CLINIC)
    for days in range(200):
        notifies(world, "low-turnover", on=f"{date(2024, 1, 1) + timedelta(days)}")
    assert world.dead_letters() == []
    assert notifies(world, "low-turnover", on="2025-01-01").dead_letters().reasons == ["contract-violation"]
    assert notifies(world, "low-turnover", on="2024-01-01") == [], "a repeat is still one"
    assert len(world.sor(PLACE, telephone="99").forwards()) == 1
