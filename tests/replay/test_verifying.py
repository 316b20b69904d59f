"""Verifying: the recorded input decided anew, beside what the worker really sent."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.clock import SettableClock
from contracts.cvr_facts import CompanyFact
from contracts.identifiers import SorId
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.messages import cvr_number
from support.recorded import about, in_core_order, places_of
from support.scenario import Scenario, instant
from support.trees import private_clinic, wide_owner
from support.work import partitions_with, work
from workers.enrichment.answers import answer_record
from workers.replay.comparing import identity
from workers.replay.depersonalised import Depersonalised
from workers.replay.pseudonyms import Pseudonyms
from workers.replay.recording import OUTPUTS
from workers.replay.verifying import Verification, causes_of, obstacle

COUNT = 3
PLACE = ("__connect.errors.topic", "__connect.errors.partition", "__connect.errors.offset")
WITHOUT = Depersonalised(Pseudonyms(b"a key"))
CLINICS = [private_clinic(1000 + 10 * number) for number in range(8)]


def verify(records, places, **changes):
    verification = Verification(TariffTable.load(), about(places, **changes))
    for record in records:
        verification.take(record)
    return verification.differences()


def story():
    """Registrations, edits, closures, a move to another partition, a yearly run, rubbish."""
    world = Scenario().at("2023-05-01 10:00")
    for clinic in CLINICS:
        world.registered(clinic)
    world.sor(CLINICS[0].place, telephone="1")
    world.at("2023-05-02 10:00").sor(CLINICS[1].owner, to_date="2023-06-30")
    world.sor(CLINICS[2].place, to_date="2023-05-31")
    world.send(Topic.ENTITY_CHANGES, b"{", key=CLINICS[3].owner.sor_id)
    world.at("2024-05-02 10:00").fee_run(2024, "2024-06-01")
    world.at("2024-05-20 10:00").moves(CLINICS[4].place, CLINICS[5].owner)
    return world


@pytest.fixture(scope="module")
def places():
    partitions = partitions_with(story(), COUNT)
    asyncio.run(work(*partitions, clock=SettableClock(instant("2024-06-02"))))
    return places_of(partitions)


@pytest.fixture(scope="module")
def recording(places):
    return in_core_order(places)


def test_what_the_worker_sent_is_what_the_recording_calls_for(recording, places):
    assert verify(recording, places) == []
    sent = Counter(each.topic for each in recording)
    assert sent[Topic.TRANSFERS], "a unit moves between partitions"
    assert sent[Topic.FEE_RUNS] == COUNT
    assert sent[Topic.DEAD_LETTERS]
    assert sent[Topic.DEREGISTRATIONS]


def is_output(record):
    return record.topic in OUTPUTS


def altered(draw, record):
    """The same output with something in it changed, and what that is."""
    what = draw(st.sampled_from(["value", "header", "time"]))
    if what == "time":
        return record._replace(timestamp=record.timestamp + timedelta(seconds=1)), "moved"
    if what == "header":
        headers = dict(record.headers)
        name = draw(st.sampled_from(sorted(headers.keys() - {"ce_id", *PLACE})))
        return record._replace(headers=tuple((headers | {name: headers[name] + b"x"}).items())), "different"
    data = json.loads(record.value) if record.topic != Topic.DEAD_LETTERS else {"a": 1}
    name = draw(st.sampled_from(sorted(data)))
    return record._replace(value=json.dumps(data | {name: "other"}).encode()), "different"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_output_altered_dropped_or_added_is_named_and_nothing_else(recording, places, data):
    outputs = [number for number, record in enumerate(recording) if is_output(record)]
    number = data.draw(st.sampled_from(outputs))
    record, tampered = recording[number], list(recording)
    deed = data.draw(st.sampled_from(["alter", "drop", "double", "add"]))
    if deed == "alter":
        tampered[number], kind = altered(data.draw, record)
    elif deed == "drop":
        del tampered[number]
        kind = "missing"
    else:
        name = dict(record.headers) | ({"ce_id": b"another"} if deed == "add" else {})
        name |= {PLACE[2]: b"9"} if deed == "add" and record.topic == Topic.DEAD_LETTERS else {}
        record = record._replace(headers=tuple(name.items()))
        tampered.insert(data.draw(st.sampled_from(outputs)), record)
        kind = "extra"
    (found,) = verify(tampered, places)
    assert (found.kind, found.topic, found.id) == (kind, record.topic, identity(record))
    assert found.key == (record.key or b"").decode()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_output_in_another_place_of_its_key_is_named(recording, places, data):
    of_key = {}
    for number, record in enumerate(recording):
        if is_output(record):
            of_key.setdefault((record.topic, record.key), []).append(number)
    numbers = data.draw(st.sampled_from([numbers for numbers in of_key.values() if len(numbers) > 1]))
    one, other = numbers[0], numbers[-1]
    tampered = list(recording)
    tampered[one], tampered[other] = tampered[other], tampered[one]
    found = verify(tampered, places)
    assert {each.kind for each in found} == {"moved"}
    assert {each.what for each in found} == {("order",)}
    assert {each.id for each in found} <= {identity(recording[number]) for number in numbers}


def test_an_output_on_another_partition_has_moved(recording, places):
    number = next(number for number, record in enumerate(recording) if is_output(record))
    tampered = list(recording)
    tampered[number] = recording[number]._replace(partition=(recording[number].partition + 1) % COUNT)
    (found,) = verify(tampered, places)
    assert (found.kind, found.what) == ("moved", ("partition",))


def test_a_recording_without_people_verifies_as_the_original_does_r49(recording, places):
    without = [WITHOUT.record(each) for each in recording]
    assert verify(without, places, pseudonymised=True) == []
    number = next(n for n, record in enumerate(recording) if record.topic == Topic.REGISTRATIONS)
    (found,) = verify(without[:number] + without[number + 1 :], places, pseudonymised=True)
    assert (found.kind, found.key) == ("missing", recording[number].key.decode())


def test_a_difference_names_the_input_that_caused_it(recording, places):
    """For a day that came, the version that announced the closure."""
    number = next(n for n, record in enumerate(recording) if record.topic == Topic.DEREGISTRATIONS)
    tampered = recording[:number] + recording[number + 1 :]
    differences = verify(tampered, places)
    cause = causes_of(differences, recording)[differences[0].id]
    (announced,) = [
        each
        for each in recording
        if (each.topic, each.partition, each.offset) == (cause.topic, cause.partition, cause.offset)
    ]
    assert dict(announced.headers)["ce_id"].decode() == cause.event_id
    assert json.loads(announced.value)["toDate"] is not None


def test_of_a_dead_letter_its_original_is_named(recording, places):
    number = next(n for n, record in enumerate(recording) if record.topic == Topic.DEAD_LETTERS)
    headers = dict(recording[number].headers)
    differences = verify(recording[:number] + recording[number + 1 :], places)
    cause = causes_of(differences, recording)[differences[0].id]
    assert [cause.topic, str(cause.partition), str(cause.offset)] == [headers[name].decode() for name in PLACE]


def test_no_personal_data_is_told_r49(recording, places):
    number = next(n for n, record in enumerate(recording) if record.topic == Topic.REGISTRATIONS)
    tampered = list(recording)
    tampered[number] = recording[number]._replace(value=recording[number].value.replace(b"fodterapi", b"Ane Secret"))
    (found,) = verify(tampered, places)
    assert found.what == ("name",)
    assert "Secret" not in repr(found)
    assert "fodterapi" not in repr(found)


def fact(clinic, number, at):
    company = CompanyFact(cvr=cvr_number(number), name="En anden", status="active")
    record = answer_record(SorId(clinic.owner.sor_id), company.cvr, company, instant(at))
    return record.as_input()


@pytest.fixture
def late_answer():
    """CVR's answer is stamped before an edit, and was seen after it."""
    world = Scenario().at("2023-05-01 10:00")
    clinic = private_clinic(1000)
    world.registered(clinic)
    world.at("2023-05-01 12:00").sor(clinic.place, telephone="1")
    partitions = partitions_with(world, 1)

    async def play():
        await work(*partitions, clock=SettableClock(instant("2023-05-01 12:00")))
        partitions[0].receive(fact(clinic, 1000, "2023-05-01 11:00"))
        await work(*partitions, clock=SettableClock(instant("2023-05-01 12:00")))

    asyncio.run(play())
    return places_of(partitions)


def test_an_answer_that_came_late_is_decided_as_late_as_it_was_r20(late_answer):
    assert verify(in_core_order(late_answer), late_answer) == []


def test_without_the_progress_a_late_answer_would_be_decided_too_early_r20(late_answer):
    """So the progress is what makes the order right, and no ornament."""
    late_answer = {place: records for place, records in late_answer.items() if place[0] != Topic.STATE}
    assert verify(in_core_order(late_answer), late_answer) != []


def test_what_was_not_decided_yet_when_it_was_recorded_is_not_missing():
    world = story()
    partitions = partitions_with(world, COUNT)
    asyncio.run(work(*partitions, clock=SettableClock(instant("2024-06-02"))))
    world.at("2024-06-03 09:00").sor(CLINICS[6].place, telephone="2")
    partitions[0].of_key(world.records[-1].key).receive(world.records[-1])
    places = places_of(partitions)
    verification = Verification(TariffTable.load(), about(places))
    for record in in_core_order(places):
        verification.take(record)
    assert verification.differences() == []
    assert verification.undecided == 1


def test_a_day_that_should_have_come_by_then_is_missing_r25():
    """The worker of one partition sleeps on a closure, while that of another is past its day."""
    world = Scenario().at("2023-05-01 10:00")
    for clinic in CLINICS:
        world.registered(clinic)
        world.sor(clinic.place, to_date="2023-05-31")
    partitions = partitions_with(world, 2)

    async def play():
        await work(*partitions, clock=SettableClock(instant("2023-05-02")))
        await work(partitions[1], clock=SettableClock(instant("2023-06-01")))

    asyncio.run(play())
    places = places_of(partitions)
    asleep = {each.key for each in partitions[0].inputs[Topic.SELF_REGISTRATIONS]}
    found = verify(in_core_order(places), places)
    assert {each.kind for each in found} == {"missing"}
    ended = [each.key for each in found if each.topic == Topic.DEREGISTRATIONS]
    assert sorted(ended) == sorted(clinic.place.sor_id for clinic in CLINICS if clinic.owner.sor_id.encode() in asleep)


def test_a_long_cascade_is_verified_too():
    world = Scenario()
    tree = wide_owner(600)
    world.sor(tree)
    world.at("2023-02-01 09:00").sor(tree.owner, telephone="1")
    partitions = partitions_with(world, 2)
    asyncio.run(work(*partitions, clock=SettableClock(instant("2023-02-02"))))
    places = places_of(partitions)
    assert verify(in_core_order(places), places) == []


def without(places, *topics):
    return {place: records for place, records in places.items() if place[0] not in topics}


@pytest.mark.parametrize(
    ("left_out", "because"),
    [
        ([Topic.ENTITY_CHANGES], "it holds no input"),
        (OUTPUTS, "it holds no output"),
    ],
)
def test_a_recording_that_lacks_a_side_cannot_be_compared(places, left_out, because):
    assert because in (obstacle(about(without(places, *left_out))) or "")


def test_a_recording_that_begins_in_the_middle_cannot_be_compared(places):
    assert obstacle(about(places)) is None
    since = about(places, since=instant("2023-05-02"))
    assert "2023-05-01 22:00Z" in (obstacle(since) or "")
    extents = tuple(replace(each, begin=7) for each in about(places).extents)
    assert "sor.entity-changes.v1" in (obstacle(about(places, extents=extents)) or "")


def test_half_of_what_the_worker_tells_itself_is_not_enough(places):
    fewer = about(without(places, Topic.FEE_RUNS))
    assert "sorbro.fee-runs.v1" in (obstacle(fewer) or "")


def test_without_what_the_worker_tells_itself_the_replay_makes_its_own_r39():
    world = Scenario().at("2023-05-01 10:00")
    for clinic in CLINICS:
        world.registered(clinic)
    world.at("2024-05-02 10:00").fee_run(2024, "2024-06-01")
    partitions = partitions_with(world, COUNT)
    asyncio.run(work(*partitions, clock=SettableClock(instant("2024-06-02"))))
    fewer = without(places_of(partitions), Topic.TRANSFERS, Topic.FEE_RUNS)
    assert Counter(b"yearly-run" in (each.value or b"") for each in in_core_order(fewer))[True] == len(CLINICS)
    assert verify(in_core_order(fewer), fewer) == []


def test_the_topics_that_others_see_are_enough_where_cvr_has_answered_nothing(places):
    """The contract's own topics: no state tells how far the worker had come, so its last output does."""
    world = Scenario().at("2023-05-01 10:00")
    for clinic in CLINICS:
        world.registered(clinic)
    world.at("2023-05-02 10:00").sor(CLINICS[2].place, to_date="2023-05-31")
    partitions = partitions_with(world, COUNT)
    asyncio.run(work(*partitions, clock=SettableClock(instant("2023-06-02"))))
    seen = without(places_of(partitions), *(topic for topic in Topic if topic.value.startswith("sorbro.")))
    records = in_core_order(seen)
    assert any(each.topic == Topic.DEREGISTRATIONS for each in records), "weeks after the last input"
    assert obstacle(about(seen)) is None
    assert verify(records, seen) == []
