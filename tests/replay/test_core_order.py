"""The order in which the core saw the records: by its progress where that is told, else by the timestamps."""

from __future__ import annotations

import json
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.records import InputRecord
from contracts.topics import Topic
from support.recorded import in_core_order
from workers.replay.core_order import CoreOrder, progress_of

MIDNIGHT = datetime(2023, 5, 1, tzinfo=UTC)
SOR, SELF, FACTS = Topic.ENTITY_CHANGES.value, Topic.SELF_REGISTRATIONS.value, Topic.CVR_FACTS.value
STATE, OUT = Topic.STATE.value, Topic.REGISTRATIONS.value


def at(minute):
    return MIDNIGHT + timedelta(minutes=minute)


def topic(name, *minutes, partition=0):
    """The records of one place, stamped with these minutes."""
    records = [InputRecord(name, partition, n, b"k", b"{}", (), at(minute)) for n, minute in enumerate(minutes)]
    return {(name, partition): records}


def progress(*steps, partition=0):
    """The progress records of a partition, each with positions and the minute it had come to."""
    records = [
        InputRecord(
            STATE,
            partition,
            n,
            b"progress",
            json.dumps({"positions": positions, "stream_time": at(minute).isoformat()}).encode(),
            (("schema", b"1"),),
            at(minute),
        )
        for n, (positions, minute) in enumerate(steps)
    ]
    return {(STATE, partition): records}


def told(records):
    return [f"{each.topic}-{each.partition}@{each.offset}" for each in records]


def test_without_progress_the_oldest_record_comes_first_and_a_topic_keeps_its_order():
    ordered = in_core_order(topic(SOR, 1, 5, 2) | topic(SELF, 3, 4))
    assert told(ordered) == [f"{SOR}-0@0", f"{SELF}-0@0", f"{SELF}-0@1", f"{SOR}-0@1", f"{SOR}-0@2"]


def test_at_one_instant_the_topics_come_as_the_worker_merges_them():
    ordered = in_core_order(topic(FACTS, 1) | topic(SELF, 1) | topic(SOR, 1))
    assert [each.topic for each in ordered] == [SOR, SELF, FACTS]


def test_a_record_that_came_late_stays_late_though_it_is_stamped_early():
    steps = progress(({SOR: 2}, 5), ({SOR: 2, FACTS: 1}, 5), ({SOR: 3, FACTS: 1}, 6))
    ordered = in_core_order(topic(SOR, 1, 5, 6) | topic(FACTS, 3) | steps)
    assert told(ordered)[:4] == [f"{SOR}-0@0", f"{SOR}-0@1", f"{FACTS}-0@0", f"{SOR}-0@2"]


def test_of_the_progress_only_what_moves_the_time_is_kept_and_the_last():
    steps = progress(({SOR: 1}, 1), ({SOR: 1}, 60), ({SOR: 2}, 70), ({SOR: 2}, 70))
    ordered = in_core_order(topic(SOR, 1, 70) | steps)
    assert told(ordered) == [f"{SOR}-0@0", f"{STATE}-0@1", f"{SOR}-0@1", f"{STATE}-0@3"]


def test_where_the_progress_is_kept_no_longer_the_timestamps_decide():
    steps = progress(({SOR: 2, FACTS: 1}, 5))
    ordered = in_core_order(topic(SOR, 1, 5, 7) | topic(FACTS, 3, 6) | steps)
    assert told(ordered)[:3] == [f"{SOR}-0@0", f"{FACTS}-0@0", f"{SOR}-0@1"]
    assert told(ordered)[4:] == [f"{FACTS}-0@1", f"{SOR}-0@2"], "nor for what came after the last of it"


def test_partitions_are_woven_by_how_far_in_time_each_has_come():
    ordered = in_core_order(topic(SOR, 1, 9, 2) | topic(SOR, 3, 9, partition=1))
    assert told(ordered) == [f"{SOR}-0@0", f"{SOR}-1@0", f"{SOR}-0@1", f"{SOR}-0@2", f"{SOR}-1@1"]


def test_an_output_comes_after_the_inputs_of_its_instant():
    ordered = in_core_order(topic(OUT, 1, 2, partition=1) | topic(SOR, 1, 2, partition=3))
    assert [each.topic for each in ordered] == [SOR, OUT, SOR, OUT]


def test_of_the_state_nothing_but_the_progress_is_taken():
    node = InputRecord(STATE, 0, 0, b"node/1/1", b"{}", (("schema", b"1"),), at(1))
    order = CoreOrder([(STATE, 0)])
    order.add([node])
    order.end((STATE, 0))
    assert list(order.take()) == []
    assert order.wanted() == []


def test_nothing_is_in_order_before_every_place_that_may_hold_an_older_record_has_been_read():
    order = CoreOrder([(SOR, 0), (SELF, 0)])
    order.add(topic(SOR, 1)[SOR, 0])
    assert list(order.take()) == []
    assert order.wanted() == [(SELF, 0)]
    order.end((SELF, 0))
    assert told(order.take()) == [f"{SOR}-0@0"]
    assert order.wanted() == [(SOR, 0)]


MINUTES = st.lists(st.integers(0, 20), max_size=6)


@st.composite
def histories(draw):
    """Two partitions with three topics each, taken in steps."""
    places = {}
    for partition in (0, 1):
        for name in (SOR, SELF, FACTS):
            places |= topic(name, *draw(MINUTES), partition=partition)
        at_, time, steps = dict.fromkeys((SOR, SELF, FACTS), 0), 0, []
        for _ in range(draw(st.integers(0, 4))):
            at_ = {name: draw(st.integers(seen, len(places[name, partition]))) for name, seen in at_.items()}
            time = draw(st.integers(time, 30))
            steps.append((at_, time))
        places |= progress(*steps, partition=partition)
    return places | topic(OUT, *draw(MINUTES))


@given(histories(), st.integers(1, 3))
def test_the_order_does_not_depend_on_how_much_is_read_at_a_time(places, at_once):
    assert in_core_order(places, at_once) == in_core_order(places)


@given(histories())
def test_nothing_is_lost_and_every_place_keeps_its_order(places):
    ordered = in_core_order(places)
    for (name, partition), records in places.items():
        kept = [each for each in ordered if (each.topic, each.partition) == (name, partition)]
        if name == STATE:
            assert kept[-1:] == records[-1:]
            assert set(kept) <= set(records)
        else:
            assert kept == records


@given(histories())
def test_each_partition_takes_whole_steps_and_within_them_the_oldest_first(places):
    ordered = in_core_order(places)
    for partition in (0, 1):
        taken = deque(each for each in ordered if each.partition == partition and each.topic not in {STATE, OUT})
        seen = dict.fromkeys((SOR, SELF, FACTS), 0)
        for step in map(progress_of, places[STATE, partition]):
            size = sum(step.positions[name] - seen[name] for name in seen)
            heads = [taken.popleft() for _ in range(size)]
            assert all(each.offset < step.positions[each.topic] for each in heads)
            seen = dict(step.positions)
            for number, each in enumerate(heads):
                firsts = {later.topic: later for later in reversed(heads[number:])}
                assert each.timestamp == min(first.timestamp for first in firsts.values())


@pytest.mark.parametrize("partitions", [1, 2, 5])
def test_the_world_is_never_let_run_ahead_of_a_partition(partitions):
    """No record is placed after one that brings the time past it, but where its own partition had come past it."""
    places = {}
    for number in range(partitions):
        places |= topic(SOR, *range(number, 40, number + 1), partition=number)
    stamps = [each.timestamp for each in in_core_order(places)]
    assert stamps == sorted(stamps)
