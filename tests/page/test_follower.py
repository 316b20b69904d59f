"""How the page shares the processor with the write side: see `workers/page/follower.py`."""

from __future__ import annotations

import pytest

from workers.page.follower import rest


def test_with_nothing_left_it_waits_for_much_to_come_at_once():
    assert rest(before=40, read=40, left=0, worked=0.01) == rest(before=0, read=0, left=0, worked=0.0) > 0


def test_in_a_flood_it_takes_a_twentieth():
    assert rest(before=100, read=300, left=5000, worked=0.02) == pytest.approx(0.38)


def test_a_steady_stream_is_no_flood_and_nothing_to_catch_up_with():
    assert rest(before=40, read=75, left=80, worked=0.02) == rest(before=80, read=75, left=40, worked=0.02) == 0.25


def test_once_the_flood_is_over_it_catches_up_without_a_rest():
    assert rest(before=5000, read=300, left=4700, worked=0.02) == 0
