"""The nights and days that calendars trip over, and clocks that jump: once, on the instant, never early (R25, R48)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.scenario import Scenario, instant
from support.trees import private_clinic, wide_owner

CLINIC = private_clinic()
MIDNIGHTS = [
    pytest.param("2023-03-25", "2023-03-25T23:00:00Z", id="spring-2023-begins"),
    pytest.param("2023-03-26", "2023-03-26T22:00:00Z", id="spring-2023-ends"),
    pytest.param("2024-03-30", "2024-03-30T23:00:00Z", id="spring-2024-begins"),
    pytest.param("2024-03-31", "2024-03-31T22:00:00Z", id="spring-2024-ends-a-quarter"),
    pytest.param("2023-10-28", "2023-10-28T22:00:00Z", id="autumn-2023-begins"),
    pytest.param("2023-10-29", "2023-10-29T23:00:00Z", id="autumn-2023-ends"),
    pytest.param("2024-10-26", "2024-10-26T22:00:00Z", id="autumn-2024-begins"),
    pytest.param("2024-10-27", "2024-10-27T23:00:00Z", id="autumn-2024-ends"),
    pytest.param("2023-12-31", "2023-12-31T23:00:00Z", id="last-of-december"),
    pytest.param("2024-01-01", "2024-01-01T23:00:00Z", id="first-of-january"),
    pytest.param("2024-02-28", "2024-02-28T23:00:00Z", id="before-the-leap-day"),
    pytest.param("2024-02-29", "2024-02-29T23:00:00Z", id="leap-day"),
    pytest.param("2023-02-28", "2023-02-28T23:00:00Z", id="february-without-leap-day"),
]
"""The last day, and the UTC instant at which the next Danish day begins."""


def hour_by_hour(world, about, *, restarting=False):
    """Two days before `about` to two days after, an hour at a time; what each step sent."""
    start = instant(about) - timedelta(days=2)
    for hour in range(96):
        if restarting:
            world.restart()
        yield from world.until(start + timedelta(hours=hour, minutes=30))


@pytest.mark.parametrize("restarting", [False, True], ids=["running", "restarted-every-hour"])
@pytest.mark.parametrize(("last_day", "midnight"), MIDNIGHTS)
def test_a_closure_fires_once_on_its_own_midnight_r48_r25(world, last_day, midnight, restarting):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date=last_day)
    sent = list(hour_by_hour(world, midnight, restarting=restarting))
    assert {each.time for each in sent} == {instant(midnight)}
    ended = world.deregistrations().one
    assert (ended["effectiveAt"], ended["lastDay"], ended["backdated"]) == (midnight, last_day, False)
    assert len(sent) == 2, "the deregistration and the fee decision, and nothing else"


@pytest.mark.parametrize(("last_day", "midnight"), MIDNIGHTS)
def test_a_company_closes_all_its_places_on_one_midnight_r48_r22(world, last_day, midnight):
    company = wide_owner(3)
    world.registered(company, *company.places)
    world.sor(company.owner, to_date=last_day)
    world.until(instant(midnight) + timedelta(days=2))
    assert [each.time for each in world.deregistrations()] == [instant(midnight)] * 3
    assert {each.key for each in world.deregistrations()} == {place.sor_id for place in company.places}


@pytest.mark.parametrize(
    ("last_day", "fee_year", "decided"),
    [
        ("2023-12-31", 2023, "already-triggered"),
        ("2024-01-01", 2024, "2258.00"),
        ("2024-12-31", 2024, "2258.00"),
    ],
)
def test_the_fee_year_turns_with_the_last_day_and_not_with_the_instant_r48_r31(world, last_day, fee_year, decided):
    """R31: 31 December's closure takes effect when the new year begins in Denmark, and owes nothing of it."""
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date=last_day)
    decision = world.until("2025-06-01").fee_decisions().one
    assert (decision["feeYear"], decision.value.get("amount") or decision["reason"]) == (fee_year, decided)


@pytest.mark.parametrize(
    ("moment", "fee_year"),
    [("2023-12-31 23:59:59", 2023), ("2023-12-31T22:59:59Z", 2023), ("2023-12-31T23:00Z", 2024), ("2024-01-01", 2024)],
)
def test_a_registration_about_new_year_owes_the_danish_year_r48_r39(world, moment, fee_year):
    world.sor(CLINIC)
    assert world.at(moment).self_registers(CLINIC.place).triggers().one["feeYear"] == fee_year


@pytest.mark.parametrize(
    ("registered_at", "earliest"),
    [
        ("2023-03-22T22:59:59Z", "2023-03-29"),
        ("2023-03-22T23:00:00Z", "2023-03-30"),  # midnight has passed in Denmark, and an hour is to be lost
        ("2023-03-26T22:00:00Z", "2023-04-03"),
        ("2023-10-25T21:59:59Z", "2023-11-01"),
        ("2023-10-25T22:00:00Z", "2023-11-02"),  # and an hour is to be gained
        ("2023-10-29T00:30:00Z", "2023-11-05"),  # half past two for the first time
        ("2023-10-29T01:30:00Z", "2023-11-05"),  # and for the second
        ("2023-12-24T23:30:00Z", "2024-01-01"),
        ("2024-02-22T12:00:00Z", "2024-02-29"),
        ("2024-02-23T12:00:00Z", "2024-03-01"),
        ("2023-02-22T12:00:00Z", "2023-03-01"),
    ],
)
def test_seven_days_notice_are_seven_danish_days_r48_r21(world, registered_at, earliest):
    world.registered(CLINIC)
    world.at(registered_at)
    too_early = (datetime.fromisoformat(earliest) - timedelta(days=1)).date().isoformat()
    assert world.sor(CLINIC.place, version=2, to_date=too_early).reasons == ["closure-too-early"]
    assert world.sor(CLINIC.place, version=3, to_date=earliest).forwards().one["closesOn"] == earliest


@pytest.mark.parametrize(
    ("last_day", "registered_at", "days_late"),
    [
        ("2023-03-20", "2023-04-02T21:59:59Z", 0),  # 13 days, one of them of 23 hours
        ("2023-03-20", "2023-04-03T21:59:59Z", 0),
        ("2023-03-20", "2023-04-03T22:00:00Z", 1),
        ("2023-10-20", "2023-11-03T22:59:59Z", 0),
        ("2023-10-20", "2023-11-03T23:00:00Z", 1),
        ("2023-12-20", "2024-01-03T23:00:00Z", 1),
        ("2024-02-20", "2024-03-05T22:59:59Z", 0),
        ("2024-02-20", "2024-03-05T23:00:00Z", 1),
        ("2023-02-20", "2023-03-06T23:00:00Z", 1),
    ],
)
def test_days_late_are_danish_days_r48_r27(world, last_day, registered_at, days_late):
    world.registered(CLINIC)
    world.at(registered_at).sor(CLINIC.place, to_date=last_day, channel="sor-office")
    assert (world.deregistrations().one["daysLate"], world.deregistrations().one["backdated"]) == (days_late, True)


def test_the_hour_that_comes_twice_fires_nothing_twice_r48(world):
    """R48: on 29 October 2023 02:00–03:00 passes twice; three orders of records in it, one closure behind them."""
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-10-28")
    for moment in ("2023-10-28T21:59:59Z", "2023-10-29T00:30Z", "2023-10-29T01:15Z", "2023-10-29T00:45Z"):
        world.at(moment).sor(CLINIC.owner, telephone=moment[-6:])
    assert world.deregistrations().one.time == instant("2023-10-28T22:00Z")


@pytest.mark.parametrize(("last_day", "midnight"), MIDNIGHTS)
def test_a_clock_that_goes_back_an_hour_over_midnight_fires_nothing_twice_r48(world, last_day, midnight):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date=last_day)
    at = instant(midnight)
    world.at(at - timedelta(seconds=1)).sor(CLINIC.owner, telephone="1")
    assert world.deregistrations() == []
    for minutes in (30, -30, 10, -50, 60):
        world.at(at + timedelta(minutes=minutes)).sor(CLINIC.owner, telephone=str(minutes))
    assert world.deregistrations().one.time == at


def test_a_clock_a_week_ahead_and_back_again_fires_nothing_early_on_its_return_r48(world):
    """R48: a record from next week brings next week's days; what is announced after it waits for its own."""
    other = private_clinic(1100)
    world.registered(CLINIC)
    world.registered(other)
    world.at("2023-05-10 10:00").sor(CLINIC.place, to_date="2023-05-20", channel="sor-office")
    jumped = world.at("2023-05-22 10:00").sor(other.owner, telephone="1")
    assert jumped.deregistrations(CLINIC.place).one.time == instant("2023-05-21")
    back = world.at("2023-05-15 10:00").sor(other.place, to_date="2023-05-18", channel="sor-office")
    assert back.forwards(other.place).one["closesOn"] == "2023-05-18"
    assert back.deregistrations() == []
    assert world.until("2023-05-18 23:59:59") == []
    assert world.until("2023-05-19").deregistrations(other.place).one.time == instant("2023-05-19")


def test_an_undo_that_comes_after_the_clock_went_back_is_heeded_if_nothing_had_fired_r48_r24(world):
    world.registered(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.place, to_date="2023-05-20")
    world.at("2023-05-19 10:00").sor(CLINIC.owner, telephone="1")
    world.at("2023-05-19 09:00").sor(CLINIC.place, to_date=None)
    world.until("2024-01-01")
    assert world.deregistrations() == []
    assert world.dead_letters() == []


STEPS = st.sampled_from([timedelta(hours=-1), timedelta(minutes=20), timedelta(days=1), timedelta(days=7)])
BEGIN = datetime(2023, 3, 20, 8, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    jumps=st.lists(st.tuples(STEPS, st.integers(0, 2), st.sampled_from(["edit", "close"])), max_size=25),
    restart_at=st.integers(0, 25),
)
def test_however_the_clock_jumps_each_closure_fires_once_and_never_early_r48_r25(jumps, restart_at):
    world, company = Scenario(), wide_owner(3)
    world.at(BEGIN).registered(company, *company.places)
    now, last_days = BEGIN, {}
    for position, (step, chosen, action) in enumerate(jumps):
        now += step
        place = company.places[chosen]
        ended = {each.key for each in world.deregistrations()}
        if position == restart_at:
            world.restart()
        if action == "close" and place.sor_id not in ended:
            last_day = (now + timedelta(days=3)).date().isoformat()
            if not world.at(now).sor(place, to_date=last_day, channel="sor-office").reasons:
                last_days[place.sor_id] = last_day
        else:
            world.at(now).sor(company.owner, telephone=str(position))
    world.until(BEGIN + timedelta(days=400))
    ended = world.deregistrations()
    assert {each.key: each["lastDay"] for each in ended} == last_days
    assert len(ended) == len(last_days), "once"
    for each in ended:
        assert each.time >= instant(each["effectiveAt"]), "never early"
