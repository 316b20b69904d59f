"""To whom the invoice goes, and whether that road is open (R37, R38)."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.cvr.sample import sample_company
from contracts.identifiers import CvrNumber
from support.trees import municipality, owner_without_cvr, private_clinic, private_hospital, region

CLINIC = private_clinic()
EAN = "5790002401473"
GLN = {"gln": "5790000000050", "inherited": False, "region": None, "ediSystem": None}


def company(tree, *, started=date(2010, 1, 1), ended=None):
    return sample_company(CvrNumber(tree.owner.first["cvr"]), "Prøve ApS", started=started, ended=ended)


@pytest.mark.parametrize("tree", [CLINIC, municipality(), owner_without_cvr()])
def test_an_ean_comes_first_r37(world, tree):
    world.registered(tree, ean=EAN, invoice_email="faktura@example.dk")
    assert world.triggers().one["recipient"] == {
        "channel": "ean",
        "ean": EAN,
        "cvr": tree.owner.first["cvr"],
        "email": None,
        "billedSorId": tree.place.sor_id,
    }


@pytest.mark.parametrize("tree", [CLINIC, municipality(), region()])
def test_without_ean_it_is_digital_post_to_the_cvr_even_with_an_email_r37(world, tree):
    world.registered(tree, invoice_email="faktura@example.dk")
    recipient = world.triggers().one["recipient"]
    assert (recipient["channel"], recipient["cvr"]) == ("digital-post", tree.owner.first["cvr"])
    assert (recipient["ean"], recipient["email"]) == (None, None)


def test_only_without_cvr_it_is_email_r37(world):
    tree = owner_without_cvr()
    world.registered(tree, invoice_email="faktura@example.dk", owner_authorisation_id="0BC12")
    trigger = world.triggers().one
    assert (trigger["recipient"]["channel"], trigger["recipient"]["email"]) == ("email", "faktura@example.dk")
    assert trigger["recipient"]["cvr"] is None
    assert trigger["routeStatus"] == "ok"


def test_without_any_road_the_trigger_goes_out_and_says_so_r37_r38(world):
    world.registered(owner_without_cvr())
    assert world.triggers().one["routeStatus"] == "no-route"


@pytest.mark.parametrize("tree", [CLINIC, municipality(), owner_without_cvr()])
def test_the_lokationsnummer_never_stands_in_for_the_ean_r37(world, tree):
    world.sor(tree)
    world.sor(tree.place, location_number=GLN)
    world.self_registers(tree.place)
    recipient = world.triggers().one["recipient"]
    assert recipient["channel"] != "ean"
    assert GLN["gln"] not in recipient.values()


def test_departments_of_a_private_hospital_are_invoiced_to_the_hospital_r37(world):
    hospital = private_hospital()
    world.registered(hospital, *hospital.departments)
    billed = [each["recipient"]["billedSorId"] for each in world.triggers()]
    assert billed == [hospital.institution.sor_id] * 2


def test_departments_of_a_regional_hospital_are_invoiced_themselves_r37(world):
    hospital = region()
    world.registered(hospital, category="2")
    assert world.triggers().one["recipient"]["billedSorId"] == hospital.place.sor_id


def test_the_reference_id_goes_along_r37(world):
    world.registered(CLINIC, reference_id="Rekv. 4711")
    assert (world.triggers().one["referenceId"], world.triggers().one["paymentDays"]) == ("Rekv. 4711", 30)


def test_a_company_that_has_ceased_is_said_and_the_trigger_not_held_back_r38(new_world):
    world = new_world(cvr=[company(CLINIC, ended=date(2023, 5, 31))])
    world.at("2023-06-05 10:00").registered(CLINIC)
    assert world.triggers().one["routeStatus"] == "company-ceased"


@pytest.mark.parametrize(
    ("today", "status"),
    [("2023-05-01", "new-company-quarantine"), ("2023-05-12", "new-company-quarantine"), ("2023-05-13", "ok")],
)
def test_the_first_twelve_days_of_a_new_company_are_said_r38(new_world, today, status):
    world = new_world(cvr=[company(CLINIC, started=date(2023, 5, 1))])
    world.at(today + " 10:00").registered(CLINIC)
    assert world.triggers().one["routeStatus"] == status


def test_the_quarantine_ends_with_the_danish_day_r38_r48(new_world):
    world = new_world(cvr=[company(CLINIC, started=date(2023, 5, 1))])
    world.at("2023-05-12T22:30:00Z").registered(CLINIC)
    assert world.triggers().one["routeStatus"] == "ok"


def test_an_ean_is_open_whatever_cvr_says_r38(new_world):
    world = new_world(cvr=[company(CLINIC, ended=date(2023, 5, 31))])
    world.at("2023-06-05 10:00").registered(CLINIC, ean=EAN)
    assert world.triggers().one["routeStatus"] == "ok"
