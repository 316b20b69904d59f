"""A category that contradicts the unit type is suspect (R43, 003 §4.1)."""

from __future__ import annotations

from typing import get_args

import pytest

from contracts.code_lists import bsr_unit_types, entity_type_code
from contracts.self_registrations import Category
from support.trees import private_clinic, private_hospital, regional_place
from workers.fees.suspicion import is_suspect

PLAUSIBLE = {
    "sygehusenhed": "1",
    "plejecenter": "2 3a 4",
    "plejehjem": "2 3a 4",
    "socialt tilbud": "2 3a 4",
    "center for misbrugsbehandling": "2 3a 4",
    "sundhedscenter": "2 3a 4",
    "genoptræningscenter": "2 3a 4",
    "hjemmesygepleje": "2 3a 4",
    "sundhedspleje": "2 3a 4 5",
    "almen lægepraksis": "2 3a",
    "speciallægepraksis": "2 3a",
    "internetbaseret lægetjeneste": "2 3a",
    "lægevagtordning": "3b",
    "præhospital enhed": "3b",
    "vaccinationsklinik": "3b",
    "tandlægepraksis": "2 3a",
    "kiropraktorklinik": "3b",
    "fysioterapiklinik": "2 3a 4 5",
    "jordemoderklinik": "2 3a 4 5",
    "ergoterapeutklinik": "2 3a 4 5",
    "fodterapeutklinik": "2 3a 4 5",
    "bandagistklinik": "2 3a 4 5",
    "tandplejeklinik": "2 3a 4 5",
    "klinisk tandteknikklinik": "2 3a 4 5",
    "klinisk diætistklinik": "2 3a 4 5",
    "optikervirksomhed": "2 3a 4 5",
    "apotek med behandlerfarmaceut": "3b",
    "osteopatklinik": "2 3a 4 5",
    "kosmetisk klinik": "2 3a",
}
"""What a place of the type may call itself while nothing is known of its doctors and providers."""
CATEGORIES: tuple[Category, ...] = get_args(Category)
TYPES = [
    pytest.param(each.name, code, id=f"{each.name}-{code}") for each in bsr_unit_types() for code in each.entity_types
]
FOOT_CLINIC, CHIROPRACTOR, DEPARTMENT = "554061000005105", "550641000005106", "550851000005109"


def plausible(entity_type, *, in_hospital=False, has_responsible_physician=False, providers=0):
    return {
        category
        for category in CATEGORIES
        if not is_suspect(
            category,
            entity_type,
            in_hospital=in_hospital,
            has_responsible_physician=has_responsible_physician,
            providers=providers,
        )
    }


def test_the_table_above_has_every_unit_type_of_bsr_r43():
    assert list(PLAUSIBLE) == [unit_type.name for unit_type in bsr_unit_types()]


@pytest.mark.parametrize(("name", "code"), TYPES)
def test_what_each_unit_type_may_call_itself_r43(name, code):
    assert plausible(code) == set(PLAUSIBLE[name].split())


@pytest.mark.parametrize(("name", "code"), TYPES)
def test_a_place_with_a_responsible_physician_is_not_in_4_or_5_r43(name, code):
    assert plausible(code, has_responsible_physician=True) == set(PLAUSIBLE[name].split()) - {"4", "5"}


@pytest.mark.parametrize(("name", "code"), TYPES)
def test_a_place_of_several_persons_is_not_in_5_r43(name, code):
    assert plausible(code, providers=1) == set(PLAUSIBLE[name].split())
    assert plausible(code, providers=2) == set(PLAUSIBLE[name].split()) - {"5"}


@pytest.mark.parametrize(("name", "code"), TYPES)
def test_inside_a_hospital_everything_is_in_1_but_what_is_always_in_3b_r43(name, code):
    in_hospital = plausible(code, in_hospital=True, has_responsible_physician=True, providers=9)
    assert in_hospital == ({"3b"} if PLAUSIBLE[name] == "3b" else {"1"})


@pytest.mark.parametrize("code", [DEPARTMENT, None, "999"])
def test_a_department_of_a_hospital_is_in_1_whatever_its_own_type_r43(code):
    assert plausible(code, in_hospital=True) == {"1"}


@pytest.mark.parametrize("code", [DEPARTMENT, entity_type_code("zoneterapiklinik"), None, "", "999"])
def test_a_type_that_bsr_does_not_have_is_never_suspect_r43(code):
    assert plausible(code, has_responsible_physician=True, providers=9) == set(CATEGORIES)


@pytest.mark.parametrize("category", ["2", "3a"])
def test_a_place_moves_up_when_doctors_are_attached_named_or_not_r43(category):
    """R43: stepwise build. The law demands a named physician of some places only (item 16)."""
    for named in (True, False):
        assert category in plausible(FOOT_CLINIC, has_responsible_physician=named)


def test_doctors_do_not_lift_what_is_always_in_3b_r43():
    """R43: a vaccination clinic or chiropractor with several doctors stays in 3b (003 §4.1, "Dog skal …")."""
    assert plausible(CHIROPRACTOR, has_responsible_physician=True, providers=5) == {"3b"}


@pytest.mark.parametrize(
    ("tree", "category", "amount"),
    [
        (private_clinic(), "3b", "3578.00"),
        (private_clinic(), "1", "9765.00"),
        (private_hospital(), "2", "6513.00"),
        (regional_place(entity_type=CHIROPRACTOR), "4", "2015.00"),
    ],
)
def test_a_suspect_category_is_marked_and_billed_as_it_stands_r43(world, tree, category, amount):
    """R43: the category is self-registered and not ours to change."""
    trigger = world.at("2023-03-01 10:00").registered(tree, category=category).triggers().one
    assert trigger["flags"] == ["suspect-category"]
    assert (trigger["category"], trigger["amount"]) == (category, amount)
