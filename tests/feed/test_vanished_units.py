"""A unit that is gone from the snapshot: an alarm for a person, and never a message (R30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapters.sor_files import Damaged, open_snapshot
from support.feeding import CLINIC, OTHER, OWNER, PROVIDER, TREE, ListedTopic
from workers.feed.feed import Feed
from workers.feed.report import FeedReport

NEXT = date(2024, 2, 1)


@pytest.fixture
def topic():
    topic = ListedTopic()
    topic.feed(TREE)
    topic.records_before = len(topic.records)
    return topic


def fed(topic, items, day=NEXT):
    report = topic.feed(items, day)
    return topic.values[topic.records_before :], [each.sor_id for each in report.vanished], report


@pytest.mark.parametrize("gone", range(3))
def test_a_unit_that_vanishes_sends_nothing_and_is_on_the_alarm_list_r30(topic, gone):
    sent, vanished, _ = fed(topic, [unit for unit in TREE if unit is not TREE[gone]])
    assert (sent, vanished) == ([], [TREE[gone].sor_id])


def test_a_closure_sent_for_others_is_not_one_for_the_vanished_r30(topic):
    sent, vanished, _ = fed(topic, [TREE[0], replace(TREE[1], to_date=date(2024, 2, 15))])
    assert [(each["sorId"], each["toDate"]) for each in sent] == [(CLINIC, "2024-02-15")]
    assert vanished == [PROVIDER]


@pytest.mark.parametrize(("last_day", "alarm"), [(date(2024, 1, 31), []), (date(2024, 2, 1), [PROVIDER])])
def test_who_goes_when_its_closure_has_taken_effect_is_no_alarm_and_who_goes_before_is_one_r9_r30(last_day, alarm):
    topic = ListedTopic()
    topic.feed([*TREE[:2], replace(TREE[2], to_date=last_day)])
    report = topic.feed(TREE[:2], NEXT)
    assert [each.sor_id for each in report.vanished] == alarm


def test_the_alarm_names_the_owner_and_the_day_that_was_announced_r30():
    topic = ListedTopic()
    topic.feed([*TREE[:2], replace(TREE[2], to_date=date(2024, 3, 1))])
    (gone,) = topic.feed(TREE[:2], NEXT).vanished
    assert (gone.owner, gone.closes_on) == (OWNER, "2024-03-01")


def test_a_unit_that_is_there_but_damaged_has_not_vanished_r30(topic):
    sent, vanished, report = fed(topic, [*TREE[:2], Damaged(PROVIDER, "unreadable", "line 7")])
    assert (sent, vanished) == ([], [])
    assert [each.sor_id for each in report.damaged] == [PROVIDER]


def test_into_an_empty_topic_nothing_can_vanish_r30():
    report = ListedTopic().feed(TREE)
    assert (report.new, report.vanished) == (3, [])


def test_the_alarm_comes_again_until_somebody_has_seen_to_it_r30(topic):
    assert fed(topic, TREE[:2])[1] == [PROVIDER]
    assert fed(topic, TREE[:2], date(2024, 2, 2))[1] == [PROVIDER]


@pytest.mark.parametrize("above", [0, 1])
def test_who_goes_with_the_closure_of_one_above_is_no_alarm_r22_r23(topic, above):
    """It has no end of its own; what is above it may end by the file that it is gone from."""
    closed = replace(TREE[above], to_date=date(2024, 1, 31))
    _, vanished, _ = fed(topic, [*TREE[:above], closed])
    assert vanished == []
    assert fed(topic, [OTHER, *TREE[:above]], date(2024, 2, 2))[1] == []


def test_the_snapshot_before_tells_who_was_above_r22(tmp_path):
    """Nobody above is asked for otherwise: they are in both files, and unchanged."""
    rows = {
        OWNER: "IE,,Klinikken ApS,,2024-01-15",
        CLINIC: f"SI,{OWNER},Klinikken,554061000005105,",
        PROVIDER: f"OE,{CLINIC},Behandler,554061000005105,",
    }
    before, now = tmp_path / "before.csv", tmp_path / "now.csv"
    header = "SorId;SorType;ParentSorId;EntityName;EntityTypeId;ToDate;FromDate;OwnerTypeName"
    for path, ids in ((before, rows), (now, [OWNER])):
        lines = (f"{each},{rows[each]}".replace(",", ";") for each in ids)
        path.write_text("\n".join([header, *(f"{line};2020-01-01;" for line in lines)]) + "\n", encoding="utf-8")
    with open_snapshot(now) as snapshot:
        feed = Feed(snapshot, FeedReport(snapshot.format, NEXT), previous=before, force=True)
        assert [record for records in feed.changes(lambda _, given: given.units()) for record in records] == []
    assert feed.report.vanished == []
