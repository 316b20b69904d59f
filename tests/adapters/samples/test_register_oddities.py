"""What makes a register hard to read and to write: it is in every sample, whatever the seed (R8, R11, R47)."""

from __future__ import annotations

from collections import Counter

import pytest

from adapters.samples import generate_register
from adapters.samples.danish_places import TOWN_AT
from adapters.sor_files.treatment_places import HOSPITAL


@pytest.fixture(scope="module", params=[1, 7, 23])
def units(request):
    return generate_register(6_000, request.param).entities


def test_names_hold_what_a_format_must_write_with_care(units):
    names = [unit.name for unit in units]
    for character in '"&;<>,æøåÆØÅ–':
        assert any(character in name for name in names), character
    assert max(map(len, names)) == 60
    assert all(name == name.strip() for name in names)


def test_some_ydernumre_begin_with_a_zero_r2(units):
    numbers = [unit.provider_id for unit in units if unit.provider_id is not None]
    assert all(len(number) == 6 for number in numbers)
    assert 0.2 < sum(number.startswith("0") for number in numbers) / len(numbers) < 0.9


def test_specialities_have_one_main_and_up_to_two_others(units):
    counts = Counter(len(unit.specialities) for unit in units if unit.specialities)
    assert set(counts) == {1, 2, 3}
    for unit in units:
        assert [each.kind for each in unit.specialities] == ["main", "secondary", "secondary"][: len(unit.specialities)]


def test_a_lokationsnummer_is_inherited_as_number_and_region_alone_r47(units):
    by_id = {unit.sor_id: unit for unit in units}
    inherited = [unit for unit in units if unit.location_number is not None and unit.location_number.inherited]
    assert inherited
    for unit in inherited:
        number, above = unit.location_number, by_id[unit.parent_sor_id].location_number
        assert (number.gln, number.region) == (above.gln, above.region)
        assert (number.edi_system, number.system_supplier, number.network_operator) == (None, None, None)


def test_a_few_units_replace_others_that_no_file_shows_any_more(units):
    ids = {unit.sor_id for unit in units}
    replaced = [sor_id for unit in units for sor_id in unit.replaces]
    assert 0 < len(replaced) < len(units) / 200
    assert not ids & set(replaced)


def test_every_address_lies_in_the_kommune_of_its_town(units):
    addresses = [
        address
        for unit in units
        for address in (unit.postal_address, unit.visiting_address, unit.activity_address)
        if address is not None
    ]
    assert all(address.municipality_code == TOWN_AT[address.postcode].municipality_code for address in addresses)
    assert any(unit.activity_address for unit in units)


def test_a_hospital_is_never_without_a_department_for_it_would_be_a_place_itself_r18(units):
    parents = {unit.parent_sor_id for unit in units}
    hospitals = [unit for unit in units if unit.entity_type == HOSPITAL]
    assert hospitals
    assert all(hospital.sor_id in parents for hospital in hospitals)
