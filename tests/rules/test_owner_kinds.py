"""Every kind of owner passes through the worker: forwarded, registered, billed, closed (R18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from support.trees import (
    Tree,
    municipality,
    owner_without_cvr,
    private_clinic,
    private_hospital,
    region,
    regional_place,
    state,
)

PREHOSPITAL, PHYSIOTHERAPY = "554211000005102", "547011000005103"
AUTHORISATION_ID, EMAIL = "0BC12", "faktura@example.dk"


@dataclass(frozen=True)
class Kind:
    """An owner's tree, what its places say of themselves, and the fee decision for 2023 and for 2024."""

    tree: Tree
    says: dict[str, Any]
    fees: tuple[str, str]
    invoice: str = "digital-post"
    channel: str = "sorus"
    places: int = 1


LUMP_SUM = ("region-lump-sum", "region-lump-sum")
KINDS = {
    "private-with-cvr": Kind(private_clinic(), {"category": "5"}, ("1726.00", "2258.00"), channel="self-service"),
    "private-without-cvr": Kind(
        owner_without_cvr(),
        {"category": "5", "owner_authorisation_id": AUTHORISATION_ID, "invoice_email": EMAIL},
        ("1726.00", "2258.00"),
        invoice="email",
        channel="sor-office",
    ),
    "private-hospital": Kind(
        private_hospital(), {"category": "1"}, ("9765.00", "12775.00"), channel="sor-office", places=2
    ),
    "municipality": Kind(municipality(), {"category": "4"}, ("2015.00", "2636.00")),
    "regional-hospital": Kind(region(), {"category": "1"}, LUMP_SUM, places=2),
    "regional-2": Kind(regional_place(), {"category": "2"}, ("6513.00", "8520.00")),
    "regional-3a": Kind(regional_place(), {"category": "3a"}, ("3578.00", "4681.00")),
    "regional-3b": Kind(regional_place(entity_type=PREHOSPITAL), {"category": "3b"}, ("3578.00", "4681.00")),
    "regional-4": Kind(regional_place(), {"category": "4"}, ("2015.00", "2636.00")),
    "regional-5": Kind(regional_place(entity_type=PHYSIOTHERAPY), {"category": "5"}, ("1726.00", "2258.00")),
    "state-2": Kind(state(), {"category": "2"}, ("6513.00", "8520.00")),
    "state-1": Kind(state(), {"category": "1"}, ("9765.00", "12775.00")),
}
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def decided(decisions):
    """The amounts triggered, or the reasons why nothing is due."""
    return [each.value.get("amount") or each["reason"] for each in decisions]


def registered(world, kind):
    return world.at("2023-01-16 10:00").registered(kind.tree, *kind.tree.places, **kind.says)


@each_kind
def test_its_places_and_nothing_else_are_forwarded_and_wait_r18_r16(world, kind):
    sent = world.sor(kind.tree)
    assert {each.key for each in sent} == {place.sor_id for place in kind.tree.places}
    assert len(kind.tree.places) == kind.places
    for place in kind.tree.places:
        record = sent.forwards(place).last
        assert record["state"] == "awaiting-self-registration"
        assert record["affiliation"]["ownerType"] == kind.tree.owner.first["ownerType"]
        assert record["affiliation"]["path"][0]["sorId"] == kind.tree.owner.sor_id
        assert record["cvr"] == kind.tree.owner.first["cvr"]
        assert {unit.first["channel"] for unit in kind.tree.units} == {kind.channel}


@each_kind
def test_each_place_is_registered_by_its_own_self_registration_r18_r16(world, kind):
    world.sor(kind.tree)
    for place in kind.tree.places:
        sent = world.self_registers(place, **kind.says)
        assert sent.forwards().one.key == place.sor_id
        assert sent.forwards().one["state"] == "registered"
    assert len(set(world.forwards().values("registrationId"))) == kind.places


@each_kind
def test_the_fee_of_the_year_it_registers_in_r18(world, kind):
    decisions = registered(world, kind).fee_decisions()
    assert decided(decisions) == [kind.fees[0]] * kind.places
    assert {each["occasion"] for each in decisions} == {"registration"}


@each_kind
def test_the_fee_of_the_year_it_closes_in_r18_r40(world, kind):
    registered(world, kind)
    for place in kind.tree.places:
        world.at("2024-01-20 10:00").sor(place, to_date="2024-06-30")
    sent = world.until("2024-07-01")
    assert sent.deregistrations().values("cause") == ["closure"] * kind.places
    assert {each.key for each in sent.deregistrations()} == {place.sor_id for place in kind.tree.places}
    assert decided(sent.fee_decisions()) == [kind.fees[1]] * kind.places


@each_kind
def test_all_its_places_close_with_their_owner_r18_r22(world, kind):
    registered(world, kind)
    world.at("2024-01-20 10:00").sor(kind.tree.owner, to_date="2024-06-30")
    sent = world.until("2024-07-01")
    assert sent.deregistrations().values("cause") == ["company-closure"] * kind.places
    assert sent.deregistrations().values("causedBySorId") == [kind.tree.owner.sor_id] * kind.places
    assert decided(sent.fee_decisions()) == [kind.fees[1]] * kind.places


@each_kind
def test_one_that_never_registers_is_withdrawn_at_its_closure_without_a_fee_r18_r29(world, kind):
    world.sor(kind.tree)
    world.sor(kind.tree.owner, to_date="2023-06-30")
    sent = world.until("2023-07-01")
    assert sent.withdrawals().values("reason") == ["closed-unregistered"] * kind.places
    assert decided(sent.fee_decisions()) == ["not-registered"] * kind.places


@each_kind
def test_where_its_invoice_goes_r18_r37(world, kind):
    triggers = registered(world, kind).triggers()
    assert {each["recipient"]["channel"] for each in triggers} <= {kind.invoice}
    assert {each["routeStatus"] for each in triggers} <= {"ok"}
    billed = {each["recipient"]["billedSorId"] for each in triggers}
    if kind is KINDS["private-hospital"]:
        assert billed == {kind.tree.institution.sor_id}
    else:
        assert billed <= {place.sor_id for place in kind.tree.places}


@each_kind
def test_none_of_them_names_a_category_that_is_suspect_for_its_unit_type_r18_r43(world, kind):
    assert {flag for each in registered(world, kind).triggers() for flag in each["flags"]} == set()


def test_the_authorisation_id_of_an_owner_without_cvr_stays_in_the_self_registration_r18_r49(world):
    """R18: item 12 is asked for and taken; BSR has it from the place itself, and nothing we send repeats it."""
    kind = KINDS["private-without-cvr"]
    registered(world, kind)
    node = world.world.owners[kind.tree.owner.sor_id].nodes[kind.tree.place.sor_id]
    assert node.self_registration.owner_authorisation_id == AUTHORISATION_ID
    assert all(AUTHORISATION_ID.encode() not in each.record.value for each in world.outputs)


def test_a_private_hospital_itself_is_no_place_r18(world):
    hospital = private_hospital()
    world.sor(hospital)
    assert world.self_registers(hospital.institution, category="1") == []
    assert {each.key for each in world.forwards()} == {department.sor_id for department in hospital.departments}


def test_a_department_of_a_regional_hospital_is_a_place_once_the_region_says_so_r18(world):
    hospital = region()
    world.sor(hospital)
    other = hospital.departments[1]
    assert world.sor(other, is_treatment_place=False).withdrawals(other).one["reason"] == "not-a-treatment-place"
    assert world.sor(other, is_treatment_place=True).forwards(other)


def test_who_is_to_become_public_keeps_its_p_number_until_that_day_r5(world):
    clinic = private_clinic()
    world.at("2023-02-01 10:00").registered(clinic)
    p_number = world.forwards().last["pNumber"]
    sent = world.at("2023-05-10 10:00").sor(clinic.owner, owner_type="municipality", from_date="2023-06-01")
    assert (sent.forwards(clinic.place).one["pNumber"], sent.deregistrations()) == (p_number, [])
    assert world.until("2023-06-01").deregistrations().one["cause"] == "new-p-number"
