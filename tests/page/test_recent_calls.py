"""Calls to CVR in the last minute, by a count that only grows."""

from workers.page.recent_calls import RecentCalls


def test_only_the_last_minute_counts():
    calls = RecentCalls()
    assert calls.count == 0
    for second in range(100):
        calls.heard(3 * second, 1000.0 + second)
    assert calls.count == 3 * 60


def test_what_was_called_before_the_page_began_to_hear_does_not_count():
    calls = RecentCalls()
    calls.heard(5000, 1.0)
    assert calls.count == 0
