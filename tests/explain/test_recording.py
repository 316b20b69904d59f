"""Which records of a recording make the story, and whose outputs are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.cloudevents import fields_told
from contracts.identifiers import SorId
from contracts.tariffs import TariffTable
from support.structured import structured
from support.trees import private_clinic
from workers.explain.recording import owners_named, tell_recording
from workers.explain.sent import ExplainError
from workers.replay.replay import Replay

CLINIC, OTHER = private_clinic(), private_clinic(1500)


@pytest.fixture
def both(world):
    """Two clinics that register and close."""
    world.at("2023-05-01 10:00")
    for clinic in (CLINIC, OTHER):
        world.registered(clinic)
        world.sor(clinic.place, to_date="2023-05-20")
    world.until("2023-05-21")
    return world


def test_outputs_on_record_are_told_with_where_they_lie(both, recorded, told):
    page = told(recorded(both), CLINIC.place)
    assert page.story.outputs_are == "on-record"
    assert all(event.place is not None for event in page.of_kind("deregistered"))
    assert sorted(page.sentences()) == sorted(told(both, CLINIC.place, until="2023-05-21").sentences())


def test_what_was_sent_counts_and_not_what_would_be_sent_today(both, recorded, told):
    without_end = [each for each in recorded(both) if each.topic != "bsr.deregistrations.v1"]
    assert not told(without_end, CLINIC.place).of_kind("deregistered")


def test_a_replay_s_outputs_are_told_where_that_is_asked_for(both, recorded):
    without_end = [each for each in recorded(both) if each.topic != "bsr.deregistrations.v1"]
    replay = Replay(TariffTable.load())
    story = tell_recording(SorId(CLINIC.place.sor_id), lambda: without_end, replay, as_replayed=True)
    assert story.outputs_are == "replayed"
    assert [event.kind for event in story.events].count("deregistered") == 1


def test_what_comes_after_the_recording_is_told_as_a_replay_gives_it_r25(world, recorded, told):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    forwarded, ended = (
        told(recorded(world), CLINIC.place, until="2023-05-21").of_kind(each) for each in ("forwarded", "deregistered")
    )
    assert all(event.place is not None for event in forwarded)
    assert [event.place for event in ended] == [None]


def test_owners_are_found_in_structured_events_too_r4(world, recorded, told):
    world.at("2023-05-01 10:00")
    for clinic in (CLINIC, OTHER):
        world.registered(clinic)
    world.at("2023-06-01 10:00").moves(CLINIC.place, OTHER.owner)
    plain = recorded(world)
    wrapped = [structured(each) if each.topic == "sor.entity-changes.v1" else each for each in plain]
    assert told(wrapped, CLINIC.place).sentences() == told(plain, CLINIC.place).sentences()
    (left,) = [each for each in wrapped if fields_told(each.headers, each.value).get("movedToOwnerSorId")]
    assert owners_named(left, SorId(CLINIC.place.sor_id)) == {CLINIC.owner.sor_id, OTHER.owner.sor_id}


def test_only_the_unit_s_own_owners_are_played(both, told, monkeypatch):
    played = []
    monkeypatch.setattr("workers.replay.replay.Replay.play", lambda _, record: played.append(record) or iter(()))
    told(both, CLINIC.place)
    assert {record.key for record in played} == {CLINIC.owner.sor_id.encode()}


def test_what_lies_on_other_topics_is_passed_over_whatever_it_says(both, recorded, told):
    records = recorded(both)
    foreign = records[0]._replace(topic="somebody.elses.v1", timestamp=records[-1].timestamp + timedelta(days=9))
    assert told([foreign, *records, foreign], CLINIC.place).story == told(records, CLINIC.place).story


def test_the_story_is_told_by_date_also_where_the_recording_holds_one_topic_after_the_other(both, recorded, told):
    by_topic = sorted(recorded(both), key=lambda record: record.topic.startswith(("bsr.d", "bsr.r", "stps")))
    instants = [event.at for event in told(by_topic, CLINIC.place).story.events]
    assert instants == sorted(instants)


def test_an_output_of_an_unknown_kind_is_an_error_that_names_it(both, recorded, told):
    records = [
        each._replace(value=b"{}") if each.topic == "bsr.deregistrations.v1" else each for each in recorded(both)
    ]
    with pytest.raises(ExplainError, match=r"bsr.deregistrations.v1\[0\]@0 is not an output that this release knows"):
        told(records, CLINIC.place)


def test_what_cvr_said_is_told_once_and_with_its_age_r19_r50(new_world, told):
    from contracts.cvr_facts import NotFoundFact
    from workers.enrichment.answers import answer_record

    world = new_world()
    world.at("2023-05-01 10:00").registered(CLINIC)
    number, owner = CLINIC.owner.first["cvr"], CLINIC.owner.sor_id
    for day in ("2023-05-02 10:00", "2023-05-03 10:00"):
        world.at(day)
        world.play(answer_record(owner, number, NotFoundFact(number=number), world.now).as_input())
    world.at("2023-05-06 10:00").sor(CLINIC.place, telephone="1")
    page = told(world, CLINIC.place)
    assert page.sentences().count(f"CVR does not know the number {number} (R20).") == 1
    assert f"CVR does not know {number}, asked 2023-05-03 10:00 (3 days ago)." in page.section("How it stands")
