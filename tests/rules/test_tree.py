"""The tree: inheritance, versions, size, and the order of arrival (R8, R10, R11, R13)."""

from __future__ import annotations

from itertools import permutations

import pytest

from support.messages import address
from support.trees import below, deep_owner, private_clinic, private_hospital, wide_owner

CLINIC = private_clinic()


def test_a_missing_visiting_address_is_the_parents_postal_address_r8(world):
    world.sor(CLINIC)
    record = world.forwards().one
    assert record["visitingAddress"] == CLINIC.owner.first["postalAddress"]
    assert record["activityAddress"] == CLINIC.owner.first["postalAddress"]


def test_a_units_own_postal_address_comes_before_the_parents_visiting_address_r8(world):
    world.sor(CLINIC.owner, visiting_address=address("Besøgsvej"))
    own = address("Egenvej")
    world.sor(CLINIC.place, postal_address=own)
    assert world.forwards().one["visitingAddress"] == own


def test_a_missing_activity_address_is_the_units_own_visiting_address_r8(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, visiting_address=address("Besøgsvej"))
    assert world.forwards().one["activityAddress"] == address("Besøgsvej")


def test_visiting_and_activity_addresses_are_not_inherited_from_above_r8(world):
    world.sor(CLINIC.owner, visiting_address=address("Besøgsvej"), activity_address=address("Virkevej"))
    world.sor(CLINIC.place)
    record = world.forwards().one
    assert record["visitingAddress"] == CLINIC.owner.first["postalAddress"]
    assert record["activityAddress"] == CLINIC.owner.first["postalAddress"]


@pytest.mark.parametrize("field", ["telephone", "email", "website"])
def test_missing_contact_is_the_parents_and_the_units_own_comes_first_r8(world, field):
    world.sor(CLINIC)
    assert world.forwards().last[field] == CLINIC.owner.first[field]
    world.sor(CLINIC.place, **{field: "eget"})
    assert world.forwards().last[field] == "eget"


def test_an_owners_new_address_forwards_the_child_that_sent_no_event_r8(world):
    world.sor(CLINIC)
    sent = world.sor(CLINIC.owner, postal_address=address("Nyvej"))
    assert sent.forwards(CLINIC.place).one["visitingAddress"] == address("Nyvej")
    assert len(sent) == 1


def test_a_child_with_an_address_of_its_own_is_not_forwarded_for_its_parents_r8_r17(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, postal_address=address("Egenvej"))
    assert world.sor(CLINIC.owner, postal_address=address("Nyvej")) == []


def test_inheritance_passes_through_every_level_r8(world):
    hospital = private_hospital()
    world.sor(hospital)
    sent = world.sor(hospital.owner, telephone="11223344")
    assert sent.forwards().values("telephone") == ["11223344"] * 2
    sent = world.sor(hospital.institution, telephone="55667788")
    assert sent.forwards().values("telephone") == ["55667788"] * 2


def test_an_older_version_never_overwrites_a_newer_one_r10(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, version=5, name="Nyt navn")
    assert world.sor(CLINIC.place, version=4, name="Gammelt navn") == []
    assert world.outcomes["stale"] == 1
    assert world.sor(CLINIC.owner, telephone="1").forwards().one["name"] == "Nyt navn"


def test_the_same_version_with_the_same_content_is_a_silent_repeat_r10(world):
    world.sor(CLINIC)
    assert world.play(world.records[1]) == []
    assert world.outcomes["repeated"] == 1


def test_the_same_version_with_other_content_is_a_dead_letter_and_changes_nothing_r10(world):
    world.sor(CLINIC)
    assert world.sor(CLINIC.place, version=1, name="Andet navn").reasons == ["version-conflict"]
    assert world.sor(CLINIC.owner, telephone="1").forwards().one["name"] == CLINIC.place.first["name"]


def test_versions_of_a_self_registration_are_ordered_too_r10(world):
    world.registered(CLINIC, category="5")
    world.self_registers(CLINIC.place, version=3, reference_id="ny")
    assert world.self_registers(CLINIC.place, version=2, reference_id="gammel") == []
    assert world.self_registers(CLINIC.place, version=3, reference_id="anden").reasons == ["version-conflict"]


def test_versions_are_counted_per_sor_id_r10(world):
    world.sor(CLINIC.owner, version=7)
    assert world.sor(CLINIC.place, version=1).forwards()


def test_a_tree_of_eight_levels_with_an_si_under_an_si_is_resolved_r11(world):
    tree = deep_owner(8)
    world.sor(tree)
    record = world.forwards(tree.place).one
    assert [step["sorId"] for step in record["affiliation"]["path"]] == [unit.sor_id for unit in tree.units[:-1]]
    assert record["telephone"] == tree.owner.first["telephone"]


def test_the_widest_owner_ever_seen_closes_whole_r11(world):
    tree = wide_owner(1_231)
    world.sor(tree)
    world.sor(tree.owner, to_date="2023-02-01")
    sent = world.until("2023-02-02")
    assert {each["sorId"] for each in sent.withdrawals()} == {place.sor_id for place in tree.places}
    assert len(sent.withdrawals()) == 1_231


def test_a_cascade_over_ten_thousand_units_works_r11(world):
    tree = wide_owner(10_000)
    for place in tree.places:
        world.sor(place)
    assert world.outputs == []
    sent = world.sor(tree.owner) + world.until(world.now)
    assert [each.key for each in sent.forwards()] == [place.sor_id for place in tree.places]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_parents_and_children_may_arrive_in_any_order_r13(world, order):
    hospital = private_hospital()
    chain = (hospital.owner, hospital.institution, hospital.place)
    for index in order:
        world.sor(chain[index])
    record = world.forwards(hospital.place).last
    assert record["cvr"] == hospital.owner.first["cvr"]
    assert record["pNumber"] == hospital.institution.first["pNumber"]
    assert [step["sorType"] for step in record["affiliation"]["path"]] == ["IE", "SI"]


def test_a_child_waits_for_its_missing_parent_and_is_no_dead_letter_r13(world):
    assert world.sor(CLINIC.place) == []
    assert world.until("2023-03-01") == []
    assert world.sor(CLINIC.owner).forwards(CLINIC.place)


def test_a_self_registration_may_come_before_the_unit_r13_r16(world):
    assert world.self_registers(CLINIC.place) == []
    sent = world.sor(CLINIC)
    assert sent.forwards(CLINIC.place).one["state"] == "registered"
    assert sent.triggers(CLINIC.place).one["feeYear"] == 2023


def test_a_closure_above_reaches_a_child_that_arrives_before_its_parent_r13_r22(world):
    world.self_registers(CLINIC.place)
    world.sor(CLINIC.place)
    world.sor(CLINIC.owner, to_date="2023-02-01")
    assert world.until("2023-02-02").deregistrations(CLINIC.place).one["cause"] == "company-closure"


def test_a_unit_that_moves_under_another_parent_inherits_from_there_r8(world):
    hospital = private_hospital()
    world.sor(hospital)
    other = below(hospital.owner, 5900, telephone="99887766")
    world.sor(other)
    sent = world.sor(hospital.place, parent_sor_id=other.sor_id)
    assert sent.forwards(hospital.place).one["telephone"] == "99887766"
    assert world.sor(hospital.institution, telephone="1").forwards(hospital.place) == []
    assert world.sor(other, telephone="2").forwards(hospital.place).one["telephone"] == "2"


def test_parents_that_form_a_circle_wait_and_stop_nobody_r13(world):
    world.sor(CLINIC)
    first, second = below(CLINIC.owner, 1901), below(CLINIC.owner, 1902, is_treatment_place=True)
    world.sor(first, parent_sor_id=second.sor_id)
    assert world.sor(second, parent_sor_id=first.sor_id) == []
    assert world.sor(second, parent_sor_id=CLINIC.owner.sor_id).forwards(second)
