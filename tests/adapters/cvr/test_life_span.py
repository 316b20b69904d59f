"""Life span against status text (R38, notes/cvr.md §1.6, §3.1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.life_span import LifeSpan, read_life_span
from adapters.cvr.sample import sample_period

TODAY = date(2026, 6, 15)
DAY = timedelta(days=1)


def span(*periods: tuple[date | None, date | None]) -> list[dict[str, object]]:
    return [{"periode": sample_period(start, end)} for start, end in periods]


@pytest.mark.parametrize("text", ["Aktiv", "NORMAL", "Ophørt", "UNDER KONKURS", "Never seen", None])
def test_a_life_span_that_has_ended_is_ceased_whatever_the_text_says(text):
    ended = span((date(2010, 1, 1), TODAY - DAY))
    assert read_life_span(ended, text, TODAY) == LifeSpan("ceased", date(2010, 1, 1), TODAY - DAY)


def test_gyldig_til_is_inclusive_so_the_last_day_is_still_lived():
    last_day = span((date(2010, 1, 1), TODAY))
    assert read_life_span(last_day, "NORMAL", TODAY) == LifeSpan("active", date(2010, 1, 1), TODAY)
    assert read_life_span(last_day, "NORMAL", TODAY + DAY).status == "ceased"


def test_the_first_day_is_lived():
    assert read_life_span(span((TODAY, None)), "Fremtid", TODAY) == LifeSpan("active", TODAY, None)


@pytest.mark.parametrize("text", ["Fremtid", "NORMAL", "Ophørt", None])
def test_a_life_span_that_only_starts_later_is_future(text):
    start = TODAY + DAY
    assert read_life_span(span((start, None)), text, TODAY) == LifeSpan("future", start, None)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("NORMAL", "active"),
        ("Aktiv", "active"),
        ("Fremtid", "active"),
        ("Ophørt", "active"),
        (None, "active"),
        ("UNDER KONKURS", "in-dissolution"),
        ("UNDER TVANGSOPLØSNING", "in-dissolution"),
        ("under frivillig likvidation", "in-dissolution"),
        ("TVANGSOPLØST", "in-dissolution"),
        ("OPLØST EFTER FUSION", "in-dissolution"),
        ("Aldrig set", "unknown"),
    ],
)
def test_while_alive_the_text_only_tells_dissolution_and_the_unheard_of(text, status):
    assert read_life_span(span((date(2010, 1, 1), None)), text, TODAY).status == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("NORMAL", "active"),
        ("Aktiv", "active"),
        ("Fremtid", "future"),
        ("Ophørt", "ceased"),
        ("SLETTET", "ceased"),
        ("UDEN RETSVIRKNING", "ceased"),
        ("TVANGSOPLØST", "ceased"),
        ("OPLØST EFTER KONKURS", "ceased"),
        ("UNDER REKONSTRUKTION", "in-dissolution"),
        ("Ikke Aktiv", "unknown"),
        (None, "unknown"),
    ],
)
@pytest.mark.parametrize("absent", [None, [], {}, "", [None]])
def test_without_a_life_span_the_text_is_all_there_is(text, status, absent):
    assert read_life_span(absent, text, TODAY) == LifeSpan(status, None, None)


@pytest.mark.parametrize("text", ["Ophørt", "OPHØRT", " ophørt "])
def test_gotcha_13_the_text_is_compared_without_case(text):
    assert read_life_span([], text, TODAY).status == "ceased"


def test_a_return_after_a_gap_is_a_new_life_r38():
    reopened = span((TODAY - 5 * DAY, None), (date(2001, 1, 1), date(2005, 1, 1)))
    assert read_life_span(reopened, "Ophørt", TODAY) == LifeSpan("active", TODAY - 5 * DAY, None)


def test_a_technical_split_does_not_make_an_old_company_new_r38():
    split = span((TODAY - 5 * DAY, None), (date(2001, 1, 1), TODAY - 6 * DAY))
    assert read_life_span(split, "NORMAL", TODAY) == LifeSpan("active", date(2001, 1, 1), None)


def test_in_a_gap_before_a_registered_return_it_is_ceased():
    gap = span((TODAY + 30 * DAY, None), (date(2001, 1, 1), date(2005, 1, 1)))
    assert read_life_span(gap, "NORMAL", TODAY) == LifeSpan("ceased", date(2001, 1, 1), date(2005, 1, 1))


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
periods = st.tuples(st.none() | days, st.none() | days).filter(lambda period: None in period or period[0] <= period[1])


@given(st.lists(periods, min_size=1, max_size=5), days)
def test_the_verdict_follows_from_the_periods_alone(history, today):
    life = read_life_span(span(*history), "NORMAL", today)
    covered = any((s is None or s <= today) and (e is None or today <= e) for s, e in history)
    over = any(e is not None and e < today for _, e in history)
    assert life.status == ("active" if covered else "ceased" if over else "future")
    if life.status == "ceased":
        assert life.ceased_on == max(e for _, e in history if e is not None and e < today)
    if life.started_on:
        assert (life.started_on > today) == (life.status == "future")


@given(st.lists(periods, max_size=5).flatmap(lambda p: st.tuples(st.just(p), st.permutations(p))), days)
def test_the_order_of_the_list_means_nothing_by_gotcha_5(pair, today):
    history, shuffled = pair
    assert read_life_span(span(*history), None, today) == read_life_span(span(*shuffled), None, today)
