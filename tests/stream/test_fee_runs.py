"""STPS's yearly run on one partition: every registered place is asked once, at its instant, in turns (R39)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from contracts.notices import FeeRunRequested
from contracts.topics import Topic
from support.scenario import Scenario, instant, restored
from support.trees import private_clinic, wide_owner
from workers.decide import STEP
from workers.stream.fee_runs import for_every_partition
from workers.stream.intake import RunRequested
from workers.stream.world import FULL, Turn

CLINICS = [private_clinic(1000 + 10 * number) for number in range(6)]
PLACES = sorted(clinic.place.sor_id for clinic in CLINICS)
RUN_BEGINS = instant("2024-06-01")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def registered(world) -> Scenario:
    world.at("2023-05-01 10:00")
    for clinic in CLINICS:
        world.registered(clinic)
    return world.at("2024-05-02 10:00")


def asked(outputs):
    """The places that were asked in a run, in their order."""
    return [each.key for each in outputs.fee_decisions() if each["occasion"] == "yearly-run"]


def in_trace(world, run_on):
    """STPS starts the run in a trace of its own."""
    headers = (("ce_type", b"dk.stps.fee-run.requested.v1"), ("traceparent", TRACE.encode()))
    return world.send(Topic.NOTICES, {"feeYear": 2024, "runOn": run_on}, key=None, headers=headers)


def traces(outputs):
    return {each.headers.get("traceparent") for each in outputs}


def test_every_registered_place_is_asked_in_the_order_of_the_owners_r39(registered):
    registered.sor(private_clinic(7000))
    sent = registered.fee_run(2024, "2024-05-02")
    assert asked(sent) == PLACES
    assert {each.time for each in sent} == {registered.now}, "the day has begun: at the message's own time"
    assert {each.headers["ce_causationid"] for each in sent} == {dict(registered.records[-1].headers)["ce_id"].decode()}


def test_a_run_waits_for_its_day_r39(registered):
    assert registered.fee_run(2024, "2024-06-01") == []
    assert registered.until("2024-05-31 23:59") == []
    sent = registered.until("2024-06-01")
    assert asked(sent) == PLACES
    assert {each.time for each in sent} == {RUN_BEGINS}
    assert registered.until("2025-12-31") == []


def test_a_run_is_held_before_the_record_that_follows_it_r39(registered):
    registered.fee_run(2024, "2024-06-01")
    sent = registered.at("2024-07-01 10:00").sor(CLINICS[0].place, name="Nyt navn")
    assert asked(sent) == PLACES
    assert sent.last.type == "dk.bsr.registration.forwarded.v1"


def test_what_closes_at_the_same_instant_is_closed_before_the_run_r39(registered):
    closing = CLINICS[2].place
    registered.sor(closing, to_date="2024-05-31")
    registered.fee_run(2024, "2024-06-01")
    sent = registered.until("2024-06-01")
    assert {each["occasion"] for each in sent.fee_decisions(closing)} == {"closure"}
    assert asked(sent) == [place for place in PLACES if place != closing.sor_id]
    assert sent[0].type == "dk.bsr.deregistration.effective.v1"


@pytest.mark.parametrize("again", ["the same message", "the same run"])
def test_a_run_that_is_started_again_is_not_begun_twice_r39(registered, again):
    registered.fee_run(2024, "2024-05-02")
    if again == "the same message":
        assert registered.play(registered.records[-1]) == []
    else:
        assert registered.restart().fee_run(2024, "2024-05-02") == []
    assert registered.outcomes["repeated"] == 1
    assert [run.through for run in registered.world.fee_runs] == [True]


def test_a_place_that_moves_after_the_run_is_not_asked_in_it_again_r4_r39(registered):
    registered.fee_run(2024, "2024-05-02")
    sent = registered.at("2024-05-20 10:00").moves(CLINICS[0].place, CLINICS[1].owner)
    assert {each["occasion"] for each in sent.fee_decisions()} == {"new-cvr"}
    assert asked(registered.until("2024-12-31")) == []


def test_another_run_of_the_same_year_is_a_run_of_its_own_r39(registered):
    registered.fee_run(2024, "2024-06-01")
    registered.fee_run(2024, "2024-11-01")
    assert asked(registered.until("2024-06-01")) == PLACES
    late = private_clinic(7000)
    registered.at("2024-08-01 10:00").registered(late)
    assert asked(registered.until("2024-11-01")) == [late.place.sor_id], "the others were asked on that occasion"


def test_a_run_of_a_partition_without_owners_is_through_at_once(world):
    world.fee_run(2024, "2023-01-01")
    assert [run.is_waiting for run in world.world.fee_runs] == [False]
    assert world.world.next_instant() is None


def test_a_turn_takes_so_many_owners_though_few_have_anything_to_answer_r11(registered, monkeypatch):
    for number in range(100):
        registered.sor(private_clinic(20_000 + number).owner)
    registered.fee_run(2024, "2024-06-01")
    monkeypatch.setattr("workers.stream.world.FULL", 50)
    turns = []
    while registered.world.next_instant() is not None:
        turns.append(Turn(registered.world))
        turns[-1].let_days_come(RUN_BEGINS)
        turns[-1].adopt()
    assert sum(len(turn.outputs) for turn in turns) == len(PLACES)
    assert len(turns) == 3
    assert not any(turn.is_empty for turn in turns), "how far the run has come must be kept"


def test_a_large_owner_is_asked_in_parts_over_several_turns_r11(world):
    owner = wide_owner(FULL + 100)
    world.at("2023-05-01 10:00").registered(owner, *owner.places)
    world.fee_run(2024, "2024-06-01")
    sizes, sent = [], Counter()
    while world.world.next_instant() is not None:
        turn = Turn(world.world)
        turn.let_days_come(RUN_BEGINS)
        turn.adopt()
        sizes.append(len(turn.outputs))
        sent.update(record.key.decode() for record in turn.outputs)
    assert sent == Counter(place.sor_id for place in owner.places)
    assert len(sizes) > 1
    assert max(sizes) < FULL + STEP


@pytest.mark.parametrize("full", range(1, 2 * len(CLINICS)))
def test_a_restart_goes_on_where_the_last_turn_left_off_r39(registered, monkeypatch, full):
    """After each turn the worker dies, and all that is left is the changelog."""
    monkeypatch.setattr("workers.stream.world.FULL", full)
    registered.fee_run(2024, "2024-06-01")
    sent = []
    for _ in range(2 * len(CLINICS)):
        turn = Turn(registered.world)
        turn.let_days_come(RUN_BEGINS)
        sent += [record.key.decode() for record in registered._replay._conclude(turn)]
        registered.restart()
    assert sent == PLACES
    assert registered.world.next_instant() is None


def test_an_operator_sees_how_far_a_run_has_come_r39(registered, monkeypatch):
    def says():
        (run,) = registered.world.fee_runs
        return run.progress(registered.world.owners)

    registered.fee_run(2024, "2024-06-01")
    assert says() == "yearly run 2024, from 2024-06-01 00:00: 0 of 6 owners asked"
    monkeypatch.setattr("workers.stream.world.FULL", 4)
    turn = Turn(registered.world)
    turn.let_days_come(RUN_BEGINS)
    assert says() == "yearly run 2024, from 2024-06-01 00:00: 4 of 6 owners asked"


def test_a_changelog_from_before_the_runs_is_read(registered):
    *_, progress = (record for record in registered.changelog if record.key == b"progress")
    older = {name: value for name, value in json.loads(progress.value or b"").items() if name != "fee_runs"}
    world = restored(
        [*registered.changelog, progress._replace(value=json.dumps(older).encode())], registered.world.tariffs
    )
    assert list(world.fee_runs) == []
    assert world.stream_time == registered.world.stream_time


def test_what_a_run_decides_carries_the_trace_of_its_notice_r39(registered):
    sent = in_trace(registered, "2024-05-02")
    assert asked(sent) == PLACES
    assert traces(sent) == {TRACE}


def test_a_run_that_waited_for_its_day_carries_its_trace_over_a_restart_r39(registered):
    assert in_trace(registered, "2024-06-01") == []
    sent = registered.restart().until("2024-06-01")
    assert asked(sent) == PLACES
    assert traces(sent) == {TRACE}


def test_a_run_from_before_its_trace_was_kept_is_read_r39(registered):
    registered.fee_run(2024, "2024-06-01")
    *_, progress = (record for record in registered.changelog if record.key == b"progress")
    older = json.loads(progress.value or b"")
    del older["fee_runs"][0]["traceparent"]
    registered.changelog.append(progress._replace(value=json.dumps(older).encode()))
    sent = registered.restart().until("2024-06-01")
    assert asked(sent) == PLACES
    assert traces(sent) == {None}


def test_the_same_request_gives_every_partition_the_same_record_again_r39(registered):
    request = RunRequested(FeeRunRequested(fee_year=2024, run_on=date(2024, 6, 1)), "n-1", None)
    records = list(for_every_partition(request, 3, registered.now))
    assert list(for_every_partition(request, 3, registered.now)) == records
    assert len({dict(record.headers)["ce_id"] for record in records}) == 3
    assert [(record.key, record.partition) for record in records] == [(b"0", 0), (b"1", 1), (b"2", 2)]
