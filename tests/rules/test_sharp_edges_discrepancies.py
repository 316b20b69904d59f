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
