"""Danish civil dates and UTC instants (R48)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contracts.danish_time import danish_date, effective_after, start_of_day
from support.scenario import instant
from support.trees import private_clinic, private_hospital

CLINIC = private_clinic()
LAST_DAYS = [
    ("2023-03-24", "2023-03-24T23:00:00Z"),
    ("2023-03-25", "2023-03-25T23:00:00Z"),  # into the night that loses an hour
    ("2023-03-26", "2023-03-26T22:00:00Z"),  # out of it
    ("2023-10-28", "2023-10-28T22:00:00Z"),  # into the night that gains one
    ("2023-10-29", "2023-10-29T23:00:00Z"),  # out of it
    ("2023-12-31", "2023-12-31T23:00:00Z"),
    ("2024-02-28", "2024-02-28T23:00:00Z"),
    ("2024-02-29", "2024-02-29T23:00:00Z"),
    ("2024-06-30", "2024-06-30T22:00:00Z"),
]


@pytest.mark.parametrize(("last_day", "effective_at"), LAST_DAYS)
def test_every_kind_of_night_has_its_midnight_r48_r25(world, last_day, effective_at):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date=last_day)
    just_before = datetime.fromisoformat(effective_at).timestamp() - 1
    assert world.until(datetime.fromtimestamp(just_before, UTC)) == []
    ended = world.until(effective_at).deregistrations().one
    assert (ended["effectiveAt"], ended["lastDay"]) == (effective_at, last_day)


def test_the_last_of_december_belongs_to_the_old_fee_year_r48_r31(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-12-31")
    assert world.until("2024-01-01").not_due().one["feeYear"] == 2023


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2023-13-01", "20230520", "2023-5-20", "2023-05-20T00:00:00Z", "20-05-2023", "", 20230520]
)
def test_a_date_that_is_none_breaks_the_contract_r48(world, text):
    world.registered(CLINIC)
    assert world.sor(CLINIC.place, to_date=text).reasons == ["contract-violation"]


def test_the_29th_of_february_is_a_date_in_a_leap_year_r48(world):
    world.registered(CLINIC)
    assert world.sor(CLINIC.place, to_date="2024-02-29").forwards().one["closesOn"] == "2024-02-29"


def test_an_instant_without_a_zone_breaks_the_contract_r48(world):
    assert world.sor(CLINIC.owner, registered_at="2023-01-02T09:00:00").reasons == ["contract-violation"]


def test_the_danish_day_begins_before_the_utc_day_r48():
    assert danish_date(datetime(2023, 5, 1, 22, 30, tzinfo=UTC)) == date(2023, 5, 2)
    assert start_of_day(date(2023, 5, 2)) == datetime(2023, 5, 1, 22, tzinfo=UTC)
    assert effective_after(date(2023, 12, 31)) == datetime(2023, 12, 31, 23, tzinfo=UTC)


def test_a_registration_shortly_after_a_danish_midnight_counts_as_the_new_day_r48_r27(world):
    world.registered(CLINIC)
    world.at("2023-05-02 00:30").sor(CLINIC.place, to_date="2023-05-01", channel="sor-office")
    assert world.deregistrations().one["backdated"] is True


def test_a_clock_that_jumps_back_undoes_and_repeats_nothing_r48(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    world.until("2023-06-01")
    sent = world.at("2023-05-01 10:00").sor(CLINIC.owner, telephone="1")
    assert sent == []
    assert world.until("2024-01-01") == []
    assert len(world.deregistrations()) == 1


def test_a_clock_that_jumps_back_does_not_reopen_what_is_closed_r48_r7(world):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    world.until("2023-06-01")
    assert world.at("2023-05-01 10:00").sor(CLINIC.place, to_date=None).reasons == ["undo-after-effect"]


def test_a_clock_that_jumps_ahead_lets_every_day_on_the_way_come_on_its_own_instant_r48_r26(world):
    other = private_clinic(1100)
    world.registered(CLINIC)
    world.registered(other)
    world.sor(CLINIC.place, to_date="2023-05-20")
    world.sor(other.place, to_date="2023-03-20")
    ended = world.at("2030-01-01").sor(CLINIC.owner, telephone="1").deregistrations()
    assert [each.time for each in ended] == [instant("2023-03-21"), instant("2023-05-21")]


def test_closures_found_overdue_together_after_a_jump_come_oldest_first_r48_r26(world):
    hospital = private_hospital()
    first, second = hospital.departments
    world.at("2023-12-01").registered(hospital, first, second)
    world.at("2023-05-01 10:00").sor(first, to_date="2023-07-31")
    world.sor(second, to_date="2023-06-30")
    ended = world.until("2023-12-01").deregistrations()
    assert ended.values("lastDay") == ["2023-06-30", "2023-07-31"]
    assert [each.key for each in ended] == [second.sor_id, first.sor_id]
