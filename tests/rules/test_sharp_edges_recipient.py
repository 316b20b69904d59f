"""Who is invoiced, and what CVR's answer makes of the road there (R37, R38)."""

from __future__ import annotations

import pytest

from support.trees import Tree, below, owner, private_clinic, private_hospital

CLINIC = private_clinic()
CVR = CLINIC.owner.first["cvr"]


@pytest.fixture
def answered(world):
    """A trigger's route status once CVR has said this of the company."""

    def answered(**fact):
        world.at("2023-05-01 10:00").sor(CLINIC)
        answer = {"ownerSorId": CLINIC.owner.sor_id, "fetchedAt": "2023-05-01T08:00:00Z", "fact": fact}
        key = f"{CLINIC.owner.sor_id}/{CVR}"
        world.send("sorbro.cvr-facts.v1", answer, key=key, ce_type="dk.sorbro.cvr.answered.v1")
        return world.self_registers(CLINIC.place).triggers().one["routeStatus"]

    return answered


def company(**said):
    return {"kind": "company", "cvr": CVR, "name": "Ejer 1000", "status": "active"} | said


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"status": "ceased"}, "company-ceased"),
        ({"ceasedOn": "2023-04-30"}, "company-ceased"),
        ({"ceasedOn": "2023-05-01"}, "ok"),  # its last day
        ({"ceasedOn": "2023-05-02"}, "ok"),
        ({"startedOn": "2023-04-20"}, "new-company-quarantine"),
        ({"startedOn": "2023-04-19"}, "ok"),
        ({"startedOn": "2023-04-20", "status": "ceased"}, "company-ceased"),
        ({}, "ok"),
    ],
)
def test_the_road_to_a_company_r38(answered, said, status):
    assert answered(**company(**said)) == status


def test_there_is_no_road_to_a_company_that_cvr_does_not_have_r38(answered):
    assert answered(kind="not-found", number=CVR) == "no-route"


def test_a_department_of_a_private_clinic_that_is_no_hospital_pays_itself_r37(world):
    top = owner(6000)
    clinic = below(top, 6001)
    department = below(clinic, 6002, "OE", is_treatment_place=True)
    world.registered(Tree(top, (top, clinic, department), department))
    assert world.triggers().one["recipient"]["billedSorId"] == department.sor_id


def test_the_hospital_that_pays_is_the_nearest_to_the_owner_r37(world):
    hospital = private_hospital()
    ward = below(hospital.departments[0], 5500, "OE", is_treatment_place=True)
    world.sor(hospital)
    world.sor(ward)
    world.self_registers(ward)
    assert world.triggers(ward).one["recipient"]["billedSorId"] == hospital.institution.sor_id


def test_an_institution_below_a_hospital_is_no_department_and_pays_itself_r37(world):
    hospital = private_hospital()
    annex = below(hospital.institution, 5500, is_treatment_place=True)
    world.sor(hospital)
    world.sor(annex)
    world.self_registers(annex)
    assert world.triggers(annex).one["recipient"]["billedSorId"] == annex.sor_id
