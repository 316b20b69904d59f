"""What lies no more than a day back is counted by the hour, whatever a sender's clock says."""

from datetime import UTC, datetime, timedelta

from contracts.topics import Topic
from workers.operations.last_day import LastDay
from workers.operations.sightings import Sightings

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def ms(at):
    return int(at.timestamp() * 1000)


def test_the_last_24_hours_count_with_the_present_one():
    last_day = LastDay()
    for hours in range(-3, 200):
        last_day.seen("a" if hours < 2 else "b", ms(NOW - timedelta(hours=hours)))
    assert last_day.at(NOW) == {"a": 2, "b": 22}


def test_what_is_old_is_forgotten_in_whatever_order_it_comes():
    last_day = LastDay()
    for hours in (*range(1000), *range(1000, 0, -1)):
        last_day.seen("a", ms(NOW - timedelta(hours=hours)))
    assert last_day.at(NOW) == {"a": 1 + 2 * 23}
    assert last_day.at(NOW - timedelta(days=5)) == {}


def test_a_dead_letter_that_is_not_ours_is_not_counted():
    sightings = Sightings()
    for topic, reason in (
        (b"stps.notices.v1", b"wrong-key"),
        (b"stps.notices.v1", b"hans@example.dk"),
        (b"elsewhere", b"wrong-key"),
    ):
        sightings.refused({"__connect.errors.topic": topic, "dlq.reason": reason}, ms(NOW))
    sightings.refused({}, ms(NOW))
    assert sightings.refused_of(Topic.NOTICES.value, NOW) == {"wrong-key": 1}
    assert sightings.refused_of("elsewhere", NOW) == {}
