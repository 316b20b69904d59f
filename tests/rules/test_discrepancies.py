"""Where SOR and CVR differ, the record lists both, and SOR's words stay (R19)."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.cvr.sample import sample_address, sample_company, sample_production_unit
from contracts.identifiers import CvrNumber, PNumber
from support.messages import address, cvr_number, p_number
from support.trees import below, private_clinic, private_hospital, region

CLINIC = private_clinic()
OWNER_NAME, NAME = CLINIC.owner.first["name"], CLINIC.place.first["name"]
START = date(2010, 1, 1)
AT_HOME = sample_address("Østergade", 70, 9700, "Brønderslev")
ELSEWHERE = sample_address("Vestergade", 3, 8000, "Aarhus C", floor="1", door="tv")
BOTH_LINES = {"sor": "Østergade 70, 9700 Brønderslev", "cvr": "Vestergade 3, 1 tv, 8000 Aarhus C"}


def company(tree=CLINIC, name=OWNER_NAME, **changes):
    return sample_company(CvrNumber(tree.owner.first["cvr"]), name, **{"started": START, "address": AT_HOME} | changes)


def unit(name=NAME, **changes):
    own = {"cvr": CvrNumber(CLINIC.owner.first["cvr"]), "started": START, "address": AT_HOME}
    return sample_production_unit(PNumber(CLINIC.place.first["pNumber"]), name, **own | changes)


@pytest.fixture
def listed(new_world):
    """The discrepancies in the last record of the clinic, when CVR has these documents."""

    def listed(*documents, **changes):
        world = new_world(cvr=documents)
        world.sor(CLINIC.owner)
        world.sor(CLINIC.place, **changes)
        return world.forwards(CLINIC.place).last["discrepancies"]

    return listed


def test_where_both_say_the_same_nothing_is_listed_r19(listed):
    assert listed(company(), unit()) == []


def test_another_name_of_the_place_is_listed_r19(listed):
    assert listed(company(), unit("Aaby Fødder")) == [{"field": "name", "sor": NAME, "cvr": "Aaby Fødder"}]


def test_another_name_of_the_owner_is_listed_r19(listed):
    assert listed(company(name="Nyt ApS"), unit()) == [{"field": "name", "sor": OWNER_NAME, "cvr": "Nyt ApS"}]


def test_another_spelling_is_no_other_name_r19(listed):
    assert listed(company(name="EJER 1000 A/S"), unit("Broenderslev Fodterapi v/Ane Prøve")) == []


def test_another_address_of_the_place_is_listed_in_one_line_each_r19(listed):
    assert listed(company(), unit(address=ELSEWHERE)) == [{"field": "address"} | BOTH_LINES]


def test_the_place_is_looked_for_where_it_is_visited_r19(listed):
    visited = address("Vestergade", "3", postcode="8000", city="Århus C", floor="1.", door="t.v.")
    assert listed(company(), unit(address=ELSEWHERE), visiting_address=visited) == []


def test_without_a_production_unit_the_owners_addresses_are_held_together_r19(listed):
    found = listed(company(address=ELSEWHERE), p_number=None, visiting_address=address("Besøgsvej"))
    assert found == [{"field": "address"} | BOTH_LINES]


def test_the_companys_address_says_nothing_of_a_place_with_a_production_unit_r19(listed):
    assert listed(company(address=ELSEWHERE), unit()) == []


@pytest.mark.parametrize("status", ["approved", "requested"])
@pytest.mark.parametrize("ended", ["company", "unit", "both"])
def test_what_has_ceased_in_cvr_while_the_place_is_in_sor_is_listed_once_r19(listed, status, ended):
    end = {"ended": date(2022, 12, 31)}
    documents = company(**end if ended != "unit" else {}), unit(**end if ended != "company" else {})
    assert listed(*documents, status=status) == [{"field": "status", "sor": status, "cvr": "ceased"}]


@pytest.mark.parametrize("status", ["UNDER KONKURS", "UNDER FRIVILLIG LIKVIDATION"])
def test_a_company_in_dissolution_is_there_yet_r19(listed, status):
    assert listed(company(status=status), unit()) == []


def test_a_p_number_of_another_company_is_listed_with_that_company_r19(listed):
    other = CvrNumber(cvr_number(77))
    expected = {"field": "pNumber", "sor": CLINIC.place.first["pNumber"], "cvr": str(other)}
    assert listed(company(), unit(cvr=other)) == [expected]


def test_the_p_number_of_a_place_without_cvr_is_held_against_its_company_too_r19_r18(new_world):
    other = CvrNumber(cvr_number(77))
    world = new_world(cvr=[unit(cvr=other)])
    world.sor(CLINIC.owner, cvr=None)
    world.sor(CLINIC.place)
    record = world.forwards(CLINIC.place).last
    assert record["enrichment"] == "no-cvr"
    assert record["discrepancies"] == [{"field": "pNumber", "sor": CLINIC.place.first["pNumber"], "cvr": str(other)}]


def test_a_p_number_that_cvr_does_not_know_is_listed_for_a_place_without_cvr_too_r19_r20(new_world):
    world = new_world(cvr=[])
    world.sor(CLINIC.owner, cvr=None)
    world.sor(CLINIC.place)
    expected = {"field": "pNumber", "sor": CLINIC.place.first["pNumber"], "cvr": None}
    assert world.forwards(CLINIC.place).last["discrepancies"] == [expected]


def test_what_cvr_leaves_out_is_no_discrepancy_r19(listed):
    assert listed(company(name=None, address=None), unit(None, address=None, cvr=None)) == []


def test_what_sor_leaves_out_is_no_discrepancy_r19(new_world):
    world = new_world(cvr=[company(), unit()])
    world.sor(CLINIC.owner, postal_address=None)
    world.sor(CLINIC.place)
    assert world.forwards(CLINIC.place).last["visitingAddress"] is None
    assert world.forwards(CLINIC.place).last["discrepancies"] == []


def test_all_that_differs_is_listed_together_r19(listed):
    found = listed(
        company(name="Nyt ApS", ended=date(2022, 1, 1)), unit("Aaby", address=ELSEWHERE, cvr=CvrNumber(cvr_number(77)))
    )
    assert [each["field"] for each in found] == ["pNumber", "status", "name", "name", "address"]


def test_a_department_has_a_name_and_rooms_of_its_own_beside_the_production_unit_r19(new_world):
    """R19: the P number is the hospital's (R3); neither its name nor its address is the department's."""
    hospital = private_hospital()
    p_unit = sample_production_unit(
        PNumber(hospital.institution.first["pNumber"]),
        "Prøvesygehuset",
        cvr=CvrNumber(hospital.owner.first["cvr"]),
        started=START,
        address=ELSEWHERE,
    )
    world = new_world(cvr=[company(hospital, hospital.owner.first["name"]), p_unit])
    world.sor(hospital)
    assert [each["field"] for each in world.forwards(hospital.place).last["discrepancies"]] == []


@pytest.mark.parametrize("tree", [CLINIC, region()])
def test_what_sor_says_stays_in_the_record_whatever_cvr_says_r19(new_world, tree):
    world = new_world(cvr=[company(tree, "Et andet navn", address=ELSEWHERE, ended=date(2022, 1, 1))])
    world.sor(tree)
    first, last = world.forwards(tree.place)[0], world.forwards(tree.place).last
    assert last["discrepancies"] != []
    ours = set(last.value) - {"enrichment", "companyFacts", "discrepancies", "explanation"}
    assert {name: last[name] for name in ours} == {name: first[name] for name in ours}


def test_an_edit_in_sor_settles_a_discrepancy_and_is_forwarded_r19_r17(new_world):
    world = new_world(cvr=[company(), unit("Aaby Fødder")])
    world.sor(CLINIC)
    assert world.sor(CLINIC.place, name="AABY FØDDER").forwards(CLINIC.place).one["discrepancies"] == []


def test_a_new_name_of_the_owner_is_compared_for_every_place_below_r19_r8(new_world):
    world = new_world(cvr=[company()])
    world.sor(CLINIC)
    sibling = below(CLINIC.owner, 1500, is_treatment_place=True, p_number=p_number(1500))
    world.sor(sibling)
    sent = world.sor(CLINIC.owner, name="Nyt navn")
    for place in (CLINIC.place, sibling):
        found = sent.forwards(place).one["discrepancies"]
        assert {"field": "name", "sor": "Nyt navn", "cvr": OWNER_NAME} in found


def test_a_registration_is_neither_held_back_nor_changed_by_a_discrepancy_r19(new_world):
    world = new_world(cvr=[company(name="Nyt ApS", ended=date(2022, 1, 1)), unit("Aaby", address=ELSEWHERE)])
    world.registered(CLINIC)
    assert world.forwards().last["state"] == "registered"
    assert len(world.triggers()) == 1
    assert not world.dead_letters()
