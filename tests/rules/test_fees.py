"""The fee: is one due, how much, once (R31–R35, R39, R40)."""

from __future__ import annotations

import pytest

from contracts.tariffs import TariffTable
from support.messages import cvr_number
from support.trees import (
    below,
    municipality,
    owner_without_cvr,
    private_clinic,
    private_hospital,
    region,
)

CLINIC = private_clinic()
AMOUNTS_2023 = {"1": "9765.00", "2": "6513.00", "3a": "3578.00", "3b": "3578.00", "4": "2015.00", "5": "1726.00"}
HALVES_2023 = {"1": "4883.00", "2": "3257.00", "3a": "1789.00", "3b": "1789.00", "4": "1008.00", "5": "863.00"}


def closed(world, tree, last_day, **self_registration):
    """Register the tree's place in January 2023, close it on `last_day`, and return what the closure sent."""
    world.at("2023-01-16 10:00").registered(tree, **self_registration)
    world.sor(tree.place, to_date=last_day, channel="sor-office")
    return world.until("2024-12-31")


@pytest.mark.parametrize(("last_day", "year"), [("2023-12-31", 2023), ("2024-01-01", 2024), ("2024-02-29", 2024)])
def test_the_fee_year_of_a_closure_is_the_year_of_its_last_day_r31(world, last_day, year):
    assert closed(world, CLINIC, last_day).fee_decisions().one["feeYear"] == year


def test_a_place_that_closes_during_the_year_owes_the_full_year_r31(world):
    trigger = closed(world, CLINIC, "2024-01-31").triggers().one
    assert (trigger["amount"], trigger["basis"], trigger["occasion"]) == ("2258.00", "full", "closure")


def test_a_place_that_opens_during_the_year_owes_the_full_year_r31(world):
    world.at("2023-12-30 10:00").registered(CLINIC)
    trigger = world.triggers().one
    assert (trigger["amount"], trigger["feeYear"], trigger["occasion"]) == ("1726.00", 2023, "registration")


def test_a_place_that_starts_treating_next_year_owes_nothing_before_r31(world):
    world.at("2023-12-01 10:00").registered(CLINIC, treatment_started_on="2024-01-08")
    assert world.outputs.fee_decisions() == []
    world.sor(CLINIC.place, to_date="2024-03-31", channel="sor-office")
    assert world.until("2024-04-01").triggers().one["feeYear"] == 2024


def test_a_place_that_closes_before_it_treats_anybody_owes_nothing_r31(world):
    world.at("2023-03-01 10:00").registered(CLINIC, treatment_started_on="2024-02-01")
    world.sor(CLINIC.place, to_date="2023-12-31", channel="sor-office")
    assert world.until("2024-12-31").fee_decisions().one["reason"] == "not-registered"
    assert world.triggers() == []


@pytest.mark.parametrize("ends", [{"to_date": "2024-03-31"}, {"cvr": cvr_number(70), "from_date": "2024-04-01"}])
def test_so_does_one_whose_first_patient_was_to_come_later_that_year_r31(world, ends):
    world.at("2023-12-01 10:00").registered(CLINIC, treatment_started_on="2024-06-01")
    world.at("2024-02-01 10:00").sor(CLINIC.place if "to_date" in ends else CLINIC.owner, **ends)
    assert world.until("2024-04-01").fee_decisions()[0]["reason"] == "not-registered"


@pytest.mark.parametrize("category", list(AMOUNTS_2023))
def test_the_amounts_charged_in_2023_are_the_reduced_ones_of_the_table_r32(world, category):
    world.at("2023-03-01 10:00").registered(CLINIC, category=category)
    trigger = world.triggers().one
    assert trigger["amount"] == AMOUNTS_2023[category]
    assert trigger["tariff"] == f"stps-2023-{category[0]}"
    assert trigger["category"] == category
    assert (trigger["currency"], trigger["paymentDays"]) == ("DKK", 30)


@pytest.fixture
def with_2025(fee_table):
    """A table for 2025, category 5; the packaged one has none."""
    packaged = TariffTable.load()
    assert 2025 not in packaged.years
    return fee_table(2025)


def test_a_year_without_a_table_parks_the_trigger_and_guesses_nothing_r32(world):
    sent = world.at("2025-03-01 10:00").registered(CLINIC)
    assert sent.forwards().last["state"] == "registered"
    assert sent.fee_decisions() == []
    assert world.restart().until("2027-01-01") == []


def test_a_parked_trigger_is_released_once_when_the_table_gains_the_year_r32(world, with_2025):
    world.at("2025-03-01 10:00").registered(CLINIC)
    sent = world.restart(tariffs=with_2025).until("2025-04-01")
    trigger = sent.triggers().one
    assert (trigger["amount"], trigger["feeYear"], trigger["tariff"]) == ("2300.00", 2025, "stps-2025-5")
    assert trigger["occasion"] == "registration"
    assert world.restart().until("2026-01-01") == []


def test_a_trigger_parked_twice_in_a_year_is_released_as_one_fee_r32_r39(world, with_2025):
    world.at("2025-03-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2025-03-31")
    assert world.until("2025-04-01").fee_decisions() == []
    sent = world.restart(tariffs=with_2025).until("2025-05-01")
    assert sent.triggers().one["occasion"] == "registration"
    assert (sent.not_due().one["occasion"], sent.not_due().one["reason"]) == ("closure", "already-triggered")


def test_only_what_the_table_gained_is_released_r32(world, with_2025):
    world.at("2025-03-01 10:00").registered(CLINIC, category="4")
    assert world.restart(tariffs=with_2025).until("2026-01-01") == []


def test_a_parked_closure_still_deregisters_r32_r25(world):
    world.at("2025-03-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2025-03-31")
    assert len(world.until("2025-04-01").deregistrations()) == 1


def test_what_needs_no_amount_needs_no_table_r32_r35(world):
    sent = world.at("2025-03-01 10:00").registered(CLINIC, volunteers_only=True)
    assert sent.not_due().one["reason"] == "volunteers-only"


def test_category_1_of_a_region_is_a_lump_sum_r33(world):
    hospital = region()
    sent = world.at("2023-03-01 10:00").registered(hospital, category="1")
    assert not sent.triggers()
    assert sent.not_due().one["reason"] == "region-lump-sum"


@pytest.mark.parametrize("category", ["2", "3a", "3b", "4", "5"])
def test_other_categories_of_a_region_pay_per_place_r33(world, category):
    world.at("2023-03-01 10:00").registered(region(), category=category)
    assert world.triggers().one["amount"] == AMOUNTS_2023[category]


@pytest.mark.parametrize("tree", [municipality(), private_hospital()])
def test_category_1_of_anybody_else_pays_per_place_r33(world, tree):
    world.at("2023-03-01 10:00").registered(tree, category="1")
    assert world.triggers().one["amount"] == AMOUNTS_2023["1"]


@pytest.mark.parametrize("category", list(HALVES_2023))
def test_a_private_place_in_the_half_band_pays_the_half_of_the_table_r34(world, category):
    """R34: half of an odd amount is rounded up to whole kroner from 2021."""
    world.at("2023-03-01 10:00").registered(CLINIC, category=category, turnover_band="half")
    assert (world.triggers().one["amount"], world.triggers().one["basis"]) == (HALVES_2023[category], "half")


def test_halves_of_2018_keep_their_oere_r34(world):
    world.at("2018-09-01 10:00").registered(CLINIC, category="4", turnover_band="half")
    assert world.triggers().one["amount"] == "1151.50"


@pytest.mark.parametrize("cosmetic", [False, True])
def test_a_private_place_under_the_lower_limit_pays_nothing_cosmetic_or_not_r34(world, cosmetic):
    sent = world.at("2023-03-01 10:00").registered(CLINIC, turnover_band="below-limit", cosmetic=cosmetic)
    assert sent.forwards().last["state"] == "registered"
    assert sent.not_due().one["reason"] == "turnover-below-limit"


@pytest.mark.parametrize("tree", [municipality(), region()])
@pytest.mark.parametrize("band", ["below-limit", "half"])
def test_public_places_never_get_the_turnover_rules_r34(world, tree, band):
    world.at("2023-03-01 10:00").registered(tree, category="4", turnover_band=band)
    assert (world.triggers().one["amount"], world.triggers().one["basis"]) == ("2015.00", "full")


def test_volunteers_only_is_registered_without_a_fee_r35(world):
    sent = world.at("2023-03-01 10:00").registered(CLINIC, volunteers_only=True)
    assert sent.forwards().last["state"] == "registered"
    assert sent.not_due().one["reason"] == "volunteers-only"


def test_registration_and_closure_in_one_year_are_one_fee_r39(world):
    sent = closed(world, CLINIC, "2023-06-30")
    assert len(world.triggers()) == 1
    assert sent.not_due().one["reason"] == "already-triggered"


def test_each_year_is_a_fee_of_its_own_r39(world):
    closed(world, CLINIC, "2024-06-30")
    assert world.triggers().values("feeYear") == [2023, 2024]
    assert len({each.headers["ce_id"] for each in world.triggers()}) == 2


def test_versions_of_the_self_registration_are_one_fee_r39(world):
    world.registered(CLINIC)
    for category in ("4", "3a", "5"):
        world.self_registers(CLINIC.place, category=category)
    assert len(world.triggers()) == 1


def test_losing_and_regaining_the_mark_is_no_second_fee_r39(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, is_treatment_place=False)
    world.sor(CLINIC.place, is_treatment_place=True)
    assert len(world.triggers()) == 1
    assert not world.not_due(), "the same question on the same occasion is settled once"


def test_repeats_and_restarts_are_no_second_fee_r39(world):
    world.registered(CLINIC)
    for record in tuple(world.records):
        world.restart().play(record)
    assert len(world.triggers()) == 1


def test_every_place_pays_for_itself_r39(world):
    hospital = private_hospital()
    world.registered(hospital, *hospital.departments)
    assert {each.key for each in world.triggers()} == {department.sor_id for department in hospital.departments}
    assert len({each["registrationId"] for each in world.triggers()}) == 2


CLOSURES = [
    (CLINIC, {}, "2023-06-30", "already-triggered"),
    (region(), {"category": "1"}, "2024-06-30", "region-lump-sum"),
    (CLINIC, {"volunteers_only": True}, "2024-06-30", "volunteers-only"),
    (owner_without_cvr(), {"turnover_band": "below-limit"}, "2024-06-30", "turnover-below-limit"),
]


@pytest.mark.parametrize(
    ("tree", "self_registration", "last_day", "reason"), CLOSURES, ids=[each[3] for each in CLOSURES]
)
def test_every_closure_gets_a_decision_with_its_reason_r40(world, tree, self_registration, last_day, reason):
    decision = closed(world, tree, last_day, **self_registration).fee_decisions().one
    assert decision.type == "dk.stps.invoice.not-due.v1"
    assert decision.value == {
        "registrationId": world.deregistrations().one["registrationId"],
        "sorId": tree.place.sor_id,
        "feeYear": int(last_day[:4]),
        "occasion": "closure",
        "reason": reason,
    }


def test_a_closure_of_a_place_that_never_registered_gets_its_decision_too_r40(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-06-30")
    assert world.until("2023-07-01").not_due().one["reason"] == "not-registered"


def test_a_closure_under_a_kept_company_decides_only_for_the_place_itself_r40(world):
    other = below(CLINIC.owner, 1500, is_treatment_place=True)
    world.registered(CLINIC)
    world.sor(other)
    world.self_registers(other)
    world.sor(CLINIC.place, to_date="2024-06-30")
    assert [each.key for each in world.until("2024-07-01").fee_decisions()] == [CLINIC.place.sor_id]
