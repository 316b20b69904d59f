"""The made-up register: the real one's shapes, valid numbers, the same for the same seed (R1, R2, R3, R18)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from itertools import islice
from statistics import median

import pytest

from adapters.samples import Register, generate_register, sample_trees
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.code_lists import bsr_unit_types_of, entity_type_label, owner_type_of, speciality_label
from contracts.identifiers import Gln, PNumber, SorId
from contracts.sor_entities import EntityChanged


@pytest.fixture(scope="module")
def register() -> Register:
    return generate_register(4_000, seed=7)


@pytest.fixture(scope="module")
def trees(register):
    by_owner = defaultdict(list)
    for entity in register.entities:
        by_owner[entity.owner_sor_id].append(entity)
    return by_owner


def test_the_same_seed_gives_the_same_register_and_another_seed_another():
    assert generate_register(300, seed=1) == generate_register(300, seed=1)
    assert generate_register(300, seed=1) != generate_register(300, seed=2)


@pytest.mark.parametrize("units", [60, 61, 500, 3_999])
@pytest.mark.parametrize("seed", range(4))
def test_a_register_has_exactly_the_units_asked_for_and_every_kind_of_owner_r18(units, seed):
    register = generate_register(units, seed)
    assert len(register.entities) == len({entity.sor_id for entity in register.entities}) == units
    assert {owner.owner_type for owner in register.owners} == {"private", "municipality", "region", "state"}
    assert any(entity.entity_type == HOSPITAL for entity in register.entities)
    assert any(owner.cvr is None for owner in register.owners)


@pytest.mark.parametrize("units", [10, 11, 12, 59])
@pytest.mark.parametrize("seed", range(4))
def test_a_tiny_register_has_exactly_the_units_asked_for_public_and_private(units, seed):
    register = generate_register(units, seed)
    assert len(register.entities) == units
    assert {owner.owner_type for owner in register.owners} == {"private", "municipality"}
    assert register.treatment_places


def test_too_few_units_are_refused():
    with pytest.raises(ValueError, match="at least 10"):
        generate_register(9, seed=1)


def test_trees_come_one_by_one_and_only_as_far_as_they_are_asked_for():
    first = list(islice(sample_trees(1_000_000, seed=1), 3))
    assert [tree[0].owner_type for tree in first] == ["municipality", "municipality", "region"]
    assert all({unit.owner_sor_id for unit in tree} == {tree[0].sor_id} for tree in first)


def test_tree_sizes_are_those_of_the_real_register(trees):
    sizes = Counter(len(tree) for tree in trees.values())
    assert median(sizes.elements()) == 3
    assert sizes[3] / sizes.total() == pytest.approx(272 / 526, abs=0.05)
    assert sorted(sizes)[-2:] == [555, 1231]
    largest = max(trees.values(), key=len)
    assert largest[0].owner_type == "municipality"


def test_trees_are_up_to_eight_edges_deep_and_parents_come_first(register):
    depth: dict[str | None, int] = {None: -1}
    for entity in register.entities:
        depth[entity.sor_id] = depth[entity.parent_sor_id] + 1
    assert max(depth.values()) == 8


def test_every_child_stands_where_its_kind_may_stand(register):
    by_id = {entity.sor_id: entity for entity in register.entities}
    edges = Counter(
        (by_id[entity.parent_sor_id].sor_type, entity.sor_type)
        for entity in register.entities
        if entity.parent_sor_id is not None
    )
    assert set(edges) == {("IE", "SI"), ("SI", "OE"), ("OE", "OE"), ("SI", "SI")}
    assert edges["SI", "SI"] == 2, "an anomaly seen once in 3,806 units"
    for entity in register.entities:
        assert (entity.sor_type == "IE") == (entity.parent_sor_id is None)
        if entity.parent_sor_id is not None:
            assert entity.owner_sor_id == by_id[entity.parent_sor_id].owner_sor_id
            assert entity.first_from_date >= by_id[entity.parent_sor_id].first_from_date


def test_identifiers_are_valid_and_not_among_those_issued_r1_r2(register):
    for entity in register.entities:
        assert SorId.parse(entity.sor_id) == entity.sor_id
        assert len(entity.sor_id) > 16, "SOR itself has not come to seven-digit item numbers"
        assert entity.cvr is None or entity.cvr.is_valid
        assert entity.p_number is None or entity.p_number.is_valid
        assert entity.location_number is None or Gln.parse(entity.location_number.gln)
    numbers = [entity.cvr for entity in register.entities if entity.cvr]
    numbers += [entity.p_number for entity in register.entities if entity.p_number]
    assert len(numbers) == len(set(numbers))


def test_cvr_stands_on_owners_and_p_numbers_on_their_institutions_r3(register):
    by_id = {entity.sor_id: entity for entity in register.entities}
    for entity in register.entities:
        has_cvr = by_id[entity.owner_sor_id].cvr is not None
        assert entity.sor_type == "IE" or entity.cvr is None
        assert (entity.p_number is not None) == (entity.sor_type == "SI" and has_cvr)
    without = [owner for owner in register.owners if owner.cvr is None]
    assert 2 <= len(without) <= 30
    assert {owner.owner_type for owner in without} == {"private"}


def test_codes_are_from_the_code_lists(register):
    for entity in register.entities:
        assert entity.entity_type == "255203001" or entity_type_label(entity.entity_type)
        assert entity.owner_type == (owner_type_of(entity.entity_type) if entity.sor_type == "IE" else None)
        assert all(speciality_label(each.code) for each in entity.specialities)
        assert sum(each.kind == "main" for each in entity.specialities) <= 1
        assert 1 <= len(entity.name) <= 60


def test_places_are_of_types_that_bsr_knows_and_hospitals_by_department_r18(register):
    by_id = {entity.sor_id: entity for entity in register.entities}
    departments = 0
    for place in register.treatment_places:
        assert place.sor_type != "IE"
        if by_id[place.parent_sor_id].entity_type == HOSPITAL:
            departments += 1
        else:
            assert bsr_unit_types_of(place.entity_type)
    private = [
        place
        for place in register.treatment_places
        if by_id[place.parent_sor_id].entity_type == HOSPITAL and by_id[place.owner_sor_id].owner_type == "private"
    ]
    assert departments > len(private) > 5


def test_companies_are_what_cvr_would_know(register):
    companies = list(register.companies())
    assert len(companies) == sum(owner.cvr is not None for owner in register.owners)
    assert sum(len(company.production_units) for company in companies) == sum(
        entity.sor_type == "SI" and entity.p_number is not None for entity in register.entities
    )
    for company in companies:
        assert company.address is not None
        assert all(PNumber(unit.p_number).is_valid and unit.address for unit in company.production_units)


def test_every_unit_becomes_a_message_of_the_contract(register):
    now = datetime(2023, 1, 1, tzinfo=UTC)
    for entity in register.entities:
        message = EntityChanged.from_json(json.dumps(entity.as_change(1, now)))
        assert message.sor_id == entity.sor_id


def test_every_unit_is_in_force_on_the_day_asked_for(register):
    assert all(entity.from_date < date(2023, 1, 1) and entity.to_date is None for entity in register.entities)
    earlier = generate_register(60, seed=1, as_of=date(2018, 6, 1))
    assert max(entity.from_date for entity in earlier.entities) < date(2018, 6, 1)
