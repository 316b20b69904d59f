"""What a unit waits for, and what is told once it comes (R13, R20, R32, R39, R44)."""

from __future__ import annotations

import pytest

from support.trees import owner_without_cvr, private_clinic
from workers.explain.sent import ExplainError

CLINIC = private_clinic()


def test_a_missing_parent_is_named_until_it_comes_r13(world, told):
    world.sor(CLINIC.place)
    parent = CLINIC.owner.sor_id
    waiting = told(world, CLINIC.place)
    assert waiting.section("What it waits for") == [f"{parent}, which it is under and which SOR has not told of (R13)."]
    assert waiting.sentences("→") == []
    world.at("2023-01-05 10:00").sor(CLINIC.owner)
    come = told(world, CLINIC.place)
    assert come.sentences()[1].startswith(f"SOR on its owner {parent}, version 1")
    assert come.sentences("→")[0].startswith("Forwarded to BSR")


def test_a_self_registration_alone_waits_for_sor_r13(world, told):
    world.self_registers(CLINIC.place)
    page = told(world, CLINIC.place)
    assert page.section("What it waits for")[0].startswith("SOR's own message on the unit")
    assert page.section("What does not happen, and why")[0].startswith("BSR is told nothing")


def test_a_fee_without_tariff_waits_and_is_told_when_the_table_has_come_r32(world, told, fee_table):
    world.at("2025-03-03 10:00").registered(CLINIC)
    parked = told(world, CLINIC.place)
    fee = "a tariff for 2025: add it to the fee table, and the fee is triggered by itself (R32)."
    assert fee in parked.section("What it waits for")
    open_since = "The fee for 2025 (the registration) has been an open question since 2025-03-03 10:00."
    assert open_since in parked.section("How it stands")
    priced = told(world, CLINIC.place, tariffs=fee_table(2025))
    assert priced.sentences("→")[-1].startswith("Fee for 2025: 2300.00 kroner, the full fee (R31)")


def test_the_yearly_run_is_to_come_and_is_told_where_it_asked_r39(world, told):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.at("2024-01-10 10:00").fee_run(2024, "2024-06-01")
    page = told(world, CLINIC.place)
    assert page.section("What comes next")[0] == "2024-06-01 00:00: the yearly run asks for the fee of 2024 (R39)."
    after = told(world, CLINIC.place, until="2024-06-02")
    assert "STPS starts the yearly run for 2024, to be held on 2024-06-01 (R39)." in after.sentences()
    assert "because of the yearly run" in after.sentences("→")[-1]


def test_dispensation_and_exemption_are_told_with_what_they_change_r36_r44(world, told):
    world.registered(CLINIC)
    world.notice("dispensation.granted", CLINIC.place, fee_year=2024, share="0.5")
    world.notice(
        "exemption.notified",
        None,
        owner_sor_id=CLINIC.owner.sor_id,
        kind="low-turnover",
        authorisation_ids=["0B1CD"],
        notified_on="2023-01-03",
    )
    page = told(world, CLINIC.place)
    assert "STPS lets the place off 0.5 of the fee for 2024 (R36)." in page.sentences()
    assert "The owner notifies on 2023-01-03 that its places need not register: low turnover (R44)." in page.sentences()
    assert "No fee for 2023: an exemption has been notified (R44)." in page.section("What does not happen, and why")


def test_an_owner_without_cvr_and_a_number_that_fails_its_check_are_said_not_to_be_asked_for_r2_r18(world, told):
    person = owner_without_cvr()
    world.sor(person)
    assert "CVR is not asked: the owner has no CVR number (R18)." in told(world, person.place).page()
    wrong = private_clinic(3000, cvr="12345678")
    world.sor(wrong.owner)
    world.sor(wrong.place, p_number=None)
    page = told(world, wrong.place).page()
    assert "CVR is not asked about 12345678: its check digit fails" in page
    assert "CVR does not know" not in page


def test_a_unit_that_nobody_has_spoken_of_is_an_error_that_says_what_to_check(world, told):
    world.sor(CLINIC)
    with pytest.raises(ExplainError, match="nothing on record speaks of 70001000016004"):
        told(world, "70001000016004")


def test_a_unit_that_is_only_named_as_a_parent_has_a_story_r13(world, told):
    world.sor(CLINIC.place)
    page = told(world, CLINIC.owner)
    assert page.section("What does not happen, and why") == [
        "BSR is told nothing: no message of SOR's on the unit itself has been accepted (R13)."
    ]
