"""How far down a new version of a unit reaches: as far as what changed is had from above, and no further (R3, R8)."""

from __future__ import annotations

import json

import pytest

from contracts.identifiers import SorId
from contracts.sor_entities import EntityChanged
from support.messages import address, unchecked
from support.trees import Tree, Unit, below, owner
from workers.tree.draft import Draft
from workers.tree.inheritance import reached_by
from workers.tree.state import Node, OwnerState

TOP = owner(1000)
BARE = below(TOP, 1001)
UNDER_BARE = below(BARE, 1002, "OE")
OWN = below(TOP, 1003, telephone="11111111", postal_address=address("Egenvej"))
UNDER_OWN = below(OWN, 1004, "OE")
TREE = Tree(TOP, (TOP, BARE, UNDER_BARE, OWN, UNDER_OWN), BARE)
ALL = set(TREE.units)


def reached(unit: Unit, **changes: object) -> set[Unit]:
    """Who is reached by the next version of the unit."""
    draft = Draft(OwnerState(SorId(TOP.owner)))
    for each in TREE.units:
        entity = EntityChanged.from_json(json.dumps(each.first))
        draft.put(Node(entity.sor_id, entity))
    before = draft.node(SorId(unit.sor_id))
    assert before.entity is not None
    after = Node(before.sor_id, unchecked(before.entity, version=2, **changes))
    draft.put(after)
    ids = reached_by(draft, before, after)
    assert len(ids) == len(set(ids))
    return {each for each in TREE.units if each.sor_id in ids}


@pytest.mark.parametrize("field", ["telephone", "email", "website"])
def test_contact_reaches_those_below_that_have_none_of_their_own_r8(field):
    expected = ALL - {OWN, UNDER_OWN} if field == "telephone" else ALL
    assert reached(TOP, **{field: "new"}) == expected


def test_a_postal_address_stops_at_a_unit_with_its_own_r8():
    assert reached(BARE, postal_address=None) == {BARE}
    assert reached(OWN, postal_address=None) == {OWN, UNDER_OWN}


def test_an_owners_address_is_held_against_cvrs_for_every_place_r19():
    assert reached(TOP, postal_address=None) == ALL


@pytest.mark.parametrize(
    "field", ["name", "sor_type", "parent_sor_id", "owner_type", "cvr", "p_number", "moved_to_owner_sor_id"]
)
def test_what_places_a_unit_in_tree_and_law_reaches_everybody_below_r3_r5(field):
    assert reached(TOP, **{field: "other"}) == ALL


@pytest.mark.parametrize("field", ["visiting_address", "activity_address", "location_number", "shak", "status"])
def test_what_nobody_has_from_above_reaches_nobody_r8_r47(field):
    assert reached(TOP, **{field: "other"}) == {TOP}
