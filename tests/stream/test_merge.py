"""Choosing the next record among the input topics: the oldest, as a replay would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.records import InputRecord
from workers.stream.merge import Merge

START = datetime(2023, 5, 1, tzinfo=UTC)
TOPICS = ("a", "b", "c")
ALL = frozenset(TOPICS)


def record(topic: str, offset: int, minute: int) -> InputRecord:
    return InputRecord(topic, 0, offset, None, None, (), START + timedelta(minutes=minute))


def taken(merge: Merge, drained=ALL) -> list[InputRecord]:
    order = []
    while (head := merge.peek(drained)) is not None:
        merge.take(head)
        order.append(head)
    return order


def test_the_oldest_of_all_topics_comes_first():
    merge = Merge(TOPICS)
    merge.add([record("a", 0, 5), record("b", 0, 3), record("c", 0, 4)])
    assert [each.topic for each in taken(merge)] == ["b", "c", "a"]


def test_a_topic_that_may_hold_an_older_record_is_waited_for():
    merge = Merge(TOPICS)
    merge.add([record("a", 0, 5)])
    assert merge.peek(frozenset({"a", "b"})) is None
    assert merge.peek(frozenset({"b", "c"})) is not None


def test_the_order_within_a_topic_stays_even_where_its_clock_went_back():
    merge = Merge(TOPICS)
    merge.add([record("a", 0, 9), record("a", 1, 1), record("b", 0, 5)])
    assert [(each.topic, each.offset) for each in taken(merge)] == [("b", 0), ("a", 0), ("a", 1)]


@given(st.lists(st.tuples(st.sampled_from(TOPICS), st.integers(0, 9)), max_size=40))
def test_nothing_is_lost_and_every_topic_keeps_its_order(arrivals):
    offsets = dict.fromkeys(TOPICS, 0)
    records = []
    for topic, minute in arrivals:
        records.append(record(topic, offsets[topic], minute))
        offsets[topic] += 1
    merge = Merge(TOPICS)
    merge.add(records)
    order = taken(merge)
    assert len(merge) == 0
    for topic in TOPICS:
        assert [each.offset for each in order if each.topic == topic] == list(range(offsets[topic]))


def test_two_with_the_same_instant_come_in_the_order_of_the_topics_every_time():
    for arrivals in (("a", "b", "c"), ("c", "b", "a")):
        merge = Merge(TOPICS)
        merge.add([record(topic, 0, 5) for topic in arrivals])
        assert [each.topic for each in taken(merge)] == ["a", "b", "c"]


def test_the_position_is_the_first_record_not_taken():
    merge = Merge(TOPICS)
    merge.add([record("a", 7, 0), record("a", 8, 0)])
    polled = {"a": 9, "b": 4}
    assert merge.position("a", polled) == 7
    merge.take(merge.peek(ALL))
    assert merge.position("a", polled) == 8
    merge.take(merge.peek(ALL))
    assert merge.position("a", polled) == 9
    assert merge.position("b", polled) == 4


def test_a_topic_full_by_records_or_by_bytes_is_not_polled_and_keeps_no_other_from_being_read():
    merge = Merge(TOPICS)
    merge.add([record("a", offset, 0) for offset in range(3)])
    merge.add([record("b", 0, 1)._replace(value=b"x" * 100)])
    assert merge.topics_below(4, 100) == ["a", "c"]
    assert merge.topics_below(3, 101) == ["b", "c"]
    taken(merge)
    assert merge.topics_below(1, 1) == list(TOPICS)
