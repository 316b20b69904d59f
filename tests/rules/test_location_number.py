"""SOR's lokationsnummer: accepted and kept, and no business of BSR's (R47)."""

from __future__ import annotations

import pytest

from contracts.identifiers import SorId
from support.trees import municipality, private_clinic, private_hospital

CLINIC = private_clinic()
REQUESTED = {
    "gln": None,
    "inherited": False,
    "region": "1081",
    "ediSystem": "12",
    "systemSupplier": "34",
    "networkOperator": "56",
}
"""A request: region, EDI system, supplier and VANS, while there is no number yet."""
GIVEN = REQUESTED | {"gln": "5790002401473"}
CHANGES = {"region": "1084", "ediSystem": "13", "systemSupplier": "35", "networkOperator": "57"}


def kept(world, unit):
    """What the worker holds of the unit's lokationsnummer."""
    node = world.world.owners[SorId(unit.owner)].nodes[SorId(unit.sor_id)]
    return node.entity.location_number and node.entity.location_number.to_dict()


def test_a_request_is_kept_and_sends_nothing_r47(world):
    world.registered(CLINIC)
    assert world.sor(CLINIC.place, location_number=REQUESTED) == []
    assert kept(world, CLINIC.place) == REQUESTED


def test_the_number_when_it_is_given_is_kept_and_sends_nothing_r47(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, location_number=REQUESTED)
    assert world.sor(CLINIC.place, location_number=GIVEN) == []
    assert kept(world, CLINIC.place) == GIVEN


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_any_detail_is_kept_and_sends_nothing_r47(world, field):
    world.registered(CLINIC)
    world.sor(CLINIC.place, location_number=GIVEN)
    changed = GIVEN | {field: CHANGES[field]}
    assert world.sor(CLINIC.place, location_number=changed) == []
    assert kept(world, CLINIC.place) == changed


@pytest.mark.parametrize("tree", [CLINIC, municipality(), private_hospital()])
def test_a_number_anywhere_in_the_tree_sends_nothing_for_anybody_below_r47_r8(world, tree):
    world.registered(tree, *tree.places)
    for unit in tree.units:
        assert world.sor(unit, location_number=GIVEN | {"inherited": unit is not tree.owner}) == []
        assert kept(world, unit)["gln"] == GIVEN["gln"]


def test_it_is_kept_over_a_restart_r47(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, location_number=GIVEN)
    assert kept(world.restart(), CLINIC.place) == GIVEN
    assert world.until("2023-12-31") == []


def test_the_number_may_go_again_r47(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, location_number=GIVEN)
    assert world.sor(CLINIC.place, location_number=None) == []
    assert kept(world, CLINIC.place) is None


def test_an_older_version_does_not_bring_the_old_number_back_r47_r10(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, version=5, location_number=GIVEN)
    assert world.sor(CLINIC.place, version=4, location_number=REQUESTED) == []
    assert kept(world, CLINIC.place) == GIVEN


def test_beside_a_change_that_is_bsr_s_business_only_that_is_sent_r47_r17(world):
    world.registered(CLINIC)
    before = world.forwards(CLINIC.place).last
    after = world.sor(CLINIC.place, name="Nyt navn", location_number=GIVEN).one
    assert {name for name in after.value if after[name] != before[name]} == {"sorVersion", "name"}
    assert GIVEN["gln"].encode() not in after.record.value


def test_a_number_whose_check_digit_fails_is_a_dead_letter_and_changes_nothing_r47_r2(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, location_number=GIVEN)
    wrong = GIVEN | {"gln": "5790002401474"}
    assert world.sor(CLINIC.place, location_number=wrong).reasons == ["invalid-identifier"]
    assert kept(world, CLINIC.place) == GIVEN
