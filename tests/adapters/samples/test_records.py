"""A life as records: versions, instants, and the two messages of a move (R10, R21, contracts.md)."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from itertools import islice, pairwise

import pytest

from adapters.samples.life import Change
from adapters.samples.records import Pen
from contracts.danish_time import danish_date
from contracts.sor_entities import EntityChanged
from support.sample_lives import FIRST_DAY, begun, trees_of

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def told():
    """Two years of a small register, each day's changes with their records."""
    pen, life = Pen(), begun(60, 5)
    first = [Change(None, unit, "snapshot") for tree in trees_of(60, 5) for unit in tree]
    days = [(FIRST_DAY - DAY, first)]
    days += [(night.day - DAY, night.changes) for night in islice(life.nights(), 730)]
    return [(day, changes, list(pen.changes(changes, day))) for day, changes in days]


def test_every_record_is_of_the_contract_under_its_owner_s_key(told):
    for _, _, records in told:
        for record in records:
            message = EntityChanged.from_json(record.value)
            assert record.key.decode() == message.owner_sor_id


def test_versions_count_from_one_without_a_gap_r10(told):
    versions = defaultdict(list)
    for _, _, records in told:
        for record in records:
            data = json.loads(record.value)
            versions[data["sorId"]].append(data["version"])
    assert all(each == list(range(1, len(each) + 1)) for each in versions.values())


def test_records_come_in_the_order_of_their_instants_each_on_its_day(told):
    instants = [record.time for _, _, records in told for record in records]
    assert all(one < next_ for one, next_ in pairwise(instants))
    for day, _, records in told:
        assert all(danish_date(record.time) == day for record in records)


def test_ids_tell_every_record_apart(told):
    ids = [dict(record.headers)["ce_id"] for _, _, records in told for record in records]
    assert len(ids) == len(set(ids))


def test_a_unit_that_moves_is_told_of_under_the_old_owner_and_then_the_new(told):
    moves = 0
    for _, changes, records in told:
        data = [json.loads(record.value) for record in records]
        for change in changes:
            if change.has_moved:
                mine = [each for each in data if each["sorId"] == change.after.sor_id]
                leaving = next(each for each in mine if each["movedToOwnerSorId"] == change.after.owner_sor_id)
                arriving = next(each for each in mine if each["version"] == leaving["version"] + 1)
                assert leaving["ownerSorId"] == change.before.owner_sor_id
                assert leaving["parentSorId"] == change.before.parent_sor_id
                assert arriving["ownerSorId"] == change.after.owner_sor_id
                assert arriving["movedToOwnerSorId"] is None
                moves += 1
    assert moves


def test_self_service_closes_a_week_ahead_or_more_r21(told):
    announced = 0
    days_before = {}
    for _, _, records in told:
        for record in records:
            message = EntityChanged.from_json(record.value)
            is_new_day = message.to_date is not None and days_before.get(message.sor_id) != message.to_date
            if message.channel == "self-service" and is_new_day and message.version > 1:
                assert message.to_date >= danish_date(message.registered_at) + timedelta(days=7)
                announced += 1
            days_before[message.sor_id] = message.to_date
    assert announced


def test_what_the_first_file_shows_was_registered_when_it_says(told):
    _, changes, records = told[0]
    for change, record in zip(changes, records, strict=True):
        message = EntityChanged.from_json(record.value)
        assert message.channel == "snapshot"
        assert danish_date(message.registered_at) == min(change.after.updated_on, FIRST_DAY - DAY)
