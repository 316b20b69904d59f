"""What a feed sends, and under which version (R10, R17)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from adapters.sor_files import Damaged, SnapshotEntity, SnapshotFormat
from contracts.identifiers import CvrNumber
from contracts.sor_entities import EntityChanged
from support.feeding import CLINIC, OTHER, OTHER_OWNER, OWNER, PROVIDER, TREE, ListedTopic, Unit
from support.structured import structured

NEXT = date(2024, 2, 1)


@pytest.fixture
def topic():
    topic = ListedTopic()
    topic.feed(TREE)
    return topic


def test_every_entity_becomes_a_version_of_the_snapshot_s_day_parents_first_r10():
    topic = ListedTopic()
    report = topic.feed(TREE)
    assert [(each["sorId"], each["version"]) for each in topic.values] == [(unit.sor_id, 20240131) for unit in TREE]
    assert {record.key for record in topic.records} == {OWNER.encode()}
    assert (report.read, report.new, report.sent) == (3, 3, 3)
    for record in topic.records:
        EntityChanged.from_json(record.value)


@pytest.mark.parametrize("day", [date(2024, 1, 31), NEXT])
def test_the_same_snapshot_again_sends_nothing_r10(topic, day):
    report = topic.feed(TREE, day)
    assert (len(topic.records), report.unchanged, report.sent) == (3, 3, 0)


def test_what_is_written_otherwise_but_says_the_same_sends_nothing_r17(topic):
    rewritten = replace(TREE[1], updated_on=date(2024, 1, 30))  # another fingerprint, the same content
    report = topic.feed([TREE[0], rewritten, TREE[2]], NEXT)
    assert (len(topic.records), report.unchanged) == (3, 3)


def test_only_what_differs_is_sent_r17(topic):
    report = topic.feed([TREE[0], replace(TREE[1], name="Ny klinik"), TREE[2]], NEXT)
    assert [(each["sorId"], each["name"], each["version"]) for each in topic.values[3:]] == [
        (CLINIC, "Ny klinik", 20240201)
    ]
    assert (report.changed, report.unchanged) == (1, 2)


def test_a_corrected_file_of_the_same_day_is_newer_all_the_same_r10(topic):
    topic.feed([TREE[0], replace(TREE[1], name="Forkert"), TREE[2]])
    topic.feed(TREE)
    assert [each["version"] for each in topic.values[3:]] == [20240132, 20240133]
    assert topic.values[-1]["name"] == "Klinikken"


def test_what_sor_itself_has_said_is_not_said_again_and_never_passed_under_r10():
    topic = ListedTopic()
    topic.feed(TREE)
    theirs = topic.values[1] | {"version": 99999999, "channel": "self-service", "name": "Fra SOR"}
    record = topic.records[1]
    headers = tuple(each for each in record.headers if each[0] not in {"ce_source", "sorbro_fingerprint"})
    topic.records.append(record._replace(value=json.dumps(theirs).encode(), headers=headers))
    assert topic.feed([TREE[0], replace(TREE[1], name="Fra SOR"), TREE[2]], NEXT).sent == 0
    topic.feed([TREE[0], replace(TREE[1], name="Fra filen"), TREE[2]], NEXT)
    assert (topic.values[-1]["version"], topic.values[-1]["name"]) == (100000000, "Fra filen")


def test_what_sor_has_said_in_structured_events_is_known_too_r10(topic):
    """With another type it is no change of a unit, and the worker refuses it."""
    topic.records = [
        structured(record._replace(headers=tuple(each for each in record.headers if each[0] != "ce_source")))
        for record in topic.records
    ]
    assert topic.feed(TREE, NEXT).sent == 0
    strange = topic.records[1].value.replace(b"dk.sor.entity.changed.v1", b"dk.sor.other.v1")
    topic.records[1] = topic.records[1]._replace(value=strange)
    assert topic.feed(TREE, NEXT).new == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        {"value": b'{"sorId":"x"}'},
        {"value": b"[]"},
        {"value": b"{"},
        {"headers": (("ce_source", b"urn:dk:sorbro:feed:sor-xml-2.0"), ("sorbro_fingerprint", b"1:xyz"))},
        {"headers": (("ce_source", b"urn:dk:sorbro:feed:sor-xml-2.0"), ("ce_time", b"yesterday"))},
    ],
)
def test_what_only_claims_to_be_a_feed_s_ends_no_feed(topic, spoilt):
    newer = topic.records[1].value.replace(b"20240131", b"20240132")
    topic.records.append(topic.records[1]._replace(value=newer)._replace(**spoilt))
    assert topic.feed(TREE, NEXT).sent == 0


def test_a_file_without_from_dates_does_not_change_every_unit_every_night_r17():
    undated = [replace(unit, from_date=None) for unit in TREE]
    topic = ListedTopic()
    topic.feed(undated)
    assert topic.feed(undated, NEXT).sent == 0
    topic.feed([undated[0], replace(undated[1], name="Ny klinik"), undated[2]], NEXT)
    assert [(each["fromDate"], each["firstFromDate"]) for each in topic.values[3:]] == [("2024-02-01", "2024-01-31")]


def test_a_new_from_date_is_a_new_version_r10(topic):
    topic.feed([TREE[0], replace(TREE[1], from_date=date(2024, 2, 2)), TREE[2]], NEXT)
    assert [each["fromDate"] for each in topic.values[3:]] == ["2024-02-02"]


def test_a_unit_that_goes_to_another_owner_is_sent_under_both_r4(topic):
    topic.feed([OTHER, *TREE])
    there = replace(TREE[1], owner_sor_id=OTHER_OWNER, parent_sor_id=OTHER_OWNER)
    report = topic.feed([OTHER, there, replace(TREE[2], owner_sor_id=OTHER_OWNER), TREE[0]], NEXT)
    told = [
        (each["sorId"], each["ownerSorId"], each["parentSorId"], each["movedToOwnerSorId"]) for each in topic.values[4:]
    ]
    assert told == [
        (CLINIC, OWNER, OWNER, OTHER_OWNER),
        (CLINIC, OTHER_OWNER, OTHER_OWNER, None),
        (PROVIDER, OWNER, CLINIC, OTHER_OWNER),
        (PROVIDER, OTHER_OWNER, CLINIC, None),
    ]
    assert {each["version"] for each in topic.values[4:]} == {20240201}
    assert [record.key for record in topic.records[4:]] == [each["ownerSorId"].encode() for each in topic.values[4:]]
    assert (report.changed, report.moved, report.sent) == (2, 2, 4)
    assert len({dict(record.headers)["ce_id"] for record in topic.records[4:]}) == 4


@pytest.mark.parametrize("now", ["owner", "institution"])
def test_a_unit_that_becomes_an_owner_or_one_no_more_leaves_as_what_it_was_r4(topic, now):
    """The contract takes no institution that is its own owner, and no owner that has another."""
    as_owner = replace(OTHER, cvr=CvrNumber("25052943"))
    as_institution = SnapshotEntity(OTHER_OWNER, "SI", OWNER, OWNER, "Køberen", from_date=date(2020, 1, 1))
    before, after = (as_institution, as_owner) if now == "owner" else (as_owner, as_institution)
    topic.feed([*TREE, before])
    topic.feed([*TREE, after], NEXT)
    left, arrived = (EntityChanged.from_json(record.value) for record in topic.records[-2:])
    assert (left.sor_type, left.owner_sor_id, left.cvr) == (before.sor_type, before.owner_sor_id, before.cvr)
    assert (left.moved_to_owner_sor_id, arrived.owner_sor_id) == (after.owner_sor_id, after.owner_sor_id)
    assert (arrived.sor_type, arrived.cvr) == (after.sor_type, after.cvr)


def test_a_type_that_cannot_be_read_leaves_the_place_as_it_was_said_last_r14():
    """What else is new of it is told: its closure must not wait for a code list."""
    topic = ListedTopic()
    place = replace(TREE[1], entity_type="554061000005105")
    unread = replace(place, entity_type=None, type_is_unknown=True, mark_is_unknown=True, is_treatment_place=False)
    fault = Damaged(CLINIC, "unknown-label", "line 3", unit_kept=True)
    topic.feed([TREE[0], place])
    assert topic.feed([TREE[0], fault, unread], NEXT).sent == 0
    topic.feed([TREE[0], fault, replace(unread, to_date=date(2024, 3, 1))], NEXT)
    said = topic.values[-1]
    assert (said["entityType"], said["isTreatmentPlace"]) == ("554061000005105", True)
    assert said["toDate"] == "2024-03-01"


def test_departments_stay_places_while_the_type_of_their_hospital_cannot_be_read_r14_r18():
    """Until it can be read again they are read every night, whatever else is new of them."""
    topic = ListedTopic()
    hospital = replace(TREE[1], entity_type="22232009", is_treatment_place=False)
    ward = replace(TREE[2], is_treatment_place=True)
    unread = replace(hospital, entity_type=None, type_is_unknown=True, mark_is_unknown=True)
    topic.feed([TREE[0], hospital, ward])
    assert topic.feed([TREE[0], unread, replace(ward, is_treatment_place=False)], NEXT).sent == 0
    renamed = replace(ward, name="Sengeafsnit", is_treatment_place=False)
    assert topic.feed([TREE[0], unread, renamed], NEXT).sent == 1
    assert (topic.values[-1]["name"], topic.values[-1]["isTreatmentPlace"]) == ("Sengeafsnit", True)
    assert "sorbro_fingerprint" not in dict(topic.records[-1].headers)
    assert topic.feed([TREE[0], hospital, renamed], NEXT).sent == 1
    assert topic.values[-1]["isTreatmentPlace"] is False


def test_a_unit_whose_shape_tells_that_it_is_a_place_no_more_is_none_whatever_its_type_r14(topic):
    """In the register CSV, and in a hospital."""
    place = replace(TREE[1], entity_type=None, type_is_unknown=True, is_treatment_place=False)
    topic.feed([TREE[0], place, TREE[2]], NEXT)
    assert [each["isTreatmentPlace"] for each in topic.values[3:]] == [False]


def test_a_closure_announced_long_before_is_sent_when_the_file_shows_it_r9(topic):
    topic.feed([*TREE[:2], replace(TREE[2], to_date=date(2025, 6, 30))], NEXT)
    assert [(each["sorId"], each["toDate"], each["channel"]) for each in topic.values[3:]] == [
        (PROVIDER, "2025-06-30", "snapshot")
    ]


def test_a_unit_with_a_faulty_detail_is_sent_once_and_named_every_time(topic):
    faulty = Damaged(CLINIC, "invalid-location-number", "line 3", unit_kept=True)

    def items():
        return [TREE[0], faulty, TREE[1], TREE[2]]

    assert topic.feed(items(), NEXT).damaged == [faulty]
    report = topic.feed(items(), NEXT)
    assert (report.damaged, report.sent) == ([faulty], 0)


def test_what_the_contract_refuses_is_named_and_not_sent_r1():
    topic = ListedTopic()
    report = topic.feed([replace(TREE[0], owner_type=None), TREE[1]])
    assert [each["sorId"] for each in topic.values] == [CLINIC]
    assert [(each.sor_id, each.reason) for each in report.damaged] == [(OWNER, "unreadable")]
    assert "contract" in report.damaged[0].where


def test_what_is_not_sent_is_not_named_as_sent_without_a_detail(topic):
    unit = Unit(replace(TREE[0], owner_type=None), (Damaged(OWNER, "unknown-owner-type", "line 2", unit_kept=True),))
    report = topic.feed([unit], NEXT, force=True)
    (refused,) = report.damaged
    assert (refused.reason, refused.unit_kept) == ("unreadable", False)
    assert refused.where.endswith("; unknown-owner-type: line 2")


def test_each_message_says_the_format_and_the_day_it_was_read_from():
    topic = ListedTopic()
    topic.feed(TREE, format=SnapshotFormat.SOR2_CSV)
    headers = dict(topic.records[0].headers)
    assert headers["ce_source"] == b"urn:dk:sorbro:feed:sor2-csv"
    assert headers["ce_time"] == b"2024-01-30T23:00:00Z"
