"""No year is charged in which the place was another registration, or has had its answer (R4, R31, R34, R39, R41)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number
from support.trees import below, private_clinic

CLINIC = private_clinic()
NEW_CVR = cvr_number(71)


def fees(outputs) -> list[tuple[int, str, str]]:
    return [(each["feeYear"], each["occasion"], each["recipient"]["cvr"]) for each in outputs.triggers()]


@pytest.fixture
def old(world):
    """Registered in 2021, and asked for 2022 in that year's run."""
    world.at("2021-03-01 10:00").registered(CLINIC, treatment_started_on="2021-03-01")
    world.at("2022-05-01 10:00").fee_run(2022, "2022-06-01")
    return world.at("2023-01-10 10:00")


def goes_to_new_company(world):
    world.sor(CLINIC.owner, cvr=NEW_CVR, from_date="2023-01-10")


def test_a_run_for_a_year_gone_by_does_not_ask_who_was_not_there_then_r4_r39(old):
    goes_to_new_company(old)
    assert fees(old.at("2023-02-01 10:00").fee_run(2022, "2023-02-01")) == []
    assert fees(old.fee_run(2023, "2023-02-02")) == [], "asked when the number came"


def test_a_closure_dated_before_the_new_number_owes_nothing_for_that_year_r4_r31_r40(old):
    goes_to_new_company(old)
    ended = old.sor(CLINIC.place, channel="sor-office", to_date="2022-12-31")
    assert fees(ended) == []
    assert [(each["feeYear"], each["occasion"], each["reason"]) for each in ended.not_due()] == [
        (2022, "closure", "not-registered")
    ]


def test_registering_anew_asks_for_no_year_that_another_registration_was_asked_for_r4_r41(old):
    old.notice(
        "deregistration.decided", CLINIC.place, effective_on="2023-01-12", initiator="stps", treated_in_year=False
    )
    old.at("2023-04-01 10:00").sor(CLINIC.owner, cvr=NEW_CVR, from_date="2023-04-01")
    anew = old.at("2023-05-01 10:00").self_registers(CLINIC.place, registered_on="2023-05-01")
    assert fees(anew) == [(2023, "registration", NEW_CVR)]


def test_registering_anew_asks_for_no_year_that_was_rightly_free_r34_r41(world):
    world.at("2021-03-01 10:00").registered(CLINIC, treatment_started_on="2021-03-01", turnover_band="below-limit")
    world.at("2022-05-01 10:00").fee_run(2022, "2022-06-01")
    world.at("2023-01-10 10:00").notice(
        "deregistration.decided", CLINIC.place, effective_on="2023-01-12", initiator="place", treated_in_year=False
    )
    world.at("2023-05-01 10:00")
    anew = world.self_registers(CLINIC.place, registered_on="2023-05-01", turnover_band="full")
    assert [(year, occasion) for year, occasion, _ in fees(anew)] == [(2023, "registration")]


def test_losing_the_mark_for_a_month_charges_no_old_year_by_today_s_turnover_r14_r34(world):
    world.at("2021-03-01 10:00").registered(CLINIC, turnover_band="below-limit")
    world.at("2023-02-01 10:00").self_registers(CLINIC.place, turnover_band="full")
    world.at("2023-03-01 10:00").sor(CLINIC.place, is_treatment_place=False)
    assert fees(world.at("2023-04-01 10:00").sor(CLINIC.place, is_treatment_place=True)) == []


def test_a_year_in_which_nobody_was_treated_is_missed_all_the_same_r31_r41(world):
    """It left before it began; then it registers late, with a beginning in that very year."""
    world.at("2022-11-01 10:00").registered(CLINIC, treatment_started_on="2023-01-10")
    world.notice(
        "deregistration.decided", CLINIC.place, effective_on="2022-11-10", initiator="place", treated_in_year=True
    )
    world.until("2022-12-01")
    assert world.triggers() == []
    world.at("2023-05-01 10:00")
    late = world.self_registers(CLINIC.place, registered_on="2023-05-01", treatment_started_on="2022-10-01")
    assert [(year, occasion) for year, occasion, _ in fees(late)] == [
        (2022, "late-registration"),
        (2023, "registration"),
    ]


def test_a_run_held_early_asks_nobody_who_will_have_closed_by_then_r31_r39(world):
    world.at("2021-03-01 10:00").registered(CLINIC)
    world.at("2023-11-03 10:00").sor(CLINIC.place, to_date="2023-12-31")
    assert fees(world.at("2023-11-20 10:00").fee_run(2024, "2023-12-01")) == []
    world.until("2024-02-01")
    assert [year for year, *_ in fees(world)] == [2021, 2023]


def test_who_is_replaced_no_more_names_no_successor_r28(world):
    other = below(CLINIC.owner, 1500, is_treatment_place=True)
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.sor(other, replaces=[CLINIC.place.sor_id])
    world.at("2023-02-03 10:00").sor(other, replaces=[])
    world.at("2023-03-01 10:00").sor(CLINIC.place, to_date="2023-03-20")
    world.until("2023-04-01")
    assert world.deregistrations(CLINIC.place).one["successorRegistrationId"] is None
