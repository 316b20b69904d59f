"""Dead letters read back: what they were, what they are called, and how they are sent once more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest

from contracts import dead_letters as names
from contracts.topics import Topic
from support.letters import letter, lying, record
from workers.effects import Refusal
from workers.operations.letters import NO_TYPE, UNKNOWN_TYPE, UNREADABLE, letter_of
from workers.stream.dead_letters import LARGEST_LETTER, dead_letter
from workers.stream.intake import LARGEST_VALUE

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
HEADERS = (("x-sender", b"\xff\x00"), ("x-sender", b"twice"), ("ce_type", b"dk.sor.entity.changed.v1"))


def test_sent_once_more_it_is_the_original_byte_for_byte_on_its_own_partition():
    original = record(b"\xff{", NOW, *HEADERS, key=b"\x00key")
    again = letter(original, NOW).again(LATER)
    assert (again.topic, again.partition, again.time) == (Topic.ENTITY_CHANGES, 3, LATER)
    assert (again.key, again.value) == (original.key, original.value)
    assert again.headers[: len(HEADERS)] == HEADERS
    assert {name for name, _ in again.headers[len(HEADERS) :]} == {names.ATTEMPT, names.FIRST_FAILED_AT}


def test_failing_again_it_is_the_next_attempt_with_each_header_once():
    first = letter(record(b"{", NOW, *HEADERS), NOW)
    second = letter(first.again(LATER).as_input(), LATER, "unparsable")
    third = letter(second.again(LATER).as_input(), LATER, "unparsable")
    assert [each.attempt for each in (first, second, third)] == [1, 2, 3]
    assert third.first_failed_at == NOW
    assert third.record.headers[: len(HEADERS)] == HEADERS
    assert sorted(name for name, _ in third.record.headers[len(HEADERS) :]) == sorted(names.OURS - {names.LEFT_OUT})


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        (b"2026-11-20T12:00:00Z", NOW.replace(day=20, hour=12, minute=0)),
        (b"2026-12-24T12:00:00Z", NOW),
        (b"0001-01-01T00:00:00+14:00", NOW),
        (b"9999-12-31T23:59:59-12:00", NOW),
        (b"2026-11-20", NOW),
        (b"yesterday", NOW),
    ],
)
def test_a_first_failure_that_a_sender_has_made_up_is_the_letter_s_own_instant_at_most(told, believed):
    found = letter(record(b"{", NOW, (names.FIRST_FAILED_AT, told)), NOW)
    assert found.first_failed_at == believed
    assert letter_of(found.again(LATER).as_input()) is None


def test_its_day_is_the_danish_one_r48():
    assert letter(record(b"{", NOW), NOW).day == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("value", "headers", "ce_type"),
    [
        (b"{}", HEADERS, "dk.sor.entity.changed.v1"),
        (b"{}", (), "dk.sor.entity.changed.v1"),
        (b"{}", (("ce_type", b"dk.stps.fee-run.requested.v1"),), "dk.stps.fee-run.requested.v1"),
        (b"{}", (("ce_type", b"Jens Hansen, 0101501234"),), UNKNOWN_TYPE),
        (b"{", (("content-type", b"application/cloudevents+json"),), UNREADABLE),
        (b" " * (LARGEST_VALUE + 1), HEADERS, UNREADABLE),
    ],
)
def test_its_type_is_one_of_the_catalogue_or_a_word_of_ours_r49(value, headers, ce_type):
    assert letter(record(value, NOW, *headers), NOW).ce_type == ce_type


def test_a_topic_of_many_types_does_not_guess_one():
    notice = record(b"{}", NOW)._replace(topic=Topic.NOTICES.value)
    assert letter(notice, NOW).ce_type == NO_TYPE


@pytest.mark.parametrize("missing", [names.REASON, names.CONNECT_TOPIC, names.CONNECT_PARTITION, names.ATTEMPT])
def test_a_record_without_our_headers_is_no_letter_of_ours(missing):
    whole = lying(dead_letter(record(b"{", NOW), Refusal("unparsable", "x"), NOW))
    assert letter_of(whole) is not None
    assert letter_of(whole._replace(headers=tuple(each for each in whole.headers if each[0] != missing))) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (names.REASON, b"because"),
        (names.CONNECT_TOPIC, b"bsr.registrations.v1"),
        (names.CONNECT_PARTITION, b"-1"),
        (names.ATTEMPT, b"9" * 40),
    ],
)
def test_headers_that_are_not_of_our_making_are_not_believed(name, value):
    whole = lying(dead_letter(record(b"{", NOW), Refusal("unparsable", "x"), NOW))
    forged = tuple((each, value if each == name else text) for each, text in whole.headers)
    assert letter_of(whole._replace(headers=forged)) is None


def test_a_first_failure_that_is_no_instant_gives_way_to_the_letters_own():
    whole = lying(dead_letter(record(b"{", NOW), Refusal("unparsable", "x"), NOW))
    forged = tuple((each, b"soon" if each == names.FIRST_FAILED_AT else text) for each, text in whole.headers)
    found = letter_of(whole._replace(headers=forged))
    assert found is not None
    assert found.first_failed_at == NOW


def test_the_largest_original_is_kept_whole_and_a_larger_one_is_named_by_place_size_and_digest():
    bare = dead_letter(record(b"", NOW, *HEADERS), Refusal("too-large", "x"), NOW)
    room = LARGEST_LETTER - sum(len(name) + len(value) for name, value in bare.headers)
    whole = letter(record(b"x" * room, NOW, *HEADERS), NOW, "too-large", detail="x")
    assert whole.record.value == b"x" * room
    assert not whole.is_without_original
    value = b"x" * (room + 1)
    cut = letter(record(value, NOW, *HEADERS, key=b"12"), NOW, "too-large", detail="x")
    assert cut.is_without_original
    assert (cut.record.key, cut.record.value) == (b"12", None)
    headers = dict(cut.record.headers)
    assert "x-sender" not in headers
    assert sha256(value).hexdigest() in headers[names.LEFT_OUT].decode()
    assert (headers[names.CONNECT_PARTITION], headers[names.CONNECT_OFFSET]) == (b"3", b"17")


@pytest.mark.parametrize(
    "original",
    [record(b"{", NOW, ("x", b"h" * LARGEST_LETTER)), record(b"{", NOW, ("x" * LARGEST_LETTER, b""))],
    ids=["a header's value", "a header's name"],
)
def test_headers_and_keys_count_too(original):
    assert letter(original._replace(key=b"k" * 2000), NOW).is_without_original
    assert letter(original._replace(key=b"k" * 2000), NOW).record.key is None
