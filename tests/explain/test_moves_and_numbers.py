"""New numbers and new owners, told in words (R3–R6, R10)."""

from __future__ import annotations

from support.messages import cvr_number, p_number
from support.trees import municipality, owner, private_clinic

CLINIC = private_clinic()
NEW_OWNER = owner(6000)


def test_a_new_cvr_number_of_the_owner_makes_it_another_place_r4(world, told):
    world.registered(CLINIC)
    old, new = CLINIC.owner.first["cvr"], cvr_number(77)
    world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=new, from_date="2023-06-01")
    assert "its new CVR number counts" in told(world, CLINIC.place).section("What comes next")[0]
    page = told(world, CLINIC.place, until="2023-06-01")
    told_by = f"SOR on its owner {CLINIC.owner.sor_id}, version 2 (self-service): CVR number {old} becomes {new}."
    assert told_by in page.sentences()
    ended, _, begun, _ = page.sentences("→")[-4:]
    assert "because its CVR number changed, which makes it a new treatment place (R4)" in ended
    assert "followed by the registration" in ended
    assert begun.startswith("Registered in BSR")


def test_a_public_place_with_a_new_p_number_is_another_place_r5(world, told):
    town = municipality()
    world.registered(town, category="4")
    world.at("2023-05-10 10:00").sor(town.place, p_number=p_number(77))
    assert any("because its P number changed" in line for line in told(world, town.place).sentences("→"))


def test_a_move_is_told_under_both_owners_as_one_story_r3_r10(world, told):
    world.registered(CLINIC)
    world.sor(NEW_OWNER)
    world.at("2023-05-10 10:00").moves(CLINIC.place, NEW_OWNER)
    page = told(world, CLINIC.place)
    assert f"SOR, version 2 (self-service): moves to the owner {NEW_OWNER.sor_id}." in page.sentences()
    assert page.story.present.unit.owner_sor_id == NEW_OWNER.sor_id
    assert page.story.present.standing.is_now == "registered"
    assert [event.cause for event in page.of_kind("deregistered")] == ["new-cvr"]


def test_a_move_whose_new_owner_has_not_spoken_waits_for_that_r13(world, told):
    world.registered(CLINIC)
    world.sor(CLINIC.place, moved_to_owner_sor_id=NEW_OWNER.sor_id)
    page = told(world, CLINIC.place)
    moved = [f"Nothing under this owner: it has moved to {NEW_OWNER.sor_id}, who speaks for it now (R3)."]
    assert page.section("What does not happen, and why") == moved
    awaited = f"SOR's message on the unit under {NEW_OWNER.sor_id}, where it has moved to (R13)."
    assert awaited in page.section("What it waits for")


def test_the_former_owner_s_closing_concerns_it_no_more_r22(world, told):
    world.registered(CLINIC)
    world.sor(NEW_OWNER)
    world.at("2023-05-10 10:00").moves(CLINIC.place, NEW_OWNER)
    world.at("2023-06-10 10:00").sor(CLINIC.owner, to_date="2023-12-31")
    assert "2023-12-31" not in told(world, CLINIC.place, until="2024-01-01").page()


def test_what_the_new_owner_had_announced_before_concerns_it_r23(world, told):
    world.registered(CLINIC)
    world.sor(NEW_OWNER)
    world.sor(NEW_OWNER, to_date="2023-12-31")
    world.at("2023-05-10 10:00").moves(CLINIC.place, NEW_OWNER)
    page = told(world, CLINIC.place)
    assert any(NEW_OWNER.sor_id in line and "2023-12-31" in line for line in page.sentences())
    assert "it closes with its company" in page.section("What comes next")[0]
