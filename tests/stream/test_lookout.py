"""A client that stops reading without a word (Quix #1124): noticed, and replaced."""

from __future__ import annotations

import pytest

from contracts.topics import Topic
from support.memory_log import MemoryLog
from support.scenario import Scenario
from support.trees import private_clinic
from support.work import broker_with, publish, types, work
from workers.stream.lookout import EVERY_SECONDS, STILL_SECONDS, Lookout

A, B = "a", "b"


def see(lookout, now, position, *, wanted=(A, B)):
    return lookout.sees_all_read({A: 9, B: 5}, {A: position, B: 5}, wanted, now)


def test_it_looks_every_ten_seconds():
    lookout = Lookout(100.0)
    assert not lookout.is_due(100 + EVERY_SECONDS - 1)
    assert lookout.is_due(100 + EVERY_SECONDS)
    see(lookout, 110.0, 9)
    assert not lookout.is_due(111.0)


def test_all_is_read_when_every_topic_is_at_its_end():
    lookout = Lookout(0.0)
    assert not see(lookout, 10.0, 8)
    assert see(lookout, 20.0, 9)


def test_a_topic_that_does_not_move_though_there_is_more_is_an_error():
    lookout = Lookout(0.0)
    see(lookout, 10.0, 3)
    see(lookout, 10 + STILL_SECONDS - 1, 3)
    with pytest.raises(TimeoutError, match="reading a stands still at 3 of 9"):
        see(lookout, 10 + STILL_SECONDS, 3)


def test_one_that_moves_slowly_or_is_not_read_just_now_is_none():
    lookout = Lookout(0.0)
    see(lookout, 10.0, 3)
    see(lookout, 30.0, 4)
    see(lookout, 50.0, 4, wanted=(B,))
    see(lookout, 70.0, 4)
    see(lookout, 90.0, 5)


async def test_a_partition_whose_client_has_stalled_is_opened_again(monkeypatch):
    monkeypatch.setattr("workers.stream.lookout.EVERY_SECONDS", 0.01)
    monkeypatch.setattr("workers.stream.lookout.STILL_SECONDS", 0.05)
    poll, first = MemoryLog.poll, []

    async def stalls(self, topics, max_records, seconds):
        first.append(self)
        if self is first[0]:
            topics = [topic for topic in topics if topic != Topic.SELF_REGISTRATIONS]
        return await poll(self, topics, max_records, seconds)

    monkeypatch.setattr(MemoryLog, "poll", stalls)
    world = Scenario().at("2023-03-01 10:00")
    world.registered(private_clinic())
    broker = broker_with(world)
    await work(broker)
    assert "dk.stps.invoice.triggered.v1" in types(broker)
    assert len(set(first)) == 2


async def test_a_partition_with_nothing_left_to_do_says_so_and_one_with_a_day_overdue_does_not(monkeypatch):
    """Nothing to commit is not the same as not getting on."""
    monkeypatch.setattr("workers.stream.lookout.EVERY_SECONDS", 0.0)
    told = []
    monkeypatch.setattr("workers.app.reporter.LogAndMetrics.caught_up", lambda _, partition: told.append(partition))
    world = Scenario().at("2023-03-01 10:00")
    world.registered(private_clinic())
    broker = broker_with(world)
    await work(broker)
    assert told
    monkeypatch.setattr("workers.stream.loop.PartitionLoop._let_days_come", nobody_wakes)
    world.at("2023-03-02 10:00").sor(private_clinic().place, to_date="2023-03-20")
    publish(broker, world)
    told.clear()
    await work(broker)
    assert not told


async def nobody_wakes(loop, seat, turn, until):
    return True
