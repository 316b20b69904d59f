"""The fixed sites of a regional lægevagt pay one category-3 fee per scheme, where the decree says so (R42)."""

from __future__ import annotations

import pytest

from support.messages import ENTITY_TYPE
from support.trees import below, municipality, owner

REGION = owner(4000, "region")
SITES = [below(REGION, 4000 + number, is_treatment_place=True, p_number=None) for number in (1, 2, 3)]
AT = {"category": "3b", "out_of_hours_scheme": "1813"}


def registered(world, year, sites=SITES, **changes):
    world.at(f"{year}-02-01 10:00").sor(REGION)
    for site in sites:
        world.sor(site)
        world.self_registers(site, **AT | changes)
    return world


@pytest.mark.parametrize(("year", "amount"), [(2021, "2341.00"), (2023, "3578.00")])
def test_one_fee_for_the_scheme_r42(world, year, amount):
    registered(world, year)
    assert world.triggers().one["amount"] == amount
    assert world.not_due().values("reason") == ["already-triggered"] * 2


def test_in_other_years_each_site_pays_for_itself_r42(world):
    assert len(registered(world, 2024).triggers()) == 3


@pytest.mark.parametrize(
    "changes",
    [{"treatment_at_address": False}, {"category": "2"}, {"out_of_hours_scheme": None}],
    ids=["no fixed site", "another category", "no scheme"],
)
def test_it_holds_for_fixed_category_3_sites_of_a_scheme_alone_r42(world, changes):
    assert len(registered(world, 2023, **changes).triggers()) == 3


def test_two_schemes_pay_two_fees_r42(world):
    registered(world, 2023, SITES[:2])
    world.sor(SITES[2])
    world.self_registers(SITES[2], **AT | {"out_of_hours_scheme": "1814"})
    assert len(world.triggers()) == 2


def test_a_private_scheme_pays_for_each_site_r42(world):
    top = owner(4100)
    world.at("2023-02-01 10:00").sor(top)
    for number in (1, 2):
        site = below(top, 4100 + number, is_treatment_place=True, entity_type=ENTITY_TYPE["clinic"])
        world.sor(site)
        world.self_registers(site, **AT)
    assert len(world.triggers()) == 2


def test_a_site_that_moves_away_takes_along_that_its_scheme_has_paid_r42_r4(world):
    town = municipality()
    registered(world, 2023).sor(town.owner)
    away = world.at("2023-05-10 10:00").moves(SITES[1], town.owner)
    old, new = away.fee_decisions()
    assert (old["occasion"], old["reason"]) == ("new-cvr", "already-triggered")
    assert (new["occasion"], new["category"]) == ("new-cvr", "3b")


def test_a_site_that_moves_away_takes_along_nothing_that_another_scheme_has_paid_r42(world):
    town = municipality()
    registered(world, 2023, SITES[:1]).sor(town.owner)
    world.sor(SITES[1])
    world.self_registers(SITES[1], **AT | {"out_of_hours_scheme": "1814"})
    world.at("2023-05-10 10:00").moves(SITES[1], town.owner)
    ledger = world.world.owners[town.owner.sor_id].nodes[SITES[1].sor_id].ledger
    assert {"1814"} == {entry.scheme for entry in ledger if entry.kind == "triggered" and entry.scheme is not None}
