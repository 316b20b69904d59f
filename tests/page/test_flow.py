"""What was sent is counted by hour and by Danish day, in bounded memory."""

from datetime import UTC, date, datetime, timedelta

from page.fed import read_side
from support.trees import private_clinic
from workers.operations.flow import MOST_LISTED, Flow

FORWARDED = "dk.bsr.registration.forwarded.v1"


def ms(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_a_day_begins_at_danish_midnight_r48():
    flow = Flow()
    flow.sent(FORWARDED, ms("2023-06-30T21:59:59+00:00"))
    flow.sent(FORWARDED, ms("2023-06-30T22:00:00+00:00"))
    found = dict(flow.by_day(date(2023, 7, 1), 2))
    assert {day: sent[FORWARDED] for day, sent in found.items()} == {date(2023, 6, 30): 1, date(2023, 7, 1): 1}


def test_the_last_hours_end_with_the_present_one():
    flow = Flow()
    flow.sent(FORWARDED, ms("2023-06-30T10:30:00+00:00"))
    hours = flow.by_hour(datetime(2023, 6, 30, 11, 59, tzinfo=UTC), 2)
    assert [(begins.hour, sent[FORWARDED]) for begins, sent in hours] == [(10, 1), (11, 0)]


def test_old_hours_are_forgotten_and_their_days_are_not():
    flow, start = Flow(), datetime(2023, 1, 1, tzinfo=UTC)
    for hour in range(24 * 60):
        flow.sent(FORWARDED, int((start + timedelta(hours=hour)).timestamp() * 1000))
    assert len(flow._hours) <= 14 * 24 + 1
    assert flow.total()[FORWARDED] == 24 * 60


def test_what_was_done_today_is_told_with_its_cause_and_how_late_it_was_told_r27(world):
    tree = private_clinic()
    world.registered(tree)
    world.at("2023-05-01 10:00").sor(tree.place, to_date="2023-04-01", channel="sor-office")
    (done,) = read_side(world).flow.done_on(date(2023, 5, 1))
    assert (done.sor_id, done.what, done.why, done.last_day, done.days_late) == (
        tree.place.sor_id,
        "deregistered",
        "closure",
        date(2023, 4, 1),
        16,
    )


def test_of_a_day_with_many_closures_the_latest_are_listed_and_all_counted():
    flow, at = Flow(), ms("2023-06-01T08:00:00+00:00")
    for number in range(5000):
        data = {"sorId": str(number), "cause": "closure", "lastDay": "2023-05-31", "daysLate": 0}
        flow.done("dk.bsr.deregistration.effective.v1", at + number, data)
    assert flow.count_done(date(2023, 6, 1)) == 5000
    assert [each.sor_id for each in flow.done_on(date(2023, 6, 1))][:2] == ["4999", "4998"]
    assert len(flow.done_on(date(2023, 6, 1))) == MOST_LISTED
