"""A trigger waits an hour at most for CVR's first answer on who pays; whatever else waits for nothing (R20, R38)."""

from __future__ import annotations

import pytest

from contracts.topics import Topic
from support.messages import cvr_number
from support.scenario import instant
from support.trees import below, municipality, owner, owner_without_cvr, private_clinic
from workers.decide import wakes_of
from workers.tree.waiting import waiting_in

CLINIC = private_clinic()
OWNER, CVR = CLINIC.owner.sor_id, CLINIC.owner.first["cvr"]
SISTER = owner(6100, cvr=CVR)


@pytest.fixture
def world(world, monkeypatch):
    """CVR has been asked at ten and says nothing."""
    hear = world._replay._hear
    monkeypatch.setattr(
        world._replay, "_hear", lambda said: iter(()) if said.topic == Topic.CVR_REQUESTS else hear(said)
    )
    world.at("2023-05-01 10:00").sor(CLINIC)
    return world


def answers(world, fetched_at="2023-05-01T08:20:00Z", **fact):
    value = {"ownerSorId": OWNER, "fetchedAt": fetched_at, "fact": fact}
    return world.send("sorbro.cvr-facts.v1", value, key=f"{OWNER}/{CVR}", ce_type="dk.sorbro.cvr.answered.v1")


def ceased():
    return {"kind": "company", "cvr": CVR, "name": None, "status": "ceased"}


def unavailable():
    return {"kind": "unavailable", "number": CVR}


def test_it_goes_out_after_an_hour_without_an_answer_r38(world):
    sent = world.at("2023-05-01 10:10").self_registers(CLINIC.place)
    assert (sent.forwards().one["state"], sent.triggers()) == ("registered", [])
    assert world.until("2023-05-01 10:59:59") == []
    trigger = world.until("2023-05-01 11:00").one
    assert (trigger["routeStatus"], trigger.time) == ("ok", instant("2023-05-01 11:00"))
    assert world.until("2023-06-01") == []


def test_the_wait_survives_a_restart_r38_r39(world):
    world.self_registers(CLINIC.place)
    assert len(world.restart().until("2023-05-01 11:00").triggers()) == 1


def test_it_goes_out_with_the_answer_r38(world):
    world.self_registers(CLINIC.place)
    sent = answers(world.at("2023-05-01 10:20"), **ceased())
    assert sent.triggers().one["routeStatus"] == "company-ceased"
    assert world.until("2023-06-01") == []


def test_it_goes_out_when_cvr_cannot_be_asked_r38_r20(world):
    world.self_registers(CLINIC.place)
    assert answers(world.at("2023-05-01 10:20"), **unavailable()).triggers().one["routeStatus"] == "ok"
    assert world.until("2023-06-01") == []


def test_nobody_waits_again_for_what_could_not_be_asked_r38(world):
    answers(world.at("2023-05-01 10:20"), **unavailable())
    assert len(world.self_registers(CLINIC.place).triggers()) == 1


def test_that_cvr_cannot_be_asked_takes_back_no_answer_r20(world):
    answers(world, **ceased())
    assert answers(world.at("2023-05-01 10:20"), "2023-05-01T08:20:00Z", **unavailable()) == []
    assert world.self_registers(CLINIC.place).triggers().one["routeStatus"] == "company-ceased"
    assert world.outcomes["stale"] == 1


def test_that_it_cannot_be_asked_is_told_once_and_of_numbers_asked_for_r20(world):
    answers(world.at("2023-05-01 10:20"), **unavailable())
    answers(world, **unavailable())
    other = {
        "ownerSorId": OWNER,
        "fetchedAt": "2023-05-01T08:20:00Z",
        "fact": unavailable() | {"number": cvr_number(77)},
    }
    key = f"{OWNER}/{cvr_number(77)}"
    world.send("sorbro.cvr-facts.v1", other, key=key, ce_type="dk.sorbro.cvr.answered.v1")
    assert world.outcomes["stale"] == 2


@pytest.mark.parametrize("said", [{"ean": "5790002401473"}, {"volunteers_only": True}])
def test_an_ean_and_what_is_not_due_wait_for_nobody_r38_r40(world, said):
    assert len(world.self_registers(CLINIC.place, **said).fee_decisions()) == 1


def test_an_owner_without_cvr_waits_for_nobody_r38(world):
    assert len(world.registered(owner_without_cvr()).triggers()) == 1


def test_a_number_that_nobody_can_have_is_not_waited_for_r38_r2(world):
    tree = private_clinic(6000, cvr="12345678")
    assert world.registered(tree).triggers().one["routeStatus"] == "no-route"


def test_a_closure_meanwhile_asks_no_second_fee_r38_r39(world):
    world.self_registers(CLINIC.place)
    sent = world.sor(CLINIC.place, to_date="2023-04-30", channel="sor-office")
    assert len(sent.deregistrations()) == 1
    sent = world.until("2023-05-01 11:00")
    assert [(each["occasion"], each.type.split(".")[-2]) for each in sent.fee_decisions()] == [
        ("registration", "triggered"),
        ("closure", "not-due"),
    ]


def test_the_payer_of_a_public_place_is_waited_for_in_the_same_way_r38(world):
    town = municipality()
    world.registered(town, category="4")
    assert len(world.until("2023-05-01 11:00").triggers(town.place)) == 1


def test_a_place_that_moves_meanwhile_waits_for_the_answer_its_new_owner_has_asked_for_r38_r4(world):
    """The same company owns both, and the new owner has asked CVR of it at 10:25."""
    world.at("2023-05-01 10:10").self_registers(CLINIC.place)
    world.at("2023-05-01 10:25").sor(SISTER)
    world.sor(below(SISTER, 6101, is_treatment_place=True))
    world.at("2023-05-01 10:30").moves(CLINIC.place, SISTER)
    assert world.until("2023-05-01 11:24:59").triggers() == []
    assert world.until("2023-05-01 11:25").triggers().one["occasion"] == "registration"
    assert world.until("2023-06-01") == []


LATE = private_clinic(6200)


@pytest.fixture
def in_2026(world):
    """A place that began in 2025 registers in 2026; neither year has a table, and CVR has been asked at ten."""
    world.at("2026-05-01 10:00").sor(LATE)
    world.at("2026-05-01 10:10").self_registers(LATE.place, treatment_started_on="2025-03-01")
    return world


def awaited_tariffs(world) -> list[str]:
    state = world.world.owners[LATE.owner.sor_id]
    return [each.waits_for for each in waiting_in(state) if each.kind == "tariff"]


def test_what_waits_for_a_tariff_does_not_wait_for_cvr_r32_r38(in_2026):
    assert awaited_tariffs(in_2026) == ["a tariff for 2025 (R32)", "a tariff for 2026 (R32)"]
    assert in_2026.until("2026-06-01") == []


def test_nor_after_the_year_before_has_been_settled_r32_r36(in_2026):
    is_let_off = {"fee_year": 2025, "share": "1.0"}
    sent = in_2026.at("2026-05-01 10:20").notice("dispensation.granted", LATE.place, **is_let_off)
    assert sent.not_due().one["feeYear"] == 2025
    assert awaited_tariffs(in_2026) == ["a tariff for 2026 (R32)"]
    assert in_2026.until("2026-06-01") == []


def test_a_tariff_that_comes_within_the_hour_waits_for_the_rest_of_it_r32_r38(in_2026, fee_table):
    in_2026.restart(tariffs=fee_table(2025, 2026))
    assert in_2026.until("2026-05-01 10:59:59") == []
    assert in_2026.until("2026-05-01 11:00").triggers().values("feeYear") == [2025, 2026]


def test_a_question_that_goes_on_waiting_keeps_its_place_in_the_row_r32(in_2026, fee_table):
    """It was asked first, then another's; one of its own was answered in between."""
    before = below(LATE.owner, 6150, is_treatment_place=True)
    in_2026.at("2026-05-01 13:00").sor(before)
    in_2026.self_registers(before)
    in_2026.restart(tariffs=fee_table(2025)).until("2026-05-02")
    sent = in_2026.restart(tariffs=fee_table(2025, 2026)).until("2026-05-03")
    assert sent.triggers().values("sorId") == [LATE.place.sor_id, before.sor_id]


def test_a_restored_owner_wakes_for_a_fee_when_its_hour_is_over_and_not_before_r38(world):
    world.self_registers(CLINIC.place)
    state = world.world.owners[OWNER]
    assert wakes_of(state, world.world.tariffs, instant("2023-05-01 10:30")) == {instant("2023-05-01 11:00")}
