"""Where an owner is itself the place, it is held against company and production unit alike (R19)."""

from __future__ import annotations

from datetime import date

from adapters.cvr.sample import sample_company, sample_production_unit
from contracts.identifiers import CvrNumber, PNumber
from support.messages import p_number
from support.trees import owner

PLACE = owner(7000, is_treatment_place=True, p_number=p_number(7000))
CVR, P_NUMBER = CvrNumber(PLACE.first["cvr"]), PNumber(PLACE.first["pNumber"])
START = date(2010, 1, 1)


def test_an_owner_that_is_the_place_r19(new_world):
    company = sample_company(CVR, "Et andet navn", started=START)
    unit = sample_production_unit(P_NUMBER, "Et tredje navn", cvr=CVR, started=START)
    world = new_world(cvr=[company, unit])
    world.sor(PLACE)
    names = [each["cvr"] for each in world.forwards().last["discrepancies"] if each["field"] == "name"]
    assert names == ["Et andet navn", "Et tredje navn"]
    assert world.forwards().last["affiliation"] == {"ownerType": "private", "owner": PLACE.first["name"], "path": []}


def test_a_p_number_that_fails_its_check_is_flagged_without_a_cvr_number_too_r2(world):
    place = owner(7100, cvr=None, is_treatment_place=True, p_number="1023456780", channel="sor-office")
    world.sor(place)
    assert world.forwards().one["discrepancies"] == [{"field": "pNumber", "sor": "1023456780", "cvr": None}]
