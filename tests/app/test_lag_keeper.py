"""Lag as Prometheus is shown it: of our own partitions, none where there is none to speak of, and whether it moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.telemetry.catalogue import REGISTRY, forget_partition
from workers.app.lag_keeper import ShownLag
from workers.operations.lag import Lag, PartitionLag
from workers.operations.movement import WINDOW, Movement

START = datetime(2026, 11, 22, 3, tzinfo=UTC)
TOPIC = "sor.entity-changes.v1"
OURS, THEIRS = 71, 72


@pytest.fixture
def shown_lag():
    yield ShownLag(lambda: {OURS})
    forget_partition(OURS)


def look(at, position, end, commits, *, partition=OURS):
    waiting = end - position if position is not None else None
    source = "group" if position is not None else None
    oldest = START - timedelta(seconds=30)
    each = PartitionLag(TOPIC, partition, 0, end, position, source, waiting, oldest_at=oldest if waiting else None)
    return Lag(at, (each,), {}, {}, {partition: commits})


def shown(name, partition=OURS, **labels):
    return REGISTRY.get_sample_value(name, {"topic": TOPIC, "partition": str(partition), **labels})


def states():
    return {each for each in Movement if shown("sorbro_consumergroup_state", state=each.value.lower())}


def test_lag_is_shown_in_records_and_in_time(shown_lag):
    shown_lag.show(look(START, 4, 9, 1))
    assert shown("sorbro_consumergroup_lag") == 5
    assert shown("sorbro_oldest_unprocessed_age_seconds") == 30
    assert REGISTRY.get_sample_value("sorbro_lag_timestamp_seconds") == START.timestamp()
    shown_lag.show(look(START + timedelta(seconds=15), 9, 9, 2))
    assert shown("sorbro_consumergroup_lag") == shown("sorbro_oldest_unprocessed_age_seconds") == 0


def test_where_nothing_has_been_committed_there_is_no_lag_to_speak_of(shown_lag):
    shown_lag.show(look(START, None, 9, 0))
    assert shown("sorbro_consumergroup_lag") is None
    assert states() == {Movement.NONE}


def test_a_partition_that_stands_still_is_shown_so_after_the_whole_window(shown_lag):
    for step in range(3):
        shown_lag.show(look(START + step * WINDOW / 2, 4, 9, 7))
    assert states() == {Movement.STOP}


def test_a_partition_of_another_worker_is_shown_by_that_one(shown_lag):
    shown_lag.show(look(START, 4, 9, 1, partition=THEIRS))
    assert shown("sorbro_consumergroup_lag", THEIRS) is None
