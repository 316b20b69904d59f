"""A unit that is gone from the snapshot: an alarm for a person, and never a message (R30)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from adapters.sor_files import Damaged, SnapshotEntity
from contracts.identifiers import SorId
from workers.feed.changes import FeedReport, changes

TODAY = date(2024, 1, 31)
OWNER, CLINIC, PROVIDER = (SorId.of_item(item) for item in (5001, 5002, 5003))
TREE = [
    SnapshotEntity(OWNER, "IE", OWNER, None, "Klinikken ApS", owner_type="private"),
    SnapshotEntity(CLINIC, "SI", OWNER, OWNER, "Klinikken", is_treatment_place=True),
    SnapshotEntity(PROVIDER, "OE", OWNER, CLINIC, "Behandler"),
]


def fed(snapshot, previous):
    report = FeedReport()
    return [json.loads(record.value) for record in changes(snapshot, previous, TODAY, report)], report


@pytest.mark.parametrize("gone", range(3))
def test_a_unit_that_vanishes_sends_nothing_and_is_on_the_alarm_list_r30(gone):
    left = [unit for unit in TREE if unit is not TREE[gone]]
    sent, report = fed(left, TREE)
    assert sent == []
    assert report.vanished == [TREE[gone].sor_id]


def test_a_whole_tree_that_vanishes_is_listed_unit_by_unit_r30():
    sent, report = fed([], TREE)
    assert sent == []
    assert report.vanished == sorted([OWNER, CLINIC, PROVIDER])


def test_a_closure_sent_for_others_is_not_one_for_the_vanished_r30():
    closing = replace(TREE[1], to_date=date(2024, 2, 15))
    sent, report = fed([TREE[0], closing], TREE)
    assert [(each["sorId"], each["toDate"]) for each in sent] == [(CLINIC, "2024-02-15")]
    assert report.vanished == [PROVIDER]


def test_a_unit_that_goes_after_its_closure_was_announced_is_no_alarm_r30():
    closed = replace(TREE[2], to_date=date(2024, 1, 15))
    sent, report = fed(TREE[:2], [*TREE[:2], closed])
    assert (sent, report.vanished) == ([], [])


def test_a_unit_that_is_there_but_damaged_has_not_vanished_r30():
    sent, report = fed([*TREE[:2], Damaged(PROVIDER, "unreadable", "line 7")], TREE)
    assert (sent, report.vanished) == ([], [])
    assert [each.sor_id for each in report.damaged] == [PROVIDER]


def test_without_a_snapshot_before_nothing_can_vanish_r30():
    sent, report = fed(TREE, [])
    assert (len(sent), report.vanished) == (3, [])
