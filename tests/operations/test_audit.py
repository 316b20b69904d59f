"""What a redrive writes on the audit topic, and what is read back from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from contracts.redrives import Chosen
from contracts.topics import MESSAGES, Topic
from support.letters import letter, lying, record
from workers.operations.audit import Order, RedriveLog
from workers.operations.letter_reading import Redriven
from workers.operations.tally import Tally
from workers.operations.verdicts import Judged

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
ORDER = Order(Chosen(reason="unparsable"), "Vagthavende", "rettet i SOR, sag 4711", first=5)


def letters(count):
    return [letter(record(b"{", NOW), NOW, offset=number) for number in range(count)]


def test_every_event_says_who_why_and_when_under_one_id():
    log = RedriveLog(ORDER, NOW)
    events = [log.started, log.sent([letters(1)[0].place], NOW), log.ended("stopped", Tally(), NOW)]
    told = [json.loads(each.value or b"") for each in events]
    assert {(each["operator"], each["why"], each["at"]) for each in told} == {
        ("Vagthavende", "rettet i SOR, sag 4711", "2026-11-22T03:00:00Z")
    }
    assert len({each["redriveId"] for each in told}) == 1
    assert [dict(each.headers)["ce_type"].decode() for each in events] == list(MESSAGES[Topic.AUDIT])
    assert len({dict(each.headers)["ce_id"] for each in events}) == 3
    assert told[0]["chosen"]["reason"] == "unparsable"
    assert (told[0]["first"], told[0]["perSecond"]) == (5, 20.0)


def test_the_last_event_says_what_came_of_it():
    tally = Tally(sent=2)
    first, second, third = letters(3)
    for each in (
        Judged(first, "fails", "unparsable: x", "unparsable"),
        Judged(second, "fails", "too-large: x", "too-large"),
        Judged(third, "superseded"),
    ):
        tally.count(each)
    ended = json.loads(RedriveLog(ORDER, NOW).ended("done", tally, NOW).value or b"")
    assert (ended["outcome"], ended["sent"], ended["failing"], ended["superseded"]) == ("done", 2, 2, 1)


def test_two_redrives_have_ids_of_their_own():
    keys = {RedriveLog(ORDER, NOW + timedelta(seconds=number)).started.key for number in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize("changes", [{"operator": ""}, {"operator": "a\nb"}, {"why": "x" * 301}, {"why": "a@b.dk"}])
def test_a_name_or_reason_that_is_none_is_refused_before_anything_is_sent(changes):
    with pytest.raises(ValidationError):
        RedriveLog(Order(**{"chosen": Chosen(), "operator": "a", "why": "b"} | changes), NOW)


def test_the_letters_an_event_names_are_known_as_sent_and_no_others():
    first, second = letters(2)
    log, redriven = RedriveLog(ORDER, NOW), Redriven()
    for each in (log.started, log.sent([first.place], NOW), log.ended("done", Tally(), NOW)):
        redriven.take(lying(each))
    assert redriven.holds(first.place)
    assert not redriven.holds(second.place)


def test_a_letter_at_the_same_place_of_a_topic_made_anew_is_another_one():
    (first,) = letters(1)
    redriven = Redriven()
    redriven.take(lying(RedriveLog(ORDER, NOW).sent([first.place], NOW)))
    assert not redriven.holds(replace(first.place, set_aside_at=NOW + timedelta(days=1)))
