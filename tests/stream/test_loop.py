"""The loop's own logic, over a log in memory: the order of its steps, and when days may come (design.md)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby

import pytest

from adapters.clock import SettableClock, SystemClock
from adapters.kafka.port import LogError
from contracts.records import OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.memory_log import GROUP, Partition
from support.scenario import Scenario
from support.trees import private_clinic
from support.work import Counting, partition_with, work
from workers.stream.loop import FloodError, PartitionLoop

CLINIC = private_clinic()


def story() -> Scenario:
    world = Scenario()
    world.at("2023-03-01 10:00").registered(CLINIC)
    world.at("2023-03-02 10:00").sor(CLINIC.place, to_date="2023-03-20")
    return world


def ids(outputs: Iterable[OutputRecord]) -> dict[str, list[bytes]]:
    """What was sent on each topic, in its order."""
    by_topic = defaultdict(list)
    for each in outputs:
        by_topic[str(each.topic)].append(dict(each.headers)["ce_id"])
    return by_topic


def types(partition: Partition) -> list[str]:
    return [dict(each.headers).get("ce_type", b"dead letter").decode() for each in partition.sent()]


async def test_an_undo_that_was_written_in_time_is_heeded_however_late_it_is_seen_r24_r25():
    """The undo lies on the topic three hours before midnight; a restart first sees the next morning's record."""
    world = story()
    world.at("2023-03-20 21:00").sor(CLINIC.place, to_date=None)
    world.at("2023-03-21 09:00").self_registers(CLINIC.place, category="4")
    partition = partition_with(world)
    partition.slow[Topic.ENTITY_CHANGES] = partition.log(Topic.ENTITY_CHANGES).end - 1
    await work(partition)
    assert "dk.bsr.deregistration.effective.v1" not in types(partition)
    assert "dead letter" not in types(partition)


async def test_a_day_comes_by_the_clock_alone_once_the_inputs_are_read_r25_r26():
    partition = partition_with(story())
    clock = SettableClock(datetime(2023, 3, 20, 22, 59, tzinfo=UTC))
    await work(partition, clock=clock)
    assert "dk.bsr.deregistration.effective.v1" not in types(partition), "one minute early"
    clock.set(datetime(2023, 3, 20, 23, tzinfo=UTC))
    await work(partition, clock=clock)
    assert types(partition).count("dk.bsr.deregistration.effective.v1") == 1
    await work(partition, clock=clock)
    assert types(partition).count("dk.bsr.deregistration.effective.v1") == 1


@pytest.mark.parametrize("step", ["fence", "changelog", "poll", "ends", "begin", "send", "produce", "send offsets"])
async def test_a_failure_at_any_step_before_the_commit_leaves_nothing_and_is_done_again(step):
    world = story()
    world.until("2026-01-01")
    partition = partition_with(world)
    partition.fail_at[step] = 2
    await work(partition)
    assert ids(partition.sent()) == ids(each.record for each in world.outputs)


async def test_a_commit_whose_answer_is_lost_is_found_out_from_the_log():
    world = story()
    world.until("2026-01-01")
    partition = partition_with(world)
    partition.fail_at["after commit"] = 2
    await work(partition)
    assert ids(partition.sent()) == ids(each.record for each in world.outputs)


def writing(partition: Partition) -> list[str]:
    """The steps of the first transaction and what follows, repeated ones once."""
    steps = [step for step in partition.steps if step not in {"poll", "ends"}]
    return [step for step, _ in groupby(steps[steps.index("send") :])]


async def test_a_group_whose_offsets_have_expired_goes_on_from_its_own_progress():
    world, clock = story(), SettableClock(datetime(2023, 3, 10, tzinfo=UTC))
    partition = partition_with(world)
    await work(partition, clock=clock)
    partition.broker.forget_group(GROUP)
    world.at("2023-03-10 10:00").self_registers(CLINIC.place, category="4")
    partition.receive(world.records[-1])
    await work(partition, clock=clock)
    assert ids(partition.sent()) == ids(each.record for each in world.outputs)


async def test_everything_is_acknowledged_before_the_commit():
    partition = partition_with(story())
    await work(partition)
    assert writing(partition)[:4] == ["send", "produce", "send offsets", "commit"]


async def test_without_transactions_the_outputs_are_safe_before_the_progress_that_speaks_of_them():
    partition = partition_with(story())
    await work(partition, transactional=False)
    assert writing(partition)[:4] == ["send", "produce", "send", "produce"]


async def test_nothing_of_a_world_that_failed_is_shown_while_the_loop_waits_to_open_again():
    """A turn brings the world's agenda and yearly runs on before it is committed; it may be thrown away after that."""
    partition = partition_with(story())
    partition.fail_at["commit"] = 1
    reporter = Counting(SystemClock())
    loop = PartitionLoop(0, partition.new_log, SystemClock(), TariffTable.load(), reporter, flood_limit=100)
    running = asyncio.create_task(loop.run())
    await asyncio.sleep(0.05)  # of the virtual seconds; the loop waits twice as long
    assert partition.steps[-1] == "commit"
    assert loop.world is None
    loop.stop()
    await running


async def test_changed_partition_counts_are_refused_for_good():
    partition = partition_with(story())
    await work(partition)
    partition.broker.counts = dict.fromkeys(partition.broker.counts, 8)
    with pytest.raises(LogError, match="partitions"):
        await work(partition)


async def test_a_flood_stops_the_loop_and_the_next_start_goes_on():
    world = Scenario()
    for number in range(25):
        world.send(Topic.ENTITY_CHANGES, b"flood %d" % number, key="1")
    partition = partition_with(world)
    for _ in range(2):
        with pytest.raises(FloodError, match="10 bad records in a row"):
            await work(partition, flood_limit=10)
    await work(partition, flood_limit=10)
    assert [each.value for each in partition.sent()] == [b"flood %d" % number for number in range(25)]
