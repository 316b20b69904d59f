"""What was refused, repeated or came too late is told as such (R7, R10, R21, R24)."""

from __future__ import annotations

import pytest

from support.trees import private_clinic
from workers.explain.heard import unit_named_in

CLINIC = private_clinic()


@pytest.fixture
def clinic(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    return CLINIC


def test_a_closing_without_notice_is_refused_with_its_reason_r21(world, clinic, told):
    world.sor(clinic.place, to_date="2023-05-03")
    sent, dead = told(world, clinic.place).sentences()[-2:]
    assert (
        sent
        == "SOR, version 2 (self-service): closes with 2023-05-03 as its last day. Refused; the dead letter says why."
    )
    assert dead.startswith(
        "Dead letter: self-service must give seven days' notice (R21). self-service may close from 2023-05-08"
    )


def test_the_refused_closing_of_its_company_is_told_for_that_is_why_it_lives_on_r22(world, clinic, told):
    world.sor(clinic.owner, to_date="2023-05-03")
    page = told(world, clinic.place)
    assert page.sentences()[-2].startswith(f"SOR on its owner {clinic.owner.sor_id}, version 2")
    assert page.of_kind("dead-letter")[0].reason == "closure-too-early"


def test_another_edit_of_its_company_that_was_refused_is_not(world, clinic, told):
    world.sor(clinic.owner, telephone="1", version=1)
    page = told(world, clinic.place)
    assert page.of_kind("dead-letter") == []


def test_a_repeat_and_an_older_version_change_nothing_and_say_so_r10(world, clinic, told):
    world.sor(clinic.place, name="Nyt navn")
    world.sor(clinic.place, version=2)
    world.sor(clinic.place, version=1)
    repeated, stale = told(world, clinic.place).sentences()[-2:]
    assert repeated.endswith("Told before; it changes nothing (R10).")
    assert stale.endswith("Older than what is known; it changes nothing (R10).")


def test_a_change_is_told_against_the_version_that_counted_r10(world, clinic, told):
    world.sor(clinic.place, telephone="1", version=1)
    world.sor(clinic.place, name="Nyt navn", version=2)
    assert told(world, clinic.place).sentences()[-2] == "SOR, version 2 (self-service): name changed."


def test_a_message_that_cannot_be_read_but_names_the_unit_is_told(world, clinic, told):
    world.send(
        "sor.entity-changes.v1", b'{"sorId": "%s", "version": ' % clinic.place.sor_id.encode(), key=clinic.owner.sor_id
    )
    page = told(world, clinic.place)
    assert page.sentences()[-2].startswith("A message that could not be used")
    assert page.sentences()[-1].startswith("Dead letter: it is not JSON.")


def test_rubbish_under_the_owner_s_key_belongs_to_the_owner_s_story(world, clinic, told):
    world.send("sor.entity-changes.v1", b"God jul!", key=clinic.owner.sor_id)
    assert told(world, clinic.owner).of_kind("unread")
    assert not told(world, clinic.place).of_kind("unread")


def test_a_message_under_a_wrong_key_is_told(world, clinic, told):
    world.send("sor.entity-changes.v1", clinic.place.first | {"version": 2}, key="somebody else")
    assert told(world, clinic.place).of_kind("dead-letter")[0].reason == "wrong-key"


def test_who_a_message_is_about_is_read_as_far_as_it_can_be(world, clinic):
    record = world.records[-1]
    assert unit_named_in(record, clinic.place.sor_id) == clinic.place.sor_id


def test_a_dead_letter_that_no_sorbro_has_written_is_passed_over(world, clinic, recorded, told):
    records = recorded(world)
    foreign = records[-1]._replace(topic="sor-bsr.dead-letters.v1", headers=(("dlq.reason", b"somebody else's"),))
    foreign = foreign._replace(key=clinic.place.sor_id.encode(), value=clinic.place.sor_id.encode())
    assert told([*records, foreign], clinic.place).sentences() == told(records, clinic.place).sentences()
