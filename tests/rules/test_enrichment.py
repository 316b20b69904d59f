"""What CVR adds (R2, R20)."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.cvr.sample import sample_company, sample_production_unit
from contracts.identifiers import CvrNumber, PNumber
from support.messages import cvr_number
from support.trees import owner_without_cvr, private_clinic, wide_owner

CLINIC = private_clinic()
CVR, P_NUMBER = CvrNumber(CLINIC.owner.first["cvr"]), PNumber(CLINIC.place.first["pNumber"])
START = date(2010, 1, 1)
COMPANY = sample_company(CVR, "Et andet navn ApS", started=START)
NAMED_ALIKE = sample_company(CVR, CLINIC.owner.first["name"], started=START)
UNIT = sample_production_unit(P_NUMBER, "Et tredje navn", cvr=CVR, started=START)


def test_without_cvr_the_record_goes_out_marked_pending_r20(world):
    world.sor(CLINIC)
    assert (world.forwards().one["enrichment"], world.forwards().one["companyFacts"]) == ("pending", None)
    assert world.until("2024-01-01") == []


def test_an_unreachable_cvr_holds_no_registration_fee_or_closure_back_r20(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2024-05-31")
    world.until("2024-06-01")
    assert len(world.triggers()) == 2
    assert len(world.deregistrations()) == 1


def test_the_record_goes_out_at_once_and_again_with_the_facts_r20(new_world):
    world = new_world(cvr=[COMPANY, UNIT])
    world.sor(CLINIC.owner)
    sent = world.sor(CLINIC.place)
    assert sent.forwards()[0]["enrichment"] == "pending"
    last = sent.forwards().last
    assert last["enrichment"] == "complete"
    assert last["companyFacts"]["company"]["name"] == "Et andet navn ApS"
    assert last["companyFacts"]["productionUnit"]["pNumber"] == P_NUMBER
    assert last["companyFacts"]["fetchedAt"] == "2023-01-02T08:00:00Z"


@pytest.mark.parametrize("started", [date(1863, 5, 26), date(3000, 1, 1)])
def test_a_day_that_no_message_can_carry_is_left_out_of_the_facts_r20(new_world, started):
    """Foundations are older than 1900: what CVR says of them must not become a dead letter of our own making."""
    world = new_world(cvr=[sample_company(CVR, "Diakonissestiftelsen", started=started), UNIT])
    world.sor(CLINIC)
    assert not world.dead_letters()
    last = world.forwards().last
    assert (last["enrichment"], last["companyFacts"]["company"]["startedOn"]) == ("complete", None)


def test_facts_stand_beside_what_sor_says_and_never_over_it_r20(new_world):
    """R19: the name stays SOR's."""
    world = new_world(cvr=[COMPANY, UNIT])
    world.sor(CLINIC)
    assert world.forwards().last["name"] == CLINIC.place.first["name"]


def test_an_unknown_number_is_a_finding_and_no_error_r20(new_world):
    world = new_world(cvr=[])
    world.sor(CLINIC)
    last = world.forwards().last
    assert (last["enrichment"], last["companyFacts"]) == ("not-found", None)
    assert {"field": "cvr", "sor": CVR, "cvr": None} in last["discrepancies"]
    assert {"field": "pNumber", "sor": P_NUMBER, "cvr": None} in last["discrepancies"]
    assert not world.dead_letters()


def test_a_known_company_with_an_unknown_production_unit_is_not_found_with_its_facts_r20(new_world):
    world = new_world(cvr=[NAMED_ALIKE])
    world.sor(CLINIC)
    last = world.forwards().last
    assert last["enrichment"] == "not-found"
    assert last["companyFacts"]["productionUnit"] is None
    assert [each["field"] for each in last["discrepancies"]] == ["pNumber"]


def test_an_owner_without_cvr_is_not_looked_up_r20(new_world):
    world = new_world(cvr=[COMPANY])
    tree = owner_without_cvr()
    world.sor(tree)
    assert world.forwards().one["enrichment"] == "no-cvr"


@pytest.mark.parametrize("bad", ["12345678", "1234", "abc"])
def test_a_cvr_number_that_fails_its_check_is_flagged_and_not_looked_up_r2(new_world, bad):
    document = COMPANY | {"Vrvirksomhed": COMPANY["Vrvirksomhed"] | {"cvrNummer": bad}}
    world = new_world(cvr=[document, UNIT])
    world.sor(CLINIC.owner, cvr=bad)
    world.sor(CLINIC.place)
    last = world.forwards().last
    assert last["enrichment"] == "not-found"
    assert last["companyFacts"]["company"] is None
    assert {"field": "cvr", "sor": bad, "cvr": None} in last["discrepancies"]
    assert bad not in world.world.owners[CLINIC.owner.sor_id].numbers


def test_a_p_number_that_fails_its_check_is_flagged_and_not_looked_up_r2(new_world):
    world = new_world(cvr=[NAMED_ALIKE])
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number="1023456780")
    last = world.forwards().last
    assert last["enrichment"] == "complete"
    assert last["discrepancies"] == [{"field": "pNumber", "sor": "1023456780", "cvr": None}]
    assert world.world.owners[CLINIC.owner.sor_id].numbers.keys() == {CVR}


def test_a_company_is_asked_for_once_for_a_whole_tree_r20(new_world):
    tree = wide_owner(30)
    cvr = CvrNumber(tree.owner.first["cvr"])
    world = new_world(cvr=[sample_company(cvr, "Prøve ApS", started=START)])
    world.sor(tree)
    assert world.forwards(tree.places[0]).values("enrichment") == ["pending", "complete"]
    assert world.forwards(tree.places[1]).values("enrichment") == ["complete"]
    assert world.world.owners[tree.owner.sor_id].numbers.keys() == {cvr}


def test_an_answer_reaches_every_place_that_waits_for_it_r20(new_world):
    tree = wide_owner(30)
    cvr = CvrNumber(tree.owner.first["cvr"])
    world = new_world(cvr=[sample_company(cvr, "Prøve ApS", started=START)])
    for place in tree.places:
        world.sor(place)
    world.sor(tree.owner)
    assert {world.forwards(place).last["enrichment"] for place in tree.places} == {"complete"}


def test_a_new_owner_number_is_asked_for_anew_r20(new_world):
    other = CvrNumber(cvr_number(77))
    world = new_world(cvr=[COMPANY, UNIT, sample_company(other, "Nyt ApS", started=START)])
    world.sor(CLINIC)
    sent = world.sor(CLINIC.owner, cvr=str(other))
    assert sent.forwards()[0]["enrichment"] == "pending"
    assert sent.forwards().last["companyFacts"]["company"]["name"] == "Nyt ApS"


def answer(name: str, fetched_at: str):
    fact = {"kind": "company", "cvr": str(CVR), "name": name, "status": "active", "startedOn": "2010-01-01"}
    return {"ownerSorId": CLINIC.owner.sor_id, "fetchedAt": fetched_at, "fact": fact}


def test_an_answer_that_comes_twice_or_late_changes_nothing_r20(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number=None)
    newest = answer("Nyt navn", "2023-01-03T08:00:00Z")
    sent = world.send("sorbro.cvr-facts.v1", newest, key=f"{CLINIC.owner.sor_id}/{CVR}")
    assert sent.forwards(CLINIC.place).one["companyFacts"]["company"]["name"] == "Nyt navn"
    older = answer("Gammelt navn", "2023-01-02T08:00:00Z")
    for message in (newest, older):
        assert world.send("sorbro.cvr-facts.v1", message, key=f"{CLINIC.owner.sor_id}/{CVR}") == []
    assert world.outcomes["stale"] == 2


def test_an_answer_that_only_is_fresher_is_not_forwarded_again_r17_r20(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number=None)
    for day in (3, 4):
        message = answer("Samme navn", f"2023-01-0{day}T08:00:00Z")
        world.send("sorbro.cvr-facts.v1", message, key=f"{CLINIC.owner.sor_id}/{CVR}")
    assert len(world.forwards(CLINIC.place)) == 2


def test_an_answer_that_nobody_asked_for_is_left_r20(world):
    message = answer("Nyt navn", "2023-01-03T08:00:00Z")
    assert world.send("sorbro.cvr-facts.v1", message, key=f"{CLINIC.owner.sor_id}/{CVR}") == []
    assert world.outcomes == {"stale": 1}
