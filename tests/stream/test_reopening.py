"""What a partition holds on to, and what it lets go of, when it is opened again (design.md)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from adapters.clock import SettableClock, SystemClock
from contracts.tariffs import TariffTable
from support.memory_log import MemoryLog
from support.scenario import Scenario
from support.trees import private_clinic
from support.work import broker_with, ids, publish, work
from workers.app.reporter import LogAndMetrics
from workers.stream.loop import PartitionLoop

CLINIC = private_clinic()


def story() -> Scenario:
    world = Scenario()
    world.at("2023-03-01 10:00").registered(CLINIC)
    return world


class Closing(LogAndMetrics):
    """Lets a test wait until the partition is closed, or has brought something home."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.is_closed = asyncio.Event()
        self.has_committed = asyncio.Event()
        self.turns = 0

    def turned(self, partition):
        self.turns += 1

    def committed(self, partition, turn, took):
        self.has_committed.set()

    def closed(self, partition):
        self.is_closed.set()


class Failing(LogAndMetrics):
    """Lets a test wait until opening has failed twice."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.error: BaseException | None = None
        self.has_failed_twice = asyncio.Event()

    def failed(self, partition, error):
        if self.error is not None:
            self.has_failed_twice.set()
        self.error = error


async def test_nothing_of_a_turn_that_failed_is_shown_while_the_loop_waits_to_open_again(monkeypatch):
    """A turn moves the world's agenda and yearly runs on before it is committed; then it may be thrown away."""
    monkeypatch.setattr("workers.stream.loop._REOPEN_SECONDS", (3600.0,))
    broker, reporter = broker_with(story()), Closing()
    broker.fail_at["commit"] = 1
    loop = PartitionLoop(0, lambda: MemoryLog(broker), SystemClock(), TariffTable.load(), reporter, flood_limit=100)
    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(60):
        await reporter.is_closed.wait()
    assert loop.world is None
    running.cancel()
    await asyncio.wait({running})


async def test_a_group_whose_offsets_have_expired_goes_on_from_its_own_progress():
    world, clock = story(), SettableClock(datetime(2023, 3, 10, tzinfo=UTC))
    broker = broker_with(world)
    await work(broker, clock=clock)
    broker.offsets.clear()
    world.at("2023-03-10 10:00").self_registers(CLINIC.place, category="4")
    publish(broker, world)
    await work(broker, clock=clock)
    assert ids(broker) == [each.headers["ce_id"] for each in world.outputs]


async def test_a_cancellation_that_a_client_hands_on_does_not_end_the_loop():
    """The client library cancels tasks of its own; the partition would be gone without a word."""
    broker = broker_with(story())
    broker.fail_at["poll"], broker.fails_with = 1, asyncio.CancelledError
    await work(broker)
    assert broker.steps.count("fence") == 2
    assert broker.sent()


async def test_with_the_state_alone_lost_the_partition_stays_closed_and_says_what_to_do():
    """The group's offsets are ahead then: reading on would lose what lies before them."""
    broker, reporter = broker_with(story()), Failing()
    await work(broker)
    broker.lose_state()
    loop = PartitionLoop(0, lambda: MemoryLog(broker), SystemClock(), TariffTable.load(), reporter, flood_limit=100)
    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(60):
        await reporter.has_failed_twice.wait()
    loop.stop()
    await running
    assert "State lost" in str(reporter.error)


async def test_with_the_groups_offsets_deleted_too_everything_is_worked_out_anew_under_the_same_ids():
    broker = broker_with(story())
    await work(broker)
    sent = ids(broker)
    broker.lose_state()
    broker.offsets.clear()
    await work(broker)
    assert ids(broker) == [*sent, *sent]


async def test_after_a_failure_it_opens_again_only_what_the_group_says_is_ours(monkeypatch):
    """Cut off from the group it does not hear that another has the partition; opening would shut that one out."""
    monkeypatch.setattr("workers.stream.loop._REOPEN_SECONDS", (0.0,))
    broker, reporter = broker_with(story()), Closing()
    broker.fail_at["commit"] = 1
    fenced_when_asked: list[int] = []
    turns_when_asked: list[int] = []

    async def is_ours() -> bool:
        fenced_when_asked.append(broker.steps.count("fence"))
        turns_when_asked.append(reporter.turns)
        return len(fenced_when_asked) == 3

    loop = PartitionLoop(
        0,
        lambda: MemoryLog(broker),
        SystemClock(),
        TariffTable.load(),
        reporter,
        flood_limit=100,
        is_ours=is_ours,
    )
    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(60):
        await reporter.has_committed.wait()
    loop.stop()
    await running
    assert fenced_when_asked == [1, 1, 1]
    first = turns_when_asked[0]
    assert turns_when_asked == [first, first + 1, first + 2], "who waits is alive, and no worker to kill"
    assert broker.steps.count("fence") == 2
