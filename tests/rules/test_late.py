"""Registering late, and self-registrations that come after the closure (R13, R25, R31, R41)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number
from support.trees import private_clinic

CLINIC = private_clinic()
PLACE = CLINIC.place


@pytest.mark.parametrize(
    ("started", "years"),
    [
        ("2023-02-01", [2023]),
        ("2021-12-31", [2021, 2022, 2023]),
        ("2010-01-01", [2020, 2021, 2022, 2023]),
    ],
)
def test_one_fee_for_each_missed_year_at_most_three_back_r41(world, started, years):
    world.at("2023-06-01 10:00").sor(CLINIC)
    world.self_registers(PLACE, treatment_started_on=started, category="5")
    waiting = [entry.fee_year for state in world.world.owners.values() for entry in state.nodes[PLACE.sor_id].ledger]
    assert sorted(waiting) == years  # those without a tariff wait
    assert world.triggers().values("feeYear") == [year for year in years if year != 2020]
    late = [each["feeYear"] for each in world.triggers() if each["occasion"] == "late-registration"]
    assert late == [year for year in years if year not in {2020, 2023}]


def test_a_place_that_began_when_it_registered_has_missed_nothing_r41(world):
    world.at("2023-06-01 10:00").registered(CLINIC)
    assert world.triggers().values("occasion") == ["registration"]


def test_a_self_registration_after_the_closure_that_was_in_time_is_settled_at_once_r13_r25(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.sor(PLACE, to_date="2023-03-31")
    assert world.until("2023-04-01").withdrawals().one["reason"] == "closed-unregistered"
    sent = world.at("2023-04-05 10:00").self_registers(PLACE, registered_on="2023-02-10")
    assert [each.type.split(".")[2] for each in sent] == ["registration", "invoice", "deregistration"]
    assert sent.deregistrations().one["lastDay"] == "2023-03-31"
    assert sent.triggers().one["occasion"] == "registration"
    assert world.self_registers(PLACE, category="4") == []


def test_one_made_after_the_closure_registers_nobody_r7_r25(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.sor(PLACE, to_date="2023-03-31")
    world.until("2023-04-05")
    assert world.self_registers(PLACE, registered_on="2023-04-01") == []


def test_one_made_before_a_backdated_closure_was_recorded_was_in_time_r26(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.at("2023-05-10 10:00").sor(PLACE, to_date="2023-03-31", channel="sor-office")
    sent = world.at("2023-05-11 10:00").self_registers(PLACE, registered_on="2023-05-02")
    assert sent.deregistrations().one["backdated"] is True


def test_the_first_closure_stays_the_closure_r7_r24(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.sor(CLINIC.owner, to_date="2023-03-31")
    world.until("2023-04-01")
    world.at("2023-04-02 10:00").sor(PLACE, to_date="2023-02-15", channel="sor-office")
    ended = world.self_registers(PLACE, registered_on="2023-02-10").deregistrations().one
    assert (ended["lastDay"], ended["cause"]) == ("2023-03-31", "company-closure")


def test_a_place_that_began_earlier_than_it_said_owes_the_years_between_r31_r41(world):
    world.at("2022-05-01 10:00").registered(CLINIC, treatment_started_on="2022-05-01")
    sent = world.at("2023-05-01 10:00").self_registers(CLINIC.place, treatment_started_on="2021-11-01")
    assert [(each["feeYear"], each["occasion"]) for each in sent.triggers()] == [(2021, "late-registration")]
    again = world.self_registers(CLINIC.place, treatment_started_on="2021-10-01")
    assert again.fee_decisions() == [], "each year is asked for once"


def test_a_place_that_was_to_begin_next_year_and_began_at_once_owes_the_first_year_r31(world):
    world.at("2022-12-01 10:00").registered(CLINIC, treatment_started_on="2023-01-10")
    sent = world.at("2023-01-05 10:00").self_registers(CLINIC.place, treatment_started_on="2022-12-10")
    assert [(each["feeYear"], each["occasion"]) for each in sent.triggers()] == [(2022, "registration")]


def test_a_corrected_beginning_asks_for_no_year_that_another_registration_was_there_r4_r41(world):
    world.at("2021-05-01 10:00").registered(CLINIC)
    world.at("2022-05-01 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2022-05-01")
    sent = world.at("2023-05-01 10:00").self_registers(CLINIC.place, treatment_started_on="2020-05-01")
    assert sent.fee_decisions() == []


def told_in_both_orders(new_world, *, same_year):
    """A place registers, then its owner's CVR changes: told as it happened, and with the self-registration held up."""
    changed, fee = ("2023-05-10", 2023) if same_year else ("2024-02-10", 2024)
    worlds = new_world(), new_world()
    for world, is_held_up in zip(worlds, [False, True], strict=True):
        world.at("2023-02-01 10:00").sor(CLINIC)
        if not is_held_up:
            world.self_registers(PLACE, registered_on="2023-02-01")
        world.at(f"{changed} 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date=changed)
        if is_held_up:
            world.self_registers(PLACE, registered_on="2023-02-01")
    return (*worlds, fee)


@pytest.mark.parametrize("same_year", [True, False])
def test_who_registered_before_the_new_number_and_is_heard_after_it_owes_what_it_would_have_r4_r13(
    new_world, same_year
):
    in_order, held_up, year = told_in_both_orders(new_world, same_year=same_year)
    for world in (in_order, held_up):
        fees = {(each["feeYear"], each["recipient"]["cvr"]) for each in world.triggers()}
        old, new = CLINIC.owner.first["cvr"], cvr_number(77)
        assert fees == {(2023, old), (year, old), (year, new)}
        assert world.deregistrations().one["cause"] == "new-cvr"
    assert held_up.deregistrations()[0].value == in_order.deregistrations()[0].value
    last, same = held_up.forwards().last, in_order.forwards().last
    assert (last["registrationId"], last["state"]) == (same["registrationId"], "registered")
    ids = [each.headers["ce_id"] for each in held_up.outputs]
    assert len(ids) == len(set(ids))


def test_who_registers_after_the_new_number_is_only_what_it_is_now_r4_r16(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2023-05-10")
    sent = world.self_registers(PLACE, registered_on="2023-05-10")
    assert (sent.deregistrations(), sent.triggers().one["recipient"]["cvr"]) == ([], cvr_number(77))


def test_what_gave_way_before_it_was_registered_is_no_concern_of_a_later_registration_r13(world):
    """It registered under its new number, left, and corrects the old day only when it registers anew."""
    world.at("2023-02-01 10:00").sor(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2023-05-10")
    world.self_registers(PLACE, registered_on="2023-05-10")
    world.sor(PLACE, is_treatment_place=False)
    world.self_registers(PLACE, registered_on="2023-04-01")
    assert world.sor(PLACE, is_treatment_place=True).deregistrations() == []
