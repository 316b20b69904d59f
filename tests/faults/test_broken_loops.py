"""Tests of the tests: a loop that breaks the guarantee is caught on real Kafka; under the same faults ours is not."""

from __future__ import annotations

import signal
from contextlib import asynccontextmanager

import pytest

from contracts.topics import Topic
from faults.brokers import BrokerFaults
from faults.fleet import until
from faults.stage import Stage, settled, stage
from faults.verifier import Verdict
from support.findings import CLEAN

pytestmark = [pytest.mark.fire, pytest.mark.kafka, pytest.mark.usefixtures("kafka_possible"), pytest.mark.timeout(300)]

OURS = ""


@asynccontextmanager
async def one_broker(folder, workers: int = 1):
    async with stage(folder, 5, workers=workers, brokers=1, units=300, partitions=1) as scene:
        yield scene


async def at_work(scene: Stage, broken: str, failpoint: str = "", place: int = 1):
    worker = scene.worker(place, SORBRO_BROKEN=broken)
    scene.workers.append(worker)
    worker.start(failpoint)
    return worker


async def days(scene: Stage, count: int) -> None:
    """Tell days, each brought home before the next, so that there are as many transactions."""
    for _ in range(count):
        before = scene.observer.snapshot()
        await scene.tell_a_day()
        await until(lambda before=before: scene.observer.has_moved_since(before), 20)


async def judged(scene: Stage, broken: str) -> Verdict:
    """The verdict; ours must come out clean, and the broken one must not."""
    verdict = await settled(scene, rest_seconds=6)
    assert (str(verdict) == CLEAN) == (broken == OURS), list(verdict.shown())
    return verdict


@pytest.mark.parametrize("broken", ["commit_before_delivered", OURS])
async def test_a_commit_that_does_not_wait_for_what_was_sent(broken, tmp_path):
    async with one_broker(tmp_path) as scene:
        await at_work(scene, broken)
        await days(scene, 3)
        async with BrokerFaults.refusing(scene, Topic.REGISTRATIONS):
            before = scene.observer.snapshot()
            await scene.tell_a_day()
            # On a busy machine the broken one takes its time as well; ours moves nowhere as long as the refusals last.
            await until(lambda: scene.observer.has_moved_since(before), 8 if broken == OURS else 60)
        verdict = await judged(scene, broken)
    assert bool(verdict.lost) == (broken != OURS)


@pytest.mark.parametrize("broken", ["offsets_outside", OURS])
async def test_offsets_outside_the_transaction(broken, tmp_path):
    """It dies after the first of its two commits, several times: not every turn has something to lose."""
    async with one_broker(tmp_path) as scene:
        worker = await at_work(scene, broken)
        await days(scene, 2)
        worker.kill()
        for commit in (3, 5, 3):
            worker.start(f"after-commit:kill@{commit}")
            while not await until(lambda: not worker.is_alive, 2):
                await scene.tell_a_day()
        worker.start()
        verdict = await judged(scene, broken)
    assert bool(verdict.lost) == (broken != OURS)


@pytest.mark.parametrize("broken", ["producer_used_again", OURS])
async def test_a_producer_used_again_after_an_error(broken, tmp_path):
    """The commit went through, and its answer was lost."""
    async with one_broker(tmp_path) as scene:
        await at_work(scene, broken, "after-commit:fail@3")
        await days(scene, 6)
        verdict = await judged(scene, broken)
    assert bool(verdict.duplicated) == (broken != OURS)


@pytest.mark.parametrize("broken", ["adopt_before_commit", OURS])
async def test_state_adopted_before_the_commit(broken, tmp_path):
    """It fails on each of several days: a turn that took an answer of CVR alone has nothing to lose."""
    async with one_broker(tmp_path) as scene:
        worker = await at_work(scene, broken)
        await days(scene, 2)
        for _ in range(4):
            worker.arm("after-send-state:fail@1")
            await days(scene, 1)
        verdict = await judged(scene, broken)
    assert bool(verdict.lost) == (broken != OURS)


@pytest.mark.parametrize("broken", ["restore_nothing", OURS])
async def test_a_restore_that_reads_nothing(broken, tmp_path):
    async with one_broker(tmp_path) as scene:
        worker = await at_work(scene, broken)
        await days(scene, 8)
        worker.kill()
        worker.start()
        await days(scene, 8)
        await judged(scene, broken)


@pytest.mark.parametrize("broken", ["position_before_fence", OURS])
async def test_positions_read_before_the_predecessor_is_shut_out(broken, tmp_path):
    """The successor stands still when it has read the position, and the zombie commits once more."""
    async with one_broker(tmp_path, workers=2) as scene:
        zombie = await at_work(scene, broken)
        await days(scene, 3)
        zombie.arm("before-begin:stop@1")
        await scene.tell_a_day()
        assert await until(lambda: zombie.is_stopped, 30)
        successor = await at_work(scene, broken, "after-committed:stop@1", place=2)
        assert await until(lambda: successor.is_stopped, 60)
        before = scene.observer.snapshot()
        zombie.signal(signal.SIGCONT)
        await until(lambda: scene.observer.has_moved_since(before), 8)
        successor.signal(signal.SIGCONT)
        verdict = await judged(scene, broken)
    assert bool(verdict.duplicated) == (broken != OURS)
