"""Burrow's rules on windows of looks, and since when records wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.operations.movement import WINDOW, History, Look, Movement, movement, waiting_since

START = datetime(2026, 11, 22, 3, tzinfo=UTC)
STEP = timedelta(minutes=1)


def looks(*seen: tuple[int | None, int, int]) -> list[Look]:
    """A look a minute, as (position, end, commits); the lag is what lies between."""
    return [
        Look(START + number * STEP, position, end - position if position is not None else 0, end, commits)
        for number, (position, end, commits) in enumerate(seen)
    ]


def now(seen: list[Look]) -> datetime:
    return seen[-1].at


def six(*seen: tuple[int | None, int, int]) -> list[Look]:
    """Enough looks to fill the window, the first of them repeated."""
    return looks(*[seen[0]] * (6 - len(seen)), *seen)


WINDOWS = {
    Movement.OK: six((1, 9, 1), (5, 12, 2), (9, 12, 3)),
    Movement.WARN: six((1, 5, 1), (3, 8, 2), (5, 12, 3)),
    Movement.STOP: six((4, 5, 7), (4, 6, 7), (4, 9, 7)),
    Movement.STALL: six((4, 5, 7), (4, 6, 8), (4, 9, 9)),
    Movement.REWIND: six((4, 5, 7), (2, 5, 8), (3, 9, 9)),
    Movement.NONE: six((None, 5, 0)),
    Movement.UNKNOWN: looks((4, 5, 7), (4, 5, 7)),
}


@pytest.mark.parametrize("state", WINDOWS)
def test_a_window_has_the_state_burrow_gives_it(state):
    assert movement(WINDOWS[state], now(WINDOWS[state])) == state


def test_a_partition_that_has_read_everything_is_well_whatever_was_before():
    seen = [*WINDOWS[Movement.REWIND][:-1], Look(START + 5 * STEP, 9, 0, 9, 9)]
    assert movement(seen, now(seen)) is Movement.OK


def test_lag_that_was_zero_once_in_the_window_is_well_though_nothing_is_committed_since():
    seen = six((4, 4, 7), (4, 5, 7))
    assert movement(seen, now(seen)) is Movement.OK


def test_a_position_that_went_back_is_told_though_lag_was_zero_before_it():
    seen = six((4, 4, 7), (2, 4, 8))
    assert movement(seen, now(seen)) is Movement.REWIND


def test_looks_that_have_ceased_say_nothing():
    seen = WINDOWS[Movement.OK]
    assert movement(seen, now(seen) + WINDOW + STEP) is Movement.UNKNOWN
    assert movement([], START) is Movement.UNKNOWN


def test_a_window_not_yet_full_does_not_cry_stop():
    seen = WINDOWS[Movement.STOP]
    assert movement(seen[1:], now(seen)) is Movement.UNKNOWN


def test_a_history_keeps_just_what_the_window_needs():
    history = History(3 * STEP)
    for look in looks(*[(4, 5, 7)] * 20):
        history.add(look)
    assert len(history.looks) == 4
    assert history.movement(START + 19 * STEP) is Movement.STOP


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=6, max_size=12))
def test_work_that_never_stops_or_goes_back_is_never_called_stopped_stalled_or_rewound(steps):
    position, end, commits, seen = 0, 100, 0, []
    for forward, written in steps:
        position, end, commits = position + forward + 1, end + forward + 1 + written, commits + 1
        seen.append((position, end, commits))
    found = looks(*seen)
    assert movement(found, now(found)) in {Movement.OK, Movement.WARN}


def test_a_record_seen_to_come_waits_since_then_whatever_its_sender_says():
    seen = six((4, 4, 7), (4, 5, 7), (4, 6, 7))
    assert waiting_since(seen, START - timedelta(days=1)) == START + 4 * STEP


def test_a_record_that_was_there_before_the_first_look_waits_since_its_own_timestamp():
    seen = six((4, 5, 7), (4, 6, 7))
    assert waiting_since(seen, START - timedelta(hours=2)) == START - timedelta(hours=2)
    assert waiting_since(seen, START + timedelta(hours=2)) == START, "a clock that is ahead does not shorten it"


def test_nothing_waits_where_everything_is_read_or_nothing_committed():
    assert waiting_since(six((4, 4, 7)), None) is None
    assert waiting_since(six((None, 4, 7)), None) is None
    assert waiting_since([], None) is None
