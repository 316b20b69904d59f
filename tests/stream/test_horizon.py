"""How far into time the inputs have been read: the guard before every day that comes (R24, R25)."""

from datetime import UTC, datetime, timedelta

from workers.stream.horizon import Horizon

DAY = datetime(2024, 1, 1, tzinfo=UTC)
LATER = DAY + timedelta(days=1)


def test_with_a_record_in_hand_on_every_topic_nothing_older_can_come():
    assert Horizon().bound(DAY, []) == DAY


def test_a_topic_never_read_to_an_end_may_hold_anything_and_is_asked_about():
    horizon = Horizon()
    assert horizon.bound(DAY, ["a"]) is None
    assert horizon.wanted == DAY


def test_a_topic_read_to_where_it_ended_holds_nothing_older():
    horizon = Horizon(asked=(DAY, {"a": 5, "b": 0}))
    horizon.answer({"a": 4, "b": 0})
    assert horizon.bound(DAY, ["b"]) == DAY
    assert horizon.bound(DAY, ["a", "b"]) is None
    horizon.answer({"a": 5, "b": 0})
    assert horizon.bound(DAY, ["a", "b"]) == DAY
    assert horizon.asked is None


def test_a_later_day_comes_as_far_as_is_known_and_the_rest_is_asked_about():
    horizon = Horizon(read_to={"a": DAY})
    assert horizon.bound(LATER, ["a"]) == DAY
    assert horizon.wanted == LATER


def test_what_was_learnt_by_a_clock_that_was_ahead_is_forgotten_once_it_is_put_back():
    horizon = Horizon(read_to={"a": DAY, "b": LATER}, asked=(LATER, {"a": 0}))
    horizon.forget_after(LATER)
    assert horizon.bound(LATER, ["b"]) == LATER
    horizon.forget_after(DAY)
    assert horizon.asked is None
    assert horizon.bound(LATER, ["b"]) is None
    assert horizon.bound(LATER, ["a"]) == DAY
