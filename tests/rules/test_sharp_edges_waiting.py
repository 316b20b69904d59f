"""What waits shows whom it concerns, of what kind it is, and what would end it, in words to act on (R13, R20, R32)."""

from __future__ import annotations

import pytest

from support.trees import Tree, below, deep_owner, private_clinic, wide_owner
from workers.tree.waiting import Waiting, waiting_in

CLINIC = private_clinic()
PLACE, OWNER = CLINIC.place.sor_id, CLINIC.owner.sor_id


def waiting(world, kind="sor") -> list[Waiting]:
    return [each for state in world.world.owners.values() for each in waiting_in(state) if each.kind == kind]


def test_a_self_registration_alone_waits_for_sor_r13_r16(world):
    world.self_registers(CLINIC.place)
    words = "SOR's own message on the unit, so far only its self-registration has come (R13)"
    assert [(each.sor_id, each.owner_sor_id, each.waits_for) for each in waiting(world)] == [(PLACE, OWNER, words)]


def test_a_place_waits_for_the_nearest_ancestor_that_is_missing_r13(world):
    tree = deep_owner(4)
    top, missing, middle, place = tree.units
    world.sor(top)
    world.sor(middle)
    world.sor(place)
    assert waiting(world) == [Waiting(place.sor_id, tree.owner.sor_id, "ancestor", missing.sor_id)]
    assert waiting(world)[0].waits_for == f"its ancestor {missing.sor_id} (R13)"


@pytest.mark.parametrize("length", [2, 3])
def test_parents_that_form_a_circle_are_for_the_sor_office_r13(world, length):
    top = wide_owner(1).owner
    ring = [below(top, 10_100 + number) for number in range(length)]
    for unit, parent in zip(ring, (*ring[1:], ring[0]), strict=True):
        world.sor(unit, parent_sor_id=parent.sor_id)
    place = below(ring[0], 10_200, is_treatment_place=True)
    world.sor(Tree(top, (top, place), place))
    words = "parents that do not form a circle (R13); ask the SOR office"
    assert waiting(world) == [Waiting(place.sor_id, top.sor_id, "circle")]
    assert waiting(world)[0].waits_for == words


def test_what_is_no_treatment_place_waits_for_nothing_r13_r14(world):
    world.sor(CLINIC.departments[0])
    assert waiting(world) == []


def test_what_has_closed_waits_for_nothing_r13_r7(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-01-31")
    world.until("2023-02-01")
    world.sor(CLINIC.place, parent_sor_id=CLINIC.departments[0].sor_id)
    assert waiting(world) == []


def test_a_fee_waits_once_for_each_year_without_a_table_r32(world):
    world.at("2024-12-30 10:00").sor(CLINIC)
    world.at("2026-01-05 10:00").self_registers(CLINIC.place, registered_on="2025-12-01")
    world.sor(CLINIC.place, to_date="2026-02-28")
    world.until("2026-03-01")
    assert waiting(world, "tariff") == [
        Waiting(PLACE, OWNER, "tariff", "2025"),
        Waiting(PLACE, OWNER, "tariff", "2026"),
    ]
    assert waiting(world, "tariff")[0].waits_for == "a tariff for 2025 (R32)"


def test_a_question_to_cvr_waits_at_the_first_unit_that_carries_the_number_r20(world):
    world.sor(CLINIC)
    cvr, p_number = CLINIC.owner.first["cvr"], CLINIC.place.first["pNumber"]
    assert waiting(world, "cvr") == [
        Waiting(OWNER, OWNER, "cvr", cvr),
        Waiting(PLACE, OWNER, "cvr", p_number),
    ]
    assert waiting(world, "cvr")[0].waits_for == f"CVR's answer on {cvr} (R20)"


def test_an_answer_ends_the_wait_r20(new_world):
    world = new_world(cvr=[])
    world.sor(CLINIC)
    assert waiting(world, "cvr") == []


def test_a_decision_about_a_unit_sor_has_not_told_of_waits_for_sor_r13_r28(world):
    decision = {"effective_on": "2023-03-01", "initiator": "stps", "treated_in_year": True}
    world.notice("deregistration.decided", CLINIC.place, **decision)
    words = "SOR's own message on the unit, so far only a notice from STPS has come (R13)"
    assert [(each.sor_id, each.owner_sor_id, each.waits_for) for each in waiting(world)] == [(PLACE, OWNER, words)]
    world.until("2023-03-01")
    assert waiting(world) == []
