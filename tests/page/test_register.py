"""A unit is found by whatever one knows of it, and nothing about people is kept (R49)."""

import pytest

from page.fed import read_side
from page.stage import MARK, Story
from support.trees import private_clinic


@pytest.fixture
def register(world):
    tree = private_clinic()
    tree.place.first["name"] = "Åbyhøj Fodklinik ved Søen"
    world.registered(tree)
    world.sor(private_clinic(1100))
    return read_side(world).register, tree


def ids(found):
    return [each.sor_id for each in found]


def test_a_sor_id_leads_to_its_unit(register):
    register, tree = register
    assert ids(register.search(f" {tree.place.sor_id} ")) == [tree.place.sor_id]


def test_a_cvr_number_leads_to_all_units_of_its_owner_places_first_r3(register):
    register, tree = register
    found = ids(register.search("DK " + tree.owner.first["cvr"]))
    assert set(found) == {unit.sor_id for unit in tree.units}
    assert found[0] == tree.place.sor_id


def test_a_p_number_leads_to_its_institution(register):
    register, tree = register
    assert ids(register.search(tree.place.first["pNumber"])) == [tree.place.sor_id]


@pytest.mark.parametrize("question", ["åbyhøj", "ÅBYHØJ fod", "søen åby"])
def test_the_beginnings_of_a_name_s_words_are_enough(register, question):
    register, tree = register
    assert ids(register.search(question)) == [tree.place.sor_id]


@pytest.mark.parametrize(
    "question", ["", "   ", '"', "* OR a", 'a" OR "b', "name:x", "'; DROP TABLE unit; --", "æ" * 9999, "0" * 9999]
)
def test_a_question_can_be_anything_and_finds_nothing(register, question):
    register, _ = register
    assert register.search(question) == []


def test_a_renamed_unit_is_found_by_its_new_name_alone(world):
    tree = private_clinic()
    world.registered(tree)
    world.sor(tree.place, name="Hjørnets Klinik")
    register = read_side(world).register
    assert ids(register.search("hjørnets")) == [tree.place.sor_id]
    assert register.search(tree.place.first["name"]) == []


def test_a_moved_unit_is_shown_under_its_new_owner(world):
    tree, other = private_clinic(), private_clinic(1100)
    world.registered(tree)
    world.sor(other)
    world.moves(tree.place, other.owner)
    found = read_side(world).register.unit(tree.place.sor_id)
    assert found is not None
    assert found.owner_sor_id == other.owner.sor_id


def test_nothing_personal_is_kept_r49():
    story = Story()
    story.tell()
    side = read_side(story.world)
    kept = "\n".join(side._db.iterdump())
    assert story.stays.place.sor_id in kept
    assert MARK not in kept
    assert "BBHM1" not in kept


def test_a_provider_is_not_found_by_name_r49():
    story = Story()
    story.tell()
    assert read_side(story.world).register.search("Behandler") == []


def test_the_way_up_of_a_unit_is_itself_all_above_it_and_their_numbers_r3(world):
    tree, other = private_clinic(), private_clinic(1100)
    world.sor(tree)
    world.sor(other)
    (provider,) = tree.departments
    numbers = {tree.owner.first["cvr"], tree.place.first["pNumber"]}
    assert read_side(world).register.way_up(provider.sor_id) == {unit.sor_id for unit in tree.units} | numbers


def test_the_way_up_ends_where_the_parents_form_a_circle_r13(world):
    tree = private_clinic()
    world.sor(tree)
    (provider,) = tree.departments
    world.sor(tree.place, parent_sor_id=provider.sor_id)
    assert provider.sor_id in read_side(world).register.way_up(tree.place.sor_id)
