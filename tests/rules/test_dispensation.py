"""Dispensation, whole and part, and who is a candidate for one (R36)."""

from __future__ import annotations

import pytest

from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.trees import private_clinic

CLINIC = private_clinic()


def grants(world, share, year=2024, ce_id=None):
    about = {"sorId": CLINIC.place.sor_id, "ownerSorId": CLINIC.place.owner, "feeYear": year, "share": share}
    ce_type = "dk.stps.dispensation.granted.v1"
    return world.send(Topic.NOTICES, about, ce_type=ce_type, ce_id=ce_id or f"{share}-{len(world.records)}")


@pytest.fixture
def world(world):
    world.at("2023-02-01 10:00").registered(CLINIC, category="5")
    return world


@pytest.mark.parametrize(("share", "amount"), [("0.5", "1129.00"), ("0.25", "1693.50"), ("0.333", "1506.09")])
def test_a_part_is_taken_off_the_amount_to_the_oere_r36(world, share, amount):
    grants(world, share)
    world.fee_run(2024, "2024-05-01")
    trigger = world.until("2024-05-01").triggers().one
    assert (trigger["amount"], trigger["basis"]) == (amount, "partial-dispensation")


def test_a_part_is_taken_off_the_half_fee_too_r36_r34(world):
    world.self_registers(CLINIC.place, turnover_band="half")
    grants(world, "0.5")
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").triggers().one["amount"] == "564.50"


@pytest.mark.parametrize("share", ["1", "1.0"])
def test_the_whole_leaves_nothing_due_r36(world, share):
    grants(world, share)
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").fee_decisions().one["reason"] == "dispensation"


def test_it_is_for_its_year_alone_r36(world):
    grants(world, "1.0", year=2025)
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").triggers().one["basis"] == "full"


def test_the_latest_counts_r36(world):
    grants(world, "1.0")
    grants(world, "0.5")
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").triggers().one["basis"] == "partial-dispensation"


@pytest.mark.parametrize(("ce_id", "answer"), [("first", "partial-dispensation"), ("third", "dispensation")])
def test_what_was_decided_anew_counts_and_what_is_only_told_again_does_not_r36(world, ce_id, answer):
    grants(world, "1.0", ce_id="first")
    grants(world, "0.5", ce_id="second")
    grants(world, "1.0", ce_id=ce_id)
    world.fee_run(2024, "2024-05-01")
    decided = world.until("2024-05-01").fee_decisions().one
    assert decided.value.get("basis", decided.value.get("reason")) == answer


def test_it_takes_back_no_fee_that_has_been_triggered_r36_r39(world):
    assert grants(world, "1.0", year=2023) == []


def test_the_whole_settles_a_question_that_waits_for_a_tariff_r36_r32(new_world):
    world = new_world(tariffs=TariffTable.load())
    world.at("2031-02-01 10:00").registered(CLINIC)
    assert world.outputs.fee_decisions() == []
    assert grants(world, "1.0", year=2031).one["reason"] == "dispensation"


@pytest.mark.parametrize(("last_day", "flags"), [("2024-01-14", ["dispensation-candidate"]), ("2024-01-15", [])])
def test_a_closure_in_the_first_fourteen_days_is_marked_and_still_triggers_r36(world, last_day, flags):
    world.at("2023-12-01 10:00").sor(CLINIC.place, to_date=last_day)
    assert world.until("2024-02-01").triggers().one["flags"] == flags
