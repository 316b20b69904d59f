"""How old an answer may be, and which of two counts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.registry.ages import Absent, Ages, Present, announced_change
from adapters.cvr.registry.memory import Memory
from contracts.cvr_facts import CompanyFact
from support.cvr_service import cvr_numbers, reading

NUMBERS = cvr_numbers(200)
CVR = NUMBERS[0]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AGES = Ages(12 * HOUR, 0.1, timedelta(days=7), 10 * MINUTE, 6 * HOUR)
AT = datetime(2026, 6, 15, 8, tzinfo=UTC)


def present(as_of=AT, **changes):
    return Present(reading(CVR).fact, as_of, **changes)


def test_a_fact_is_fresh_then_stale_then_gone():
    ages = [AGES.age(CVR, present(), AT + after) for after in (10 * HOUR, 14 * HOUR, 167 * HOUR, 168 * HOUR)]
    assert ages == ["fresh", "stale", "stale", "expired"]


def test_freshness_ends_within_a_tenth_of_twelve_hours_at_an_instant_of_the_number_s_own():
    ends = []
    for number in NUMBERS:
        minutes = [m for m in range(10 * 60, 14 * 60) if AGES.age(number, present(), AT + m * MINUTE) == "fresh"]
        ends.append(max(minutes) / 60)
        assert AGES.age(number, present(), AT) == "fresh"
    assert 10.78 <= min(ends) < 11
    assert 13 < max(ends) <= 13.2
    assert len({round(end, 1) for end in ends}) > 20


def test_a_fact_ends_with_the_danish_day_on_which_cvr_says_something_else():
    memo = present(changes_on=date(2026, 6, 16))
    midnight = datetime(2026, 6, 15, 22, tzinfo=UTC)  # summer time
    assert AGES.age(CVR, memo, AT + HOUR) == "fresh"
    assert AGES.age(CVR, memo, midnight - timedelta(microseconds=1)) != "expired"
    assert AGES.age(CVR, memo, midnight) == "expired"


@pytest.mark.parametrize(
    ("times", "held"), [(1, 10 * MINUTE), (2, 20 * MINUTE), (6, 320 * MINUTE), (7, 6 * HOUR), (5000, 6 * HOUR)]
)
def test_not_in_cvr_holds_ten_minutes_and_doubles_to_six_hours(times, held):
    assert AGES.age(CVR, Absent(AT, times), AT + held - timedelta(seconds=1)) == "fresh"
    assert AGES.age(CVR, Absent(AT, times), AT + held) == "expired"


def test_absence_is_counted_while_it_is_repeated():
    memo = Absent(AT)
    for step in range(1, 4):
        memo = AGES.merged(CVR, memo, Absent(AT + step * HOUR), AT + step * HOUR)
    assert memo.times == 4
    assert AGES.merged(CVR, memo, Absent(memo.as_of), memo.as_of).times == 4
    assert AGES.merged(CVR, memo, present(AT + 9 * HOUR), AT + 9 * HOUR) == present(AT + 9 * HOUR)
    assert AGES.merged(CVR, present(), Absent(AT + HOUR), AT + HOUR) == Absent(AT + HOUR)


def test_a_lower_version_never_replaces_a_higher_one_while_that_lives():
    high, low = present(version=7), present(AT + 13 * HOUR, version=6)
    assert AGES.merged(CVR, high, low, AT + 13 * HOUR) == high
    assert AGES.merged(CVR, low, high, AT + 13 * HOUR) == low
    newer = present(AT + HOUR, version=7)
    assert AGES.merged(CVR, high, newer, AT + HOUR) == newer
    much_later = present(AT + timedelta(days=8), version=6)
    assert AGES.merged(CVR, high, much_later, much_later.as_of) == much_later


def test_our_own_answer_come_back_by_the_topic_keeps_its_version():
    known = present(version=7)
    assert AGES.merged(CVR, known, present(), AT) == known
    assert AGES.merged(CVR, known, present(changes_on=date(2026, 7, 1)), AT) == known
    later = present(AT + HOUR)
    assert AGES.merged(CVR, known, later, AT + HOUR) == later


def test_after_a_clock_that_was_far_ahead_cvr_is_asked_again():
    ahead = present(AT + timedelta(days=400), version=9)
    assert AGES.age(CVR, present(AT + HOUR), AT) == "fresh"
    assert AGES.age(CVR, ahead, AT) == "stale"
    assert AGES.age(CVR, Absent(ahead.as_of, 3), AT) == "expired"
    assert AGES.merged(CVR, ahead, present(version=8), AT) == present(version=8)


def test_what_was_said_earlier_does_not_replace_what_was_said_later():
    assert AGES.merged(CVR, present(AT + HOUR), present(AT), AT + HOUR) == present(AT + HOUR)
    assert AGES.merged(CVR, present(AT + HOUR), Absent(AT), AT + HOUR) == present(AT + HOUR)


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"started_on": date(2020, 1, 1)}, None),
        ({"ceased_on": date(2026, 6, 15)}, date(2026, 6, 16)),
        ({"ceased_on": date(2026, 6, 14)}, None),
        ({"started_on": date(2026, 7, 1), "ceased_on": date(2026, 7, 31)}, date(2026, 7, 1)),
    ],
)
def test_a_fact_s_own_dates_say_when_it_ends(dates, day):
    fact = CompanyFact(cvr=CVR, name="A", status="active", **dates)
    assert announced_change(fact, AT) == day


def test_the_memory_is_bounded_and_forgets_what_nobody_asks_for():
    memory = Memory(2)
    for number in NUMBERS[:2]:
        memory.keep(number, present())
    assert memory.recall(NUMBERS[0]) is not None
    memory.keep(NUMBERS[2], present())
    assert [memory.recall(number) is None for number in NUMBERS[:3]] == [False, True, False]
    assert len(memory) == 2


MEMOS = st.one_of(
    st.builds(
        present,
        st.integers(0, 500).map(lambda hours: AT + hours * HOUR),
        version=st.none() | st.integers(0, 5),
        changes_on=st.none() | st.dates(date(2026, 6, 16), date(2026, 7, 1)),
    ),
    st.builds(Absent, st.integers(0, 500).map(lambda hours: AT + hours * HOUR)),
)


@given(st.lists(MEMOS, min_size=1, max_size=30))
def test_whatever_comes_in_whatever_order_no_living_version_is_lost(memos):
    """Held against every history: neither time nor version goes back while the better word could still be given."""
    known = None
    for memo in memos:
        before, now = known, max(memo.as_of, AT if known is None else known.as_of)
        known = AGES.merged(CVR, known, memo, now)
        assert known is before or known.as_of == memo.as_of
        if before is not None:
            assert known.as_of >= before.as_of
            if isinstance(before, Present) and isinstance(known, Present) and AGES.age(CVR, before, now) != "expired":
                assert known.version is None or before.version is None or known.version >= before.version


@given(MEMOS, st.integers(0, 1000), st.integers(0, 1000))
def test_nothing_grows_younger(memo, early, late):
    order = ["fresh", "stale", "expired"]
    first, then = sorted((early, late))
    ages = [order.index(AGES.age(CVR, memo, memo.as_of + hours * HOUR)) for hours in (first, then)]
    assert ages == sorted(ages)
