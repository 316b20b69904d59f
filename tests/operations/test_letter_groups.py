"""Grouping dead letters, and choosing among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.redrives import Chosen
from support.letters import letter, record
from support.messages import sor_id
from workers.operations import letter_groups
from workers.operations.letter_groups import LetterGroups, is_chosen

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def groups(*letters, redriven=()):
    found = LetterGroups()
    for each in letters:
        found.take(each, is_redriven=each in redriven)
    return found


def test_letters_are_one_group_by_reason_type_topic_and_day():
    same = [letter(record(b"{", NOW), NOW + timedelta(minutes=number), offset=number) for number in range(3)]
    other = [letter(record(b"{", NOW), NOW, "unparsable", 3), letter(record(b"{", NOW), NOW + DAY, offset=4)]
    found = groups(*same, *other).groups
    assert [(each.day.day, each.reason, each.count) for each in found] == [
        (22, "contract-violation", 1),
        (21, "contract-violation", 3),
        (21, "unparsable", 1),
    ]
    assert (found[1].first_at, found[1].last_at) == (NOW, NOW + timedelta(minutes=2))


def test_a_group_tells_its_oldest_failure_and_most_attempts():
    first = letter(record(b"{", NOW), NOW)
    second = letter(first.again(NOW + DAY).as_input(), NOW + DAY, offset=1)
    (newest, _) = groups(first, second).groups
    assert (newest.oldest_failed_at, newest.most_attempts) == (NOW, 2)


def test_what_has_been_redriven_does_not_wait_any_more():
    letters = [letter(record(b"{", NOW), NOW, offset=number) for number in range(3)]
    found = groups(*letters, redriven=letters[:1])
    assert found.waiting == 2
    assert (found.groups[0].count, found.groups[0].redriven) == (2, 1)


def test_a_sample_shows_the_key_only_when_it_is_a_sor_id_r49():
    keys = [sor_id(7).encode(), b"Jens Hansen", None]
    shown = [groups(letter(record(b"{}", NOW, key=key), NOW)).groups[0].sample.key for key in keys]
    assert shown == [sor_id(7), "string(11)", "none"]


def test_more_groups_than_are_kept_are_counted_as_left_out(monkeypatch):
    monkeypatch.setattr(letter_groups, "MOST_GROUPS", 1)
    found = groups(letter(record(b"{", NOW), NOW), letter(record(b"{", NOW), NOW + DAY, offset=1))
    assert (len(found.groups), found.left_out, found.waiting) == (1, 1, 2)
    assert found.groups[0].last_at == NOW + DAY, "the topic keeps letters for ever: the newest are shown"


def test_what_has_been_redriven_makes_room_first_and_waits_for_nobody(monkeypatch):
    monkeypatch.setattr(letter_groups, "MOST_GROUPS", 2)
    first, *rest = (letter(record(b"{", NOW), NOW + number * DAY, offset=number) for number in range(3))
    found = groups(first, *rest, redriven=rest[:1])
    assert [each.last_at for each in found.groups] == [NOW + 2 * DAY, NOW]
    assert (found.left_out, found.waiting) == (0, 2)


def test_a_group_s_own_choice_chooses_all_of_it_and_nothing_else():
    letters = [letter(record(b"{", NOW), NOW + number * DAY, offset=number) for number in range(2)]
    newest = groups(*letters).groups[0]
    assert [is_chosen(each, newest.chosen) for each in letters] == [False, True]


@pytest.mark.parametrize(
    "chosen",
    [
        {"reason": "unparsable"},
        {"ce_type": "dk.stps.fee-run.requested.v1"},
        {"topic": "stps.notices.v1"},
        {"day": (NOW + DAY).date()},
        {"partition": 1},
        {"offset": 1},
    ],
)
def test_everything_given_must_hold(chosen):
    one = letter(record(b"{", NOW), NOW)
    assert is_chosen(one, Chosen())
    assert not is_chosen(one, Chosen(**chosen))
