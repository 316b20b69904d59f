"""When a document will say something else by itself: a cache may keep it until then, and not a day longer (§3.6)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.readings import read
from support.cvr_services import START, TODAY, company, dated, unit

DAY = timedelta(days=1)


def test_of_several_changes_the_first_counts():
    names = [
        dated(date(2026, 8, 1), navn="Third"),
        dated(date(2026, 7, 1), date(2026, 7, 31), navn="Second"),
        dated(START, date(2026, 6, 30), navn="First"),
    ]
    assert read(company(navne=names), TODAY).changes_on == date(2026, 7, 1)
    assert read(company(navne=names), date(2026, 7, 1)).changes_on == date(2026, 8, 1)
    assert read(company(navne=names), date(2026, 8, 1)).changes_on is None


def test_a_boundary_at_which_nothing_read_changes_is_none():
    document = company(navne=[dated(START, date(2026, 6, 30), navn="Same"), dated(date(2026, 7, 1), navn="Same")])
    document["Vrvirksomhed"]["hovedbranche"] = [dated(date(2026, 7, 2), branchekode="862200")]
    assert read(document, TODAY).changes_on is None


def test_an_announced_day_counts_if_it_comes_first():
    names = [dated(START, date(2026, 6, 30), navn="Now"), dated(date(2026, 7, 1), navn="Then")]
    assert read(company(navne=names, naermesteFremtidigeDato="2026-06-20"), TODAY).changes_on == date(2026, 6, 20)
    assert read(company(navne=names, naermesteFremtidigeDato="2026-12-01"), TODAY).changes_on == date(2026, 7, 1)


@pytest.mark.parametrize("announced", [None, "", "soon", 20260701, "2026-06-15", "2020-01-01"])
def test_an_announcement_of_the_past_or_of_nothing_is_none(announced):
    assert read(unit(naermesteFremtidigeDato=announced), TODAY).changes_on is None


def test_the_end_of_all_days_is_no_change():
    assert read(company(livsforloeb=[dated(START, date.max)]), TODAY).changes_on is None


near = st.dates(TODAY - 30 * DAY, TODAY + 30 * DAY)
periods = st.tuples(st.none() | near, st.none() | near).filter(lambda period: None in period or period[0] <= period[1])
histories = st.lists(periods, max_size=4)


@given(histories, histories, histories, st.none() | near)
def test_until_then_the_document_says_the_same_and_then_something_else_unless_announced(
    lives, names, owners, announced
):
    document = unit(
        livsforloeb=[dated(*period) for period in lives],
        navne=[dated(*period, navn=f"Name {n}") for n, period in enumerate(names)],
        virksomhedsrelation=[dated(*period, cvrNummer=90000000 + n) for n, period in enumerate(owners)],
        naermesteFremtidigeDato=announced and announced.isoformat(),
    )
    reading = read(document, TODAY)
    last = reading.changes_on or TODAY + 40 * DAY
    day = TODAY
    while day < last:
        assert read(document, day).fact == reading.fact
        day += DAY
    if reading.changes_on not in {None, announced}:
        assert read(document, last).fact != reading.fact
