"""Whatever asks for a fee looks at the road as it is on its own day (R38, R39)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number, p_number
from support.trees import municipality, owner, private_clinic

CLINIC, TOWN = private_clinic(), municipality()


def ceases_at_new_year(world, owner, cvr=None):
    """CVR says that the company's last day is 31 December 2023."""
    number = cvr or owner.first["cvr"]
    fact = {"kind": "company", "cvr": number, "name": None, "status": "active", "ceasedOn": "2023-12-31"}
    answer = {"ownerSorId": owner.sor_id, "fetchedAt": "2023-05-01T08:00:00Z", "fact": fact}
    key = f"{owner.sor_id}/{number}"
    world.send("sorbro.cvr-facts.v1", answer, key=key, ce_type="dk.sorbro.cvr.answered.v1")


@pytest.fixture
def clinic(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    ceases_at_new_year(world, CLINIC.owner)
    return CLINIC


def roads(outputs) -> list[tuple[int, str, str]]:
    return [(each["feeYear"], each["occasion"], each["routeStatus"]) for each in outputs.triggers()]


def test_registering_r38_r39(world, clinic):
    assert roads(world.self_registers(clinic.place)) == [(2023, "registration", "ok")]


def test_registering_late_r38_r41(world, clinic):
    world.at("2024-02-01 10:00")
    sent = world.self_registers(clinic.place, treatment_started_on="2023-02-01")
    assert roads(sent) == [
        (2023, "late-registration", "company-ceased"),
        (2024, "registration", "company-ceased"),
    ]


def test_closing_r38_r39(world, clinic):
    world.self_registers(clinic.place)
    world.sor(clinic.place, to_date="2024-03-31", channel="sor-office")
    assert roads(world.until("2024-04-01")) == [(2024, "closure", "company-ceased")]


def test_leaving_by_decision_r38_r28(world, clinic):
    world.self_registers(clinic.place)
    decision = {"effective_on": "2024-03-31", "initiator": "stps", "treated_in_year": True}
    world.notice("deregistration.decided", clinic.place, **decision)
    assert roads(world.until("2024-03-31")) == [(2024, "closure", "company-ceased")]


def test_the_yearly_run_r38_r39(world, clinic):
    world.self_registers(clinic.place)
    sent = world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01") + world.until("2024-05-02")
    assert roads(sent) == [(2024, "yearly-run", "company-ceased")]


def test_a_new_cvr_number_asks_of_both_r38_r4(world, clinic):
    world.self_registers(clinic.place)
    world.at("2024-02-01 10:00").sor(clinic.owner, cvr=cvr_number(77), from_date="2024-02-01")
    assert roads(world.outputs)[1:] == [(2024, "new-cvr", "company-ceased"), (2024, "new-cvr", "ok")]


def test_a_new_p_number_asks_of_both_r38_r5(world):
    world.at("2023-05-01 10:00").registered(TOWN, category="4")
    ceases_at_new_year(world, TOWN.owner)
    world.at("2024-02-02 10:00").sor(TOWN.place, p_number=p_number(77), from_date="2024-02-02")
    assert roads(world.outputs)[1:] == [(2024, "new-p-number", "company-ceased")] * 2


def test_a_question_that_waited_for_its_tariff_r38_r32(world, clinic, fee_table):
    world.at("2025-03-01 10:00").self_registers(clinic.place)
    sent = world.restart(tariffs=fee_table(2025)).until("2025-04-01")
    assert roads(sent) == [(2025, "registration", "company-ceased")]


def notifies(world, notified_on, kind="volunteer-sole"):
    about = {"sorId": CLINIC.place.sor_id, "ownerSorId": CLINIC.owner.sor_id}
    told = {"kind": kind, "authorisationIds": ["0BC12"], "notifiedOn": notified_on}
    world.send("stps.notices.v1", about | told, ce_type="dk.stps.exemption.notified.v1", ce_id="underretning")


def test_registering_anew_after_an_exemption_r38_r46(world, clinic):
    world.self_registers(clinic.place)
    notifies(world.at("2023-06-01 10:00"), "2023-06-01")
    sent = world.at("2024-07-01 10:00").self_registers(clinic.place, registered_on="2024-07-01")
    assert roads(sent) == [(2024, "registration", "company-ceased")]


def test_registering_anew_asks_nothing_where_the_year_is_paid_r39_r46(world, clinic):
    world.self_registers(clinic.place)
    world.at("2024-02-01 10:00").fee_run(2024, "2024-02-01")
    notifies(world.at("2024-06-01 10:00"), "2024-06-01")
    sent = world.at("2024-07-01 10:00").self_registers(clinic.place, registered_on="2024-07-01")
    assert sent.fee_decisions() == []


def test_the_year_that_was_free_by_an_exemption_is_asked_for_when_it_ends_r46_r40(world, clinic):
    notifies(world.at("2024-02-01 10:00"), "2024-02-01")
    first = world.self_registers(clinic.place, registered_on="2024-02-01")
    assert first.not_due().one["reason"] == "exempt-notified"
    sent = world.at("2024-07-01 10:00").self_registers(clinic.place, registered_on="2024-07-01")
    assert roads(sent) == [(2024, "registration", "company-ceased")]


def test_the_year_that_was_free_for_another_reason_is_not_r46_r40(world, clinic):
    first = world.at("2024-02-01 10:00").self_registers(clinic.place, registered_on="2024-02-01", volunteers_only=True)
    assert first.not_due().one["reason"] == "volunteers-only"
    notifies(world, "2024-02-01")
    again = {"registered_on": "2024-07-01", "volunteers_only": False}
    assert world.at("2024-07-01 10:00").self_registers(clinic.place, **again).fee_decisions() == []


def test_a_run_asks_nobody_who_treats_only_later_r39_r31(world, clinic):
    world.self_registers(clinic.place, treatment_started_on="2025-02-01")
    world.at("2024-02-01 10:00").fee_run(2024, "2024-02-01")
    assert world.outputs.fee_decisions() == []


def test_a_number_told_late_owes_every_year_since_r38_r4(world, clinic):
    world.self_registers(clinic.place)
    sent = world.at("2024-02-01 10:00").sor(clinic.owner, cvr=cvr_number(77), from_date="2023-06-01")
    new = sent.forwards().last["registrationId"]
    assert [each["feeYear"] for each in sent.triggers() if each["registrationId"] == new] == [2023, 2024]


def test_a_number_told_late_owes_every_year_since_also_where_nobody_waits_for_cvr_r37_r4(world):
    """An EAN is no Digital Post, so each year is charged at once."""
    world.at("2023-05-01 10:00").registered(CLINIC, ean="5790002401473")
    sent = world.at("2024-02-01 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2023-06-01")
    new = sent.forwards().last["registrationId"]
    assert [each["feeYear"] for each in sent.triggers() if each["registrationId"] == new] == [2023, 2024]


def test_a_registration_made_before_a_new_number_ends_no_exemption_of_the_new_place_r46_r4(world):
    """The old number has paid for the year in which the place registered; the new one was not there then."""
    notifies(world.at("2022-01-15 10:00"), "2022-01-15")
    world.at("2022-02-01 10:00").registered(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=cvr_number(77))
    assert world.sor(CLINIC.place, name="Nyt navn").fee_decisions() == []
    assert world.triggers().values("feeYear") == [2022, 2023, 2023]


def test_registering_anew_is_asked_for_also_when_it_is_heard_of_later_r46(world):
    """What was forwarded in between began no other registration."""
    world.at("2023-05-01 10:00").registered(CLINIC)
    notifies(world.at("2024-02-01 10:00"), "2024-02-01")
    world.at("2024-08-01 10:00").sor(CLINIC.place, name="Nyt navn")
    sent = world.at("2024-09-01 10:00").self_registers(CLINIC.place, registered_on="2024-07-01")
    assert sent.triggers().one["feeYear"] == 2024


def test_registering_anew_on_the_very_day_bsr_first_hears_of_the_place_is_asked_for_r46(world):
    notifies(world.at("2024-01-15 10:00"), "2024-01-15")
    world.at("2024-02-01 10:00").registered(CLINIC, registered_on="2023-12-01")
    sent = world.self_registers(CLINIC.place, registered_on="2024-02-01")
    assert [(each["feeYear"], each["occasion"]) for each in sent.triggers()] == [(2024, "registration")]


def test_who_registers_on_the_day_of_the_notification_has_ended_no_exemption_r44_r46(world):
    """It turns out to be cosmetic, so that low turnover frees it of nothing: the next yearly run asks."""
    notifies(world.at("2024-02-01 10:00"), "2024-02-01", kind="low-turnover")
    world.registered(CLINIC, registered_on="2024-02-01")
    assert world.not_due().one["reason"] == "exempt-notified"
    assert world.self_registers(CLINIC.place, cosmetic=True).fee_decisions() == []
    asked = world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    assert asked.triggers().one["occasion"] == "yearly-run"


def years_asked(outputs) -> list[tuple[int, str]]:
    return [(each["feeYear"], each["occasion"]) for each in outputs.triggers()]


def test_a_registration_that_comes_after_the_run_of_a_later_year_is_asked_for_it_r39_r31(world, clinic):
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    sent = world.at("2024-05-02 10:00").self_registers(clinic.place, registered_on="2023-12-28")
    assert years_asked(sent) == [(2023, "registration"), (2024, "yearly-run")]
    assert world.until("2024-12-31").fee_decisions() == []


def test_a_place_that_waited_for_its_owner_while_the_run_was_held_is_asked_when_it_comes_r39_r13(world):
    for unit in CLINIC.units:
        if unit is not CLINIC.owner:
            world.at("2023-12-01 10:00").sor(unit)
    world.self_registers(CLINIC.place)
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    sent = world.at("2024-06-01 10:00").sor(CLINIC.owner)
    assert years_asked(sent) == [(2023, "registration"), (2024, "yearly-run")]


def test_so_is_one_that_had_lost_its_mark_and_after_a_restart_r39_r14(world, clinic):
    world.self_registers(clinic.place)
    world.at("2023-11-01 10:00").sor(clinic.place, is_treatment_place=False)
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    world.restart()
    sent = world.at("2024-08-01 10:00").sor(clinic.place, is_treatment_place=True)
    assert years_asked(sent) == [(2024, "yearly-run")]


@pytest.mark.parametrize("changes", [{"registered_on": "2024-05-02"}, {"volunteers_only": True}])
def test_who_owes_nothing_for_the_run_is_told_nothing_of_it_r39(world, clinic, changes):
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    said = {"registered_on": "2023-12-28"} | changes
    sent = world.at("2024-05-02 10:00").self_registers(clinic.place, **said)
    assert sent.fee_decisions().values("occasion") == ["registration"]


def test_a_year_in_which_it_had_no_mark_at_all_is_not_asked_for_r39_r14(world, clinic):
    world.self_registers(clinic.place)
    world.at("2023-11-01 10:00").sor(clinic.place, is_treatment_place=False)
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    world.at("2025-01-10 10:00")
    assert world.sor(clinic.place, is_treatment_place=True).fee_decisions() == []


def test_a_run_that_was_held_before_a_place_moved_here_asks_no_new_registration_r39_r4(world, clinic):
    """SOR's word under the new owner comes first: the place becomes registered there when its dossier arrives."""
    buyer = owner(6000, cvr=cvr_number(6000))
    world.sor(buyer)
    world.self_registers(clinic.place)
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    there = {"owner_sor_id": buyer.sor_id, "parent_sor_id": buyer.sor_id, "moved_to_owner_sor_id": None}
    world.at("2025-02-01 10:00").sor(clinic.place, **there)
    world.sor(clinic.place, owner_sor_id=clinic.owner.sor_id, moved_to_owner_sor_id=buyer.sor_id)
    assert years_asked(world) == [(2023, "registration"), (2024, "yearly-run")]


def test_a_place_that_comes_back_under_new_numbers_owes_no_year_of_the_old_ones_r4_r14_r39(world, clinic):
    world.self_registers(clinic.place)
    world.at("2023-06-01 10:00").sor(clinic.place, is_treatment_place=False)
    world.at("2023-07-01 10:00").sor(clinic.owner, cvr=cvr_number(77))
    world.at("2024-02-01 10:00")
    assert world.sor(clinic.place, is_treatment_place=True).fee_decisions() == []
    world.fee_run(2024, "2024-05-01")
    assert years_asked(world.until("2024-05-01")) == [(2024, "yearly-run")]


def test_in_the_same_year_both_owe_it_r4_r14(world, clinic):
    world.self_registers(clinic.place)
    world.at("2023-06-01 10:00").sor(clinic.place, is_treatment_place=False)
    world.at("2023-07-01 10:00").sor(clinic.owner, cvr=cvr_number(77))
    sent = world.at("2023-08-01 10:00").sor(clinic.place, is_treatment_place=True)
    assert years_asked(sent) == [(2023, "registration")]
