"""Dispensation, whole and part, and who is a candidate for one (R36). Told with the pytest plugin."""

from __future__ import annotations

import pytest


@pytest.fixture
def clinic(given, at):
    at("2023-02-01 10:00")
    clinic = given.clinic("Brønderslev fodterapi")
    given.self_registration(clinic, category="5")
    return clinic


@pytest.fixture
def grants(given, clinic):
    def grant(share, year=2024, ce_id=None):
        given.notice("dispensation.granted", clinic, fee_year=year, share=share, ce_id=ce_id)

    return grant


@pytest.fixture
def the_run_of_2024(given, at):
    def held():
        given.fee_run(2024, on="2024-05-01")
        at("2024-05-01")

    return held


@pytest.mark.parametrize(("share", "amount"), [("0.5", "1129.00"), ("0.25", "1693.50"), ("0.333", "1506.09")])
def test_a_part_is_taken_off_the_amount_to_the_oere_r36(clinic, grants, the_run_of_2024, then, share, amount):
    grants(share)
    the_run_of_2024()
    then.invoiced(clinic, 2024, amount=amount, basis="partial-dispensation")
    then.nothing_else()


def test_a_part_is_taken_off_the_half_fee_too_r36_r34(clinic, given, grants, the_run_of_2024, then):
    given.self_registration(clinic, turnover_band="half")
    grants("0.5")
    the_run_of_2024()
    then.invoiced(clinic, 2024, amount="564.50")


@pytest.mark.parametrize("share", ["1", "1.0"])
def test_the_whole_leaves_nothing_due_r36(clinic, grants, the_run_of_2024, then, share):
    grants(share)
    the_run_of_2024()
    then.not_due(clinic, 2024, reason="dispensation")
    then.nothing_else()


def test_it_is_for_its_year_alone_r36(clinic, grants, the_run_of_2024, then):
    grants("1.0", year=2025)
    the_run_of_2024()
    then.invoiced(clinic, 2024, basis="full")


def test_the_latest_counts_r36(clinic, grants, the_run_of_2024, then):
    grants("1.0")
    grants("0.5")
    the_run_of_2024()
    then.invoiced(clinic, 2024, basis="partial-dispensation")


def test_what_was_decided_anew_counts_r36(clinic, grants, the_run_of_2024, then):
    for number, share in enumerate(("1.0", "0.5", "1.0")):
        grants(share, ce_id=f"decision-{number}")
    the_run_of_2024()
    then.not_due(clinic, 2024, reason="dispensation")


def test_what_is_only_told_again_counts_for_nothing_r36(clinic, grants, the_run_of_2024, then):
    for decision, share in (("first", "1.0"), ("second", "0.5"), ("first", "1.0")):
        grants(share, ce_id=decision)
    the_run_of_2024()
    then.invoiced(clinic, 2024, basis="partial-dispensation")


def test_it_takes_back_no_fee_that_has_been_triggered_r36_r39(clinic, at, grants, then):
    at("2023-02-02 10:00")
    grants("1.0", year=2023)
    then.nothing_else()


def test_the_whole_settles_a_question_that_waits_for_a_tariff_r36_r32(given, at, then):
    at("2031-02-01 10:00")
    clinic = given.clinic("Brønderslev fodterapi")
    given.self_registration(clinic)
    then.waits(clinic, "tariff")
    given.notice("dispensation.granted", clinic, fee_year=2031, share="1.0")
    then.not_due(clinic, 2031, reason="dispensation")


@pytest.mark.parametrize(("last_day", "flags"), [("2024-01-14", ["dispensation-candidate"]), ("2024-01-15", [])])
def test_a_closure_in_the_first_fourteen_days_is_marked_and_still_triggers_r36(
    clinic, given, at, then, last_day, flags
):
    at("2023-12-01 10:00")
    given.closes(clinic, last_day)
    at("2024-02-01")
    then.invoiced(clinic, 2024, flags=flags)
