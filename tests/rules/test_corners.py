"""Corners that were once wrong; each would be again if its line went."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.cvr.sample import sample_company
from contracts.identifiers import CvrNumber, SorId
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.trees import private_clinic, wide_owner

CLINIC = private_clinic()
CVR = CvrNumber(CLINIC.owner.first["cvr"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to_date", "9999-12-31"),
        ("registered_at", "9999-12-31T23:59:59Z"),
        ("registered_at", "0001-01-01T00:00:00+02:00"),
    ],
)
def test_the_ends_of_the_calendar_are_dead_letters_and_no_crash_r48(world, field, value):
    assert world.sor(CLINIC.owner, **{field: value}).dead_letters().reasons == ["contract-violation"]


def test_a_structured_event_nested_beyond_writing_is_a_dead_letter(world):
    value = b'{"specversion":"1.0","data":' + b"[" * 900 + b"]" * 900 + b"}"
    sent = world.send(Topic.ENTITY_CHANGES, value, key="1", headers=[("content-type", b"application/cloudevents+json")])
    assert sent.dead_letters().reasons == ["contract-violation"]


def test_a_count_of_attempts_beyond_reason_starts_anew(world):
    sent = world.send(Topic.ENTITY_CHANGES, b"?", key="1", headers=[("dlq.attempt", b"9" * 5000)])
    assert sent.one.headers["dlq.attempt"] == "1"


def test_what_json_does_not_have_is_unparsable_even_in_a_field_nobody_reads(world):
    world.sor(CLINIC.owner)
    value = (world.records[-1].value or b"")[:-1] + b',"x":NaN}'
    sent = world.send(Topic.ENTITY_CHANGES, value, key=CLINIC.owner.sor_id)
    assert sent.dead_letters().reasons == ["unparsable"]


def test_a_company_whose_registered_end_has_passed_since_the_look_up_has_ceased_r38(new_world):
    company = sample_company(CVR, "Klinik", started=date(2010, 1, 1), ended=date(2023, 5, 31))
    world = new_world(cvr=[company])
    world.at("2022-03-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-06-30", channel="sor-office")
    assert world.until("2023-07-01").triggers().one["routeStatus"] == "company-ceased"


@pytest.mark.parametrize("cvr", ["12345678", "1234567"])
def test_digital_post_to_a_number_nobody_can_have_is_no_route_r2_r38(world, cvr):
    world.registered(private_clinic(cvr=cvr))
    assert world.triggers().one["routeStatus"] == "no-route"


def test_a_unit_that_waits_for_its_owner_is_closed_when_the_owner_comes_r13_r26_r40(world):
    world.at("2023-03-01 10:00").self_registers(CLINIC.place)
    waiting = [unit for unit in CLINIC.units if unit.sor_id != CLINIC.owner.sor_id]
    for unit in waiting:
        world.sor(unit)
    world.at("2023-05-10 10:00").sor(CLINIC.place, to_date="2023-05-20", channel="sor-office")
    assert world.until("2023-06-01") == []
    sent = world.sor(CLINIC.owner)
    assert sent.deregistrations(CLINIC.place).one["lastDay"] == "2023-05-20"
    assert sent.triggers(CLINIC.place).one["feeYear"] == 2023
    assert sent.not_due(CLINIC.place).one["reason"] == "already-triggered"


def test_a_corrected_category_answers_the_parked_question_at_once_r32(world):
    """2022 has amounts for categories 4 and 5 only; the category owed for is the corrected one."""
    world.at("2022-03-01 10:00").registered(CLINIC, category="3a")
    assert world.triggers() == []
    corrected = world.self_registers(CLINIC.place, category="5")
    assert (corrected.triggers().one["amount"], corrected.triggers().one["occasion"]) == ("2094.00", "registration")
    world.sor(CLINIC.place, to_date="2022-06-30", channel="sor-office")
    assert world.until("2022-07-01").not_due().one["reason"] == "already-triggered"
    assert world.restart(tariffs=TariffTable.load()).until("2023-01-01").fee_decisions() == []


def test_the_last_record_s_cascade_is_finished_without_a_later_one_r11(world):
    owner = wide_owner(1200)
    world.sor(owner)
    assert len(world.sor(owner.owner, telephone="1")) == 1200


def test_an_answer_from_cvr_never_overtakes_the_cascade_that_asked_r11_r20(new_world):
    owner = wide_owner(1200)
    company = sample_company(CvrNumber(owner.owner.first["cvr"]), "Kommune", started=date(2010, 1, 1))
    world = new_world(cvr=[company])
    for unit in owner.units[1:]:
        world.sor(unit)
    sent = world.sor(owner.owner).forwards()
    first = {}
    for each in sent:
        first.setdefault(each.key, each["enrichment"])
    assert set(first.values()) == {"pending"}


def test_a_version_beyond_all_counting_stops_nobody_r10(world):
    """Told again with other content it could not even be named, and every later version would have been behind it."""
    highest = 10**4299
    for name in ("Klinik", "En anden klinik"):
        sent = world.sor(CLINIC.owner, name=name, version=highest)
        assert sent.dead_letters().reasons == ["contract-violation"]
    assert world.sor(CLINIC.owner, version=2**63 - 1).dead_letters() == []
    assert world.self_registers(CLINIC.place, version=highest).dead_letters().reasons == ["contract-violation"]


def test_a_unit_that_moves_to_the_owner_it_is_with_is_refused_and_lives_on_r4(world):
    """It was taken for one that is under way: nothing was forwarded of it, and its closure never took effect."""
    world.at("2023-03-01 10:00").registered(CLINIC)
    refused = world.sor(CLINIC.place, moved_to_owner_sor_id=CLINIC.owner.sor_id)
    assert refused.dead_letters().reasons == ["contract-violation"]
    world.sor(CLINIC.place, moved_to_owner_sor_id=None, to_date="2023-03-31")
    assert world.until("2023-04-01").deregistrations(CLINIC.place).one["lastDay"] == "2023-03-31"


def test_an_exemption_told_again_takes_no_room_r44(world):
    """A notice repeated for years would have made a unit too large to move."""
    world.at("2023-03-01 10:00").registered(CLINIC)
    about = {"kind": "low-turnover", "authorisation_ids": ["0BCD1"], "notified_on": "2023-03-01"}
    world.notice("exemption.notified", CLINIC.place, **about)
    state = world.world.owners.get(SorId(CLINIC.owner.sor_id))
    world.notice("exemption.notified", CLINIC.place, **about)
    assert world.world.owners.get(SorId(CLINIC.owner.sor_id)) == state
