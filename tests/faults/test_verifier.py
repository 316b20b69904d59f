"""The verifier itself: it finds what is missing, doubled, changed, moved, and what should not be there."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from contracts.records import InputRecord
from contracts.topics import WORKER_INPUTS, Topic
from faults.verifier import COMPARED, judge
from support.memory_log import MemoryBroker
from support.scenario import Scenario
from support.trees import private_clinic
from support.work import broker_with, work

END = datetime(2026, 1, 1, tzinfo=UTC)
CLINIC = private_clinic()


@pytest.fixture
async def records() -> dict[tuple[str, int], list[InputRecord]]:
    """What an honest loop leaves on the topics of a broker in memory."""
    world = Scenario()
    world.at("2023-03-01 10:00").registered(CLINIC)
    world.at("2023-03-02 10:00").sor(CLINIC.place, telephone="11111111")
    world.sor(CLINIC.place, to_date="2023-03-20")
    world.at("2023-03-04 10:00").send(Topic.ENTITY_CHANGES, b"rubbish", key="1")
    broker = broker_with(world)
    await work(broker)
    return _topics(broker)


def _topics(broker: MemoryBroker) -> dict[tuple[str, int], list[InputRecord]]:
    found = {(topic, 0): list(taken) for topic, taken in broker.inputs.items()}
    for record in broker.committed:
        if record.topic not in WORKER_INPUTS:
            there = found.setdefault((record.topic, 0), [])
            there.append(record.as_input()._replace(offset=len(there)))
    return found


def test_an_honest_run_is_clean(records):
    verdict = judge(records, 1, END)
    assert verdict.is_clean, verdict.differences
    assert verdict.compared > 6
    assert verdict.unread == 0


@pytest.mark.parametrize("topic", [topic for topic in COMPARED if topic not in WORKER_INPUTS])
def test_every_single_record_is_missed_doubled_and_known_by_every_byte(records, topic):
    for position, record in enumerate(records.get((topic, 0), [])):
        there = records[topic, 0]
        without = judge(records | {(topic, 0): there[:position] + there[position + 1 :]}, 1, END)
        assert (without.lost, without.duplicated) == (1, 0)
        assert "called for by" in without.differences[0]
        twice = judge(records | {(topic, 0): [*there, record]}, 1, END)
        assert (twice.lost, twice.duplicated) == (0, 1)
        other = record._replace(value=(record.value or b"") + b" ")
        changed = judge(records | {(topic, 0): [*there[:position], other, *there[position + 1 :]]}, 1, END)
        assert changed.wrong == 1
        later = record._replace(timestamp=END)
        assert judge(records | {(topic, 0): [*there[:position], later, *there[position + 1 :]]}, 1, END).wrong == 1


def test_two_records_of_a_key_that_changed_places(records):
    there = records[Topic.REGISTRATIONS, 0]
    first, second = [each for each in there if each.key == CLINIC.place.sor_id.encode()][:2]
    swapped = [second if each is first else first if each is second else each for each in there]
    verdict = judge(records | {(Topic.REGISTRATIONS, 0): swapped}, 1, END)
    assert (verdict.lost, verdict.duplicated, verdict.wrong, verdict.out_of_order) == (0, 0, 0, 1)


def test_a_record_that_nothing_calls_for(records):
    there = records[Topic.DEREGISTRATIONS, 0]
    headers = tuple((name, b"another-id" if name == "ce_id" else value) for name, value in there[0].headers)
    verdict = judge(records | {(Topic.DEREGISTRATIONS, 0): [*there, there[0]._replace(headers=headers)]}, 1, END)
    assert verdict.wrong == 1
    assert "nothing calls for it" in verdict.differences[0]


def test_records_that_a_progress_skips_are_lost_all_the_same(records):
    """The progress is a witness of the order only: a worker that skips its input finds no excuse in it."""
    sent = {(topic, 0): [] for topic in COMPARED if topic not in WORKER_INPUTS}
    last = [each for each in records[Topic.STATE, 0] if each.key == b"progress"][-1]
    verdict = judge(records | sent | {(Topic.STATE, 0): [last]}, 1, END)
    assert verdict.lost == judge(records, 1, END).compared


def test_a_progress_that_goes_back_is_told(records):
    progress = [each for each in records[Topic.STATE, 0] if each.key == b"progress"]
    back = json.loads(progress[0].value) | {"positions": {Topic.ENTITY_CHANGES: 0}}
    broken = [*records[Topic.STATE, 0], progress[0]._replace(value=json.dumps(back).encode())]
    assert judge(records | {(Topic.STATE, 0): broken}, 1, END).out_of_order == 1


def test_a_record_that_a_day_has_overtaken_is_told_but_for_a_day_of_a_clock_that_jumped(records):
    entities = records[Topic.ENTITY_CHANGES, 0]
    late = entities[0]._replace(offset=entities[-1].offset + 1, timestamp=_instant(19))
    there = records | {(Topic.ENTITY_CHANGES, 0): [*entities, late]}
    assert judge(there, 1, END).out_of_order == 1
    assert judge(there, 1, END, [(_instant(18), _instant(25))]).out_of_order == 0
    assert judge(there, 1, END, [(_instant(20), _instant(25))]).out_of_order == 1, "it was there before the jump"


def _instant(day: int) -> datetime:
    return datetime(2023, 3, day, tzinfo=UTC)


def test_a_question_to_cvr_may_come_twice_and_must_not_be_missing(records):
    questions = records[Topic.CVR_REQUESTS, 0]
    assert judge(records | {(Topic.CVR_REQUESTS, 0): questions * 2}, 1, END).is_clean
    assert judge(records | {(Topic.CVR_REQUESTS, 0): []}, 1, END).lost == len(questions)
