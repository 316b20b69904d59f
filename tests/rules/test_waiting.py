"""What cannot be resolved yet waits, and shows as waiting (R13, R20, R32)."""

from support.scenario import Scenario
from support.trees import owner, private_clinic
from workers.tree.waiting import waiting_in

CLINIC = private_clinic()


def waiting(world: Scenario) -> dict[str, str]:
    found = [each for state in world.world.owners.values() for each in waiting_in(state)]
    return {each.sor_id: each.waits_for for each in found if each.kind != "cvr"}


def test_a_child_shows_the_ancestor_it_waits_for_until_it_comes_r13():
    world = Scenario()
    world.sor(CLINIC.place)
    missing = CLINIC.place.first["parentSorId"]
    assert waiting(world) == {CLINIC.place.sor_id: f"its ancestor {missing} (R13)"}
    world.sor(CLINIC)
    assert waiting(world) == {}


def test_a_self_registration_alone_shows_that_it_waits_for_sor_r13_r16():
    world = Scenario()
    world.self_registers(CLINIC.place)
    assert "so far only its self-registration" in waiting(world)[CLINIC.place.sor_id]


def test_a_fee_without_tariff_shows_the_year_it_waits_for_r32():
    world = Scenario()
    world.at("2025-03-03").sor(CLINIC)
    world.self_registers(CLINIC.place)
    assert waiting(world) == {CLINIC.place.sor_id: "a tariff for 2025 (R32)"}


def test_an_unanswered_look_up_shows_its_number_r20():
    world = Scenario()
    world.sor(CLINIC)
    asked = [each.waits_for for state in world.world.owners.values() for each in waiting_in(state)]
    assert any(CLINIC.owner.first["cvr"] in each for each in asked)


def test_a_unit_that_has_moved_shows_that_it_waits_for_its_new_owners_message_r13():
    world = Scenario()
    world.registered(CLINIC)
    new = owner(6000)
    world.sor(new)
    world.sor(CLINIC.place, moved_to_owner_sor_id=new.sor_id)
    assert waiting(world) == {
        CLINIC.place.sor_id: f"SOR's message on the unit under {new.sor_id}, where it has moved to (R13)"
    }


def test_a_notice_of_a_unit_nobody_knows_waits_for_sor_only_while_it_is_to_come_r13_r28():
    world = Scenario()
    world.notice(
        "deregistration.decided", CLINIC.place, effective_on="2023-02-01", initiator="stps", treated_in_year=False
    )
    assert "only a notice from STPS" in waiting(world)[CLINIC.place.sor_id]
    world.until("2023-02-01")
    assert waiting(world) == {}
