"""Single misfortunes on a real broker, each told once and slowly; the campaign has them all at once."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from click import echo

from contracts.danish_time import start_of_day
from contracts.topics import Topic
from faults.brokers import forget
from faults.fleet import until
from faults.stage import Stage, settled, stage
from faults.verifier import verify
from faults.worker import SESSION_SECONDS

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("kafka_possible"), pytest.mark.timeout(300)]

CLEAN = "0 lost, 0 duplicated, 0 wrong, 0 out of order, 0 open transactions"


@asynccontextmanager
async def one_broker(folder, workers: int = 1):
    async with stage(folder, 7, workers=workers, brokers=1, units=300) as scene:
        for place in range(1, workers + 1):
            scene.workers.append(scene.worker(place))
            scene.workers[-1].start()
        yield scene


async def days(scene: Stage, count: int) -> None:
    """Tell days, each begun before the next."""
    for _ in range(count):
        before = scene.observer.snapshot()
        await scene.tell_a_day()
        assert await until(lambda before=before: scene.observer.has_moved_since(before, 1), 60)


async def assert_clean(scene: Stage) -> None:
    verdict = await settled(scene)
    assert str(verdict) == CLEAN, list(verdict.shown())


async def test_the_partitions_of_a_killed_worker_work_again_after_its_session_and_five_seconds(tmp_path):
    """Who dies takes no leave: the others learn of it when its session ends. How long it took is printed."""
    async with one_broker(tmp_path, workers=2) as scene:
        await days(scene, 4)
        victim = scene.workers[0]
        assert await until(victim.held, 60)
        held, before = await victim.held(), scene.observer.snapshot()
        victim.kill()
        died = time.monotonic()

        async def works_again() -> bool:
            await scene.tell_a_day()
            return all(scene.observer.commits[each] > before.get(each, 0) for each in held)

        assert await until(works_again, SESSION_SECONDS + 60, pause=0.2)
        echo(
            f"recovery: {time.monotonic() - died:.1f} s after the kill, of which the session takes {SESSION_SECONDS} s"
        )
        await assert_clean(scene)


async def test_what_falls_due_while_nobody_works_is_emitted_on_return_with_its_own_day_r26(tmp_path):
    async with one_broker(tmp_path) as scene:
        await days(scene, 12)
        await settled(scene)
        there = len(scene.topics.records[Topic.DEREGISTRATIONS, 0])
        scene.workers[0].kill()
        announced = scene.day
        await scene.announce(announced + timedelta(days=30))
        scene.day = announced + timedelta(days=30)
        scene.workers[0].start()
        assert await until(lambda: _all_open(scene), 60)
        opened = time.monotonic()
        await assert_clean(scene)
        took = time.monotonic() - opened
    late = [
        json.loads(each.value)
        for (topic, _), found in scene.topics.records.items()
        if topic == Topic.DEREGISTRATIONS
        for each in found[there:]
        if each.timestamp > start_of_day(announced)
    ]
    echo(f"outage: {len(late)} closures that fell due meanwhile were there {took:.1f} s after the return")
    assert late
    assert all(
        each["effectiveAt"] == _z(start_of_day_after(each["lastDay"])) for each in late if each["cause"] == "closure"
    )


async def test_a_full_disk_stops_nobody(tmp_path):
    """What the worker keeps on its own disk is its log: it cannot be written, and the work goes on."""
    async with one_broker(tmp_path) as scene:
        await days(scene, 3)
        scene.workers[0].fill_disk()
        size = scene.workers[0].log.stat().st_size
        await days(scene, 5)
        await assert_clean(scene)
        assert scene.workers[0].is_alive
        assert scene.workers[0].log.stat().st_size <= size + 4096


async def test_a_group_whose_offsets_have_expired_goes_on_from_its_progress(tmp_path):
    async with one_broker(tmp_path) as scene:
        await days(scene, 6)
        await settled(scene)
        await asyncio.to_thread(scene.workers[0].leave)
        await forget(scene.servers, "sorbro")
        scene.workers[0].start()
        await days(scene, 6)
        await assert_clean(scene)


async def test_a_clock_that_jumps_ahead_and_back_loses_and_doubles_nothing(tmp_path):
    """Days that a wrong clock let come are over: they do not come again when it is set right, or at a restart."""
    async with one_broker(tmp_path) as scene:
        await days(scene, 12)
        before = scene.observer.snapshot()
        wrong = scene.day + timedelta(days=20)
        await scene.announce(wrong)
        assert await until(lambda: scene.observer.has_moved_since(before, 1), 30)
        await scene.announce(scene.day)
        scene.workers[0].kill()
        scene.workers[0].start()
        await days(scene, 25)
        await settled(scene)
        verdict = await verify(scene.topics, scene.clock)
    assert (verdict.lost, verdict.duplicated, verdict.wrong, verdict.open_transactions) == (0, 0, 0, 0), list(
        verdict.shown()
    )


async def _all_open(scene: Stage) -> bool:
    return await scene.workers[0].held() == set(range(scene.partitions))


def start_of_day_after(day: str):
    from datetime import date

    return start_of_day(date.fromisoformat(day) + timedelta(days=1))


def _z(instant) -> str:
    return instant.isoformat().replace("+00:00", "Z")
