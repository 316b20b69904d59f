"""When a partition counts as stuck, and what the operator is told (anchors: alive but stuck)."""

from __future__ import annotations

import pytest

from workers.app.watch import NOT_PROGRESSING_SECONDS, NOT_TURNING_SECONDS, OPEN_TRANSACTION_SECONDS, Watch

START = 1000.0


@pytest.fixture
def watch():
    watch = Watch()
    watch.assigned([0, 1], START)
    return watch


def stuck(watch, now):
    return [(each.reason, each.partition) for each in watch.stuck(now)]


def test_who_gives_signs_of_life_is_not_stuck(watch):
    for partition in (0, 1):
        watch.turned(partition, START + NOT_PROGRESSING_SECONDS)
        watch.progressed(partition, START + NOT_PROGRESSING_SECONDS)
    assert stuck(watch, START + NOT_PROGRESSING_SECONDS + 1) == []


def test_a_loop_that_does_not_come_round_is_named(watch):
    now = START + NOT_TURNING_SECONDS
    watch.turned(0, now)
    assert stuck(watch, now) == []
    assert stuck(watch, now + 1) == [("not-turning", 1)]


def test_a_loop_that_comes_round_for_nothing_is_named(watch):
    """A record that fails every turn: the partition is opened, fails, is opened again, and lives."""
    now = START
    while now <= START + NOT_PROGRESSING_SECONDS:
        now += 10
        watch.failed(0, now)
        watch.restoring(0, now)
        watch.turned(0, now)
        watch.turned(1, now)
        watch.progressed(1, now)
    assert stuck(watch, now) == [("not-progressing", 0)]
    watch.progressed(0, now)
    assert stuck(watch, now) == []


def test_a_first_restore_may_take_as_long_as_it_needs(watch):
    now = START
    for _ in range(100):
        now += 10
        for partition in (0, 1):
            watch.restoring(partition, now)
    assert stuck(watch, now) == []


def test_after_progress_a_restore_counts_as_progress_again(watch):
    watch.failed(0, START)
    watch.progressed(0, START)
    watch.restoring(0, START + NOT_PROGRESSING_SECONDS)
    watch.turned(0, START + NOT_PROGRESSING_SECONDS + 1)
    assert ("not-progressing", 0) not in stuck(watch, START + NOT_PROGRESSING_SECONDS + 1)


@pytest.mark.parametrize(("later", "named"), [(10, True), (11, False)])
def test_a_transaction_that_stays_open_at_its_offset_is_named(watch, later, named):
    """One after the other at other offsets are many short ones, as every worker has them."""
    watch.open_transactions({("bsr.registrations.v1", 3): 10}, START)
    watch.open_transactions({("bsr.registrations.v1", 3): later}, START + OPEN_TRANSACTION_SECONDS)
    found = [each for each in watch.stuck(START + OPEN_TRANSACTION_SECONDS + 1) if each.reason == "open-transaction"]
    assert bool(found) == named
    if named:
        assert found[0].says.startswith("bsr.registrations.v1[3] at 10, for 31 s: a transaction is open")


def test_one_that_ended_is_forgotten(watch):
    watch.open_transactions({("bsr.registrations.v1", 3): 10}, START)
    watch.open_transactions({}, START + 5)
    assert stuck(watch, START + OPEN_TRANSACTION_SECONDS + 6) == []


def test_other_partitions_are_watched_after_an_assignment(watch):
    watch.assigned([2], START + NOT_PROGRESSING_SECONDS)
    assert watch.partitions == {2}
    assert stuck(watch, START + NOT_PROGRESSING_SECONDS + 1) == []
