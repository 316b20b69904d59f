"""What BSR is told, and when (R12, R14–R17)."""

from __future__ import annotations

import pytest

from support.messages import address
from support.trees import below, municipality, owner_without_cvr, private_clinic, private_hospital, region

CLINIC = private_clinic()
LOCATION = {
    "gln": "5790002401473",
    "inherited": False,
    "region": "1081",
    "ediSystem": "1",
    "systemSupplier": "2",
    "networkOperator": "3",
}


def test_a_requested_unit_is_forwarded_at_once_and_marked_r12(world):
    world.sor(CLINIC.owner)
    assert world.sor(CLINIC.place, status="requested").forwards().one["sorStatus"] == "requested"


def test_its_approval_is_forwarded_r12(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, status="requested")
    assert world.sor(CLINIC.place, status="approved").forwards().one["sorStatus"] == "approved"


def test_only_units_marked_as_behandlingssted_are_forwarded_r14(world):
    world.sor(CLINIC)
    assert {each.key for each in world.forwards()} == {CLINIC.place.sor_id}


def test_a_unit_that_loses_the_mark_is_withdrawn_once_r14(world):
    world.sor(CLINIC)
    sent = world.sor(CLINIC.place, is_treatment_place=False)
    assert sent.withdrawals(CLINIC.place).one["reason"] == "not-a-treatment-place"
    assert sent.withdrawals().one["registrationId"] == world.forwards().one["registrationId"]
    assert world.sor(CLINIC.place, name="Andet") == []


def test_a_unit_that_never_had_the_mark_is_not_withdrawn_r14(world):
    world.sor(CLINIC)
    assert world.sor(CLINIC.departments[0], name="Andet") == []


def test_a_unit_that_gains_the_mark_is_forwarded_again_r14(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, is_treatment_place=False)
    sent = world.sor(CLINIC.place, is_treatment_place=True)
    assert sent.forwards(CLINIC.place)
    assert sent[0].headers["ce_id"] != world.forwards()[0].headers["ce_id"]


def test_the_record_carries_every_item_that_sor_gives_r15(world):
    own = address("Klinikvej", floor="1", door="tv")
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, visiting_address=own, telephone="11223344", version=7)
    record = world.forwards().one.value
    first = CLINIC.place.first
    assert record == {
        "registrationId": record["registrationId"],
        "sorId": first["sorId"],
        "ownerSorId": first["ownerSorId"],
        "sorVersion": 7,
        "sorStatus": "approved",
        "state": "awaiting-self-registration",
        "name": first["name"],
        "visitingAddress": own,
        "activityAddress": own,
        "telephone": "11223344",
        "email": "klinik@example.dk",
        "website": "www.example.dk",
        "cvr": CLINIC.owner.first["cvr"],
        "pNumber": first["pNumber"],
        "unitType": {"code": "554061000005105", "label": "fodterapeutklinik"},
        "specialities": [{"code": "408443003", "kind": "main"}],
        "affiliation": {
            "ownerType": "private",
            "owner": CLINIC.owner.first["name"],
            "path": [{"sorId": CLINIC.owner.sor_id, "name": CLINIC.owner.first["name"], "sorType": "IE"}],
        },
        "closesOn": None,
        "companyFacts": None,
        "enrichment": "pending",
        "discrepancies": [],
    }


@pytest.mark.parametrize("tree", [CLINIC, owner_without_cvr(), municipality(), region(), private_hospital()])
def test_every_kind_of_owner_passes_through_r15_r18(world, tree):
    world.registered(tree, *tree.places)
    for place in tree.places:
        record = world.forwards(place).last
        assert record["state"] == "registered"
        assert record["affiliation"]["ownerType"] == tree.owner.first["ownerType"]
        assert record["cvr"] == tree.owner.first["cvr"]


def test_every_output_is_keyed_and_named_after_its_unit_and_says_what_caused_it_r15(world):
    world.sor(CLINIC)
    sent = world.forwards().one
    assert sent.key == sent.headers["ce_subject"] == CLINIC.place.sor_id
    caused_by = dict(world.records[1].headers)["ce_id"].decode()
    assert sent.headers["ce_causationid"] == caused_by
    assert sent.headers["ce_specversion"] == "1.0"
    assert sent.headers["content-type"] == "application/json"


def test_the_sor_half_alone_is_not_registered_r16(world):
    world.sor(CLINIC)
    assert world.forwards().one["state"] == "awaiting-self-registration"
    assert not world.triggers()
    assert not world.not_due()


def test_the_self_registration_alone_is_not_registered_r16(world):
    assert world.self_registers(CLINIC.place) == []
    assert world.until("2023-12-31") == []


def test_both_halves_make_it_registered_r16(world):
    world.sor(CLINIC)
    sent = world.self_registers(CLINIC.place)
    assert sent.forwards(CLINIC.place).one["state"] == "registered"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 9},
        {"location_number": LOCATION},
        {"shak": "1301"},
        {"provider_id": "000123"},
        {"from_date": "2023-01-03"},
        {"channel": "sor-office"},
        {"replaces": ["698481000016007"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_version_that_leaves_the_record_as_it_was_sends_nothing_r17(world, change):
    """R17; and R47: a lokationsnummer is accepted, kept, and sends nothing."""
    world.registered(CLINIC)
    assert world.sor(CLINIC.place, **change) == []
    assert world.outcomes["applied"] == 5


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"name": "Nyt navn"}, "name"),
        ({"telephone": "1"}, "telephone"),
        ({"visiting_address": address("Nyvej")}, "visitingAddress"),
        ({"activity_address": address("Nyvej")}, "activityAddress"),
        ({"email": "ny@example.dk"}, "email"),
        ({"website": "ny.example.dk"}, "website"),
        ({"entity_type": "394761003"}, "unitType"),
        ({"specialities": []}, "specialities"),
        ({"p_number": "1900200001"}, "pNumber"),
        ({"to_date": "2023-09-01"}, "closesOn"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_change_of_forwarded_content_is_forwarded_once_r17(world, change, item):
    world.registered(CLINIC)
    before = world.forwards().last
    after = world.sor(CLINIC.place, **change).forwards(CLINIC.place).one
    assert after[item] != before[item]
    assert world.play(world.records[-1]) == []


def test_a_change_back_to_what_was_is_a_change_and_has_an_id_of_its_own_r17(world):
    world.sor(CLINIC)
    world.sor(CLINIC.place, name="Nyt navn")
    world.sor(CLINIC.place, name=CLINIC.place.first["name"])
    assert len({each.headers["ce_id"] for each in world.forwards()}) == 3


def test_a_new_name_of_the_owner_changes_the_affiliation_below_r17(world):
    world.sor(CLINIC)
    assert world.sor(CLINIC.owner, name="Nyt firma").forwards(CLINIC.place).one["affiliation"]["owner"] == "Nyt firma"


def test_a_change_of_the_self_registration_alone_sends_nothing_to_bsr_r17(world):
    world.registered(CLINIC)
    assert world.self_registers(CLINIC.place, reference_id="ny") == []


def test_a_sibling_of_the_changed_unit_is_left_alone_r17(world):
    world.sor(CLINIC)
    sibling = below(CLINIC.owner, 1500, is_treatment_place=True)
    world.sor(sibling)
    assert world.sor(CLINIC.place, name="Nyt navn").forwards(sibling) == []
