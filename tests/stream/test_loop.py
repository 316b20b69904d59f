"""The loop's own logic, over a log in memory: the order of its steps, and when days may come (design.md)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from adapters.clock import SettableClock
from adapters.kafka.port import LogError
from contracts.cvr_facts import NotFoundFact
from contracts.topics import Topic
from support.memory_log import MemoryLog
from support.scenario import Scenario
from support.trees import private_clinic
from support.work import broker_with, ids, types, work, working
from workers.enrichment.answers import answer_record
from workers.stream.loop import FloodError

CLINIC = private_clinic()


def story() -> Scenario:
    world = Scenario()
    world.at("2023-03-01 10:00").registered(CLINIC)
    world.at("2023-03-02 10:00").sor(CLINIC.place, to_date="2023-03-20")
    return world


async def test_an_undo_that_was_written_in_time_is_heeded_however_late_it_is_seen_r24_r25():
    """The undo lies on the topic three hours before midnight; a restart first sees the next morning's record."""
    world = story()
    world.at("2023-03-20 21:00").sor(CLINIC.place, to_date=None)
    world.at("2023-03-21 09:00").self_registers(CLINIC.place, category="4")
    broker = broker_with(world)
    broker.slow[Topic.ENTITY_CHANGES] = len(broker.inputs[Topic.ENTITY_CHANGES]) - 1
    await work(broker)
    assert "dk.bsr.deregistration.effective.v1" not in types(broker)
    assert "dead letter" not in types(broker)


async def test_a_day_comes_by_the_clock_alone_once_the_inputs_are_read_r25_r26():
    broker = broker_with(story())
    clock = SettableClock(datetime(2023, 3, 20, 22, 59, tzinfo=UTC))
    await work(broker, clock=clock)
    assert "dk.bsr.deregistration.effective.v1" not in types(broker), "one minute early"
    clock.set(datetime(2023, 3, 20, 23, tzinfo=UTC))
    await work(broker, clock=clock)
    assert types(broker).count("dk.bsr.deregistration.effective.v1") == 1
    await work(broker, clock=clock)
    assert types(broker).count("dk.bsr.deregistration.effective.v1") == 1


@pytest.mark.parametrize("step", ["fence", "changelog", "poll", "ends", "begin", "send", "delivered", "send_offsets"])
async def test_a_failure_at_any_step_before_the_commit_leaves_nothing_and_is_done_again(step):
    world = story()
    world.until("2026-01-01")
    broker = broker_with(world)
    broker.fail_at[step] = 2
    await work(broker)
    assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]


async def test_a_commit_whose_answer_is_lost_is_found_out_from_the_log():
    world = story()
    world.until("2026-01-01")
    broker = broker_with(world)
    broker.fail_at["after commit"] = 2
    await work(broker)
    assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]


async def test_everything_is_acknowledged_before_the_commit():
    broker = broker_with(story())
    await work(broker)
    transaction = broker.steps[broker.steps.index("begin") :]
    steps = [step for step in transaction if step not in {"poll", "ends"}]
    assert steps[:7] == ["begin", "send", "send", "delivered", "send_offsets", "commit", "after commit"]


async def test_without_transactions_the_outputs_are_safe_before_the_progress_that_speaks_of_them():
    broker = broker_with(story())
    await work(broker, transactional=False)
    steps = [step for step in broker.steps[broker.steps.index("begin") :] if step not in {"poll", "ends"}]
    assert steps[:5] == ["begin", "send", "delivered", "send", "delivered"]


async def test_changed_partition_counts_are_refused_for_good():
    broker = broker_with(story())
    await work(broker)
    broker.counts = dict.fromkeys(broker.counts, 8)
    with pytest.raises(LogError, match="partitions"):
        await work(broker)


def flood(world, count):
    for number in range(count):
        world.send(Topic.ENTITY_CHANGES, b"flood %d" % number, key="1")


def letters(broker):
    return [each for each in broker.sent() if each.topic == Topic.DEAD_LETTERS]


async def test_a_flood_stops_the_loop_and_every_start_until_a_good_record_comes():
    """What keeps a worker running starts it again, and again: that must not drain the topic a hundred at a time."""
    world = Scenario()
    flood(world, 12)
    world.sor(CLINIC)
    flood(world, 9)
    broker = broker_with(world)
    for drained in (10, 11, 12):
        with pytest.raises(FloodError, match="10 bad records in a row"):
            await work(broker, flood_limit=10)
        assert len(letters(broker)) == drained
    await work(broker, flood_limit=10)
    assert len(letters(broker)) == 12 + 9


async def test_a_higher_limit_lets_a_flood_become_dead_letters():
    world = Scenario()
    flood(world, 25)
    broker = broker_with(world)
    with pytest.raises(FloodError):
        await work(broker, flood_limit=10)
    await work(broker, flood_limit=100)
    assert [each.value for each in broker.sent()] == [b"flood %d" % number for number in range(25)]


async def test_a_question_that_stays_open_is_asked_again_ever_more_seldom_r20(monkeypatch):
    """An agent may lose a question in a rebalance; nobody's record may stay pending for that."""
    monkeypatch.setattr("workers.stream.loop._ASK_AGAIN_SECONDS", (0.02, 0.1))
    loop, asked_at = asyncio.get_running_loop(), {}
    broker = broker_with(story())
    async with working(broker):
        while len(asked_at) < 5:
            await asyncio.sleep(0.001)
            asked_at.setdefault(len(questions(broker)), loop.time())
    assert {each.key for each in questions(broker)} == {CLINIC.owner.sor_id.encode()}
    assert list(asked_at)[-1] - list(asked_at)[-2] == 2, "its company and its production unit"
    assert asked_at.popitem()[1] - min(asked_at.values()) > 0.1


async def test_what_cvr_has_answered_is_not_asked_again_r20(monkeypatch):
    monkeypatch.setattr("workers.stream.loop._ASK_AGAIN_SECONDS", (0.001, 0.001))
    broker = broker_with(story())
    await work(broker)
    for number in (CLINIC.owner.first["cvr"], CLINIC.place.first["pNumber"]):
        answer = answer_record(CLINIC.owner.sor_id, number, NotFoundFact(number=number), datetime.now(UTC))
        broker.receive(answer.as_input())
    await work(broker)
    asked = len(questions(broker))
    await work(broker)
    assert len(questions(broker)) == asked


def questions(broker):
    return [each for each in broker.committed if each.topic == Topic.CVR_REQUESTS]


async def test_a_turn_that_takes_long_is_brought_home_before_it_takes_on_more(monkeypatch):
    world = story()
    for hour in range(10, 20):
        world.at(f"2023-03-02 {hour}:30").sor(CLINIC.place, telephone=str(hour))
    world.until("2023-04-01")
    transactions = []
    for seconds in (3600.0, 0.0):
        monkeypatch.setattr("workers.stream.loop._TURN_SECONDS", seconds)
        broker = broker_with(world)
        await work(broker)
        assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]
        transactions.append(len(broker.transactions))
    at_once, one_by_one = transactions
    assert at_once < 5
    assert one_by_one >= len(world.records)


async def test_a_day_that_waits_does_not_wait_for_records_that_may_never_come_r25(monkeypatch):
    """Reading waits a while for records; not where a day only wants to know that there are none."""
    broker, clock = broker_with(story()), SettableClock(datetime(2023, 3, 20, 22, 59, tzinfo=UTC))
    poll = MemoryLog.poll

    async def noting(self, topics, max_records, seconds):
        broker.steps += ["idle"] if seconds else []
        return await poll(self, topics, max_records, seconds)

    monkeypatch.setattr(MemoryLog, "poll", noting)
    async with working(broker, clock=clock) as under_way:
        await under_way.rest()
        midnight = len(broker.steps)
        clock.set(datetime(2023, 3, 20, 23, tzinfo=UTC))
        await under_way.rest()
    since = broker.steps[midnight:]
    assert "idle" not in since[: since.index("begin")], "another wait than the one that was under way"


async def test_a_long_changelog_is_written_part_by_part_r11(monkeypatch):
    monkeypatch.setattr("workers.stream.transaction._AT_ONCE", 2)
    broker = broker_with(story())
    await work(broker)
    in_one = broker.steps[broker.steps.index("begin") : broker.steps.index("delivered")]
    assert in_one.count("send") > 2


async def test_a_long_turn_leaves_the_heartbeats_room(monkeypatch):
    """Who decides for longer than a session without a breath is thrown out of the group, and never catches up."""
    world = story()
    for hour in range(10, 20):
        world.at(f"2023-03-02 {hour}:30").sor(CLINIC.place, telephone=str(hour))
    breathless = await _beats_while_deciding(world, monkeypatch, 3600)
    assert await _beats_while_deciding(world, monkeypatch, 0) >= breathless + len(world.records)


async def _beats_while_deciding(world, monkeypatch, breath_seconds: float) -> int:
    """How often others have their turn between the polls and the transactions."""
    monkeypatch.setattr("workers.stream.loop._BREATH_SECONDS", breath_seconds)
    broker = broker_with(world)

    async def beat() -> None:
        while True:
            broker.steps.append("beat")
            await asyncio.sleep(0)

    beating = asyncio.create_task(beat())
    await work(broker)
    beating.cancel()
    beats, count = 0, 0
    for step in broker.steps:
        if step == "begin":
            beats += count
        count = count + 1 if step == "beat" else 0
    return beats
