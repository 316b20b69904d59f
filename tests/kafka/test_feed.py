"""`sorbro feed` into real Kafka: killed at any point and run again, the topic is as if it had run once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from datetime import date
from itertools import islice

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.connection import Connection
from adapters.kafka.read_back import read_topics
from adapters.samples.files import FileFormat, write
from adapters.samples.life import Life
from adapters.samples.register import sample_trees
from adapters.sor_files import open_snapshot
from contracts.topics import Topic
from support.running import PARTITIONS
from workers.feed.feed import Feed
from workers.feed.known import Known
from workers.feed.report import FeedReport

pytestmark = pytest.mark.kafka

FIRST = date(2024, 1, 15)


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    """Two snapshots, a month of changes apart."""
    folder = tmp_path_factory.mktemp("snapshots")
    life = Life(FIRST, seed=7)
    paths = [folder / "first.xml", folder / "later.xml"]
    with paths[0].open("wb") as target:
        write(FileFormat.XML2, life.settle(sample_trees(4_000, 7, FIRST)), FIRST, target)
    *_, night = islice(life.nights(), 60)
    with paths[1].open("wb") as target:
        write(FileFormat.XML2, life.standing.trees(), night.day, target)
    return paths


def test_killed_at_any_point_and_run_again_each_message_is_there_once(broker, snapshots, tmp_path):
    rng = random.Random(6)  # noqa: S311  where to strike
    for snapshot, most in zip(snapshots, (1_500, 50), strict=True):
        for _ in range(3):
            with feeding(broker, snapshot, tmp_path) as process:
                killed_after(process, broker, records=rng.randrange(1, most))
        with feeding(broker, snapshot, tmp_path) as process:
            assert process.wait(120) == 0, (tmp_path / "feed.log").read_text()
    assert sorted(on_topic(broker)) == sorted(as_if_once(snapshots))
    with feeding(broker, snapshots[1], tmp_path, "--report", str(tmp_path / "report.json")) as process:
        assert process.wait(120) == 0
    assert json.loads((tmp_path / "report.json").read_text())["sent"] == 0


def test_a_feed_that_is_still_running_is_fenced_by_the_next_one(broker, snapshots, tmp_path):
    with feeding(broker, snapshots[0], tmp_path, log="stopped.log") as stopped:
        assert stands_still_after(stopped, broker, records=500)
        with feeding(broker, snapshots[0], tmp_path) as process:
            assert process.wait(120) == 0, (tmp_path / "feed.log").read_text()
        stopped.send_signal(signal.SIGCONT)
        assert stopped.wait(60) == 1
    said = (tmp_path / "stopped.log").read_text()
    assert "has taken over" in said or "run the same command again" in said
    assert sorted(on_topic(broker)) == sorted(as_if_once(snapshots[:1]))


class feeding:  # noqa: N801  reads as a verb where it is used
    """A feed in a process of its own; killed at the end if it still runs."""

    def __init__(self, broker, snapshot, folder, *more, log="feed.log"):
        with (folder / log).open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers", "feed", str(snapshot), "--broker", broker, *more],
                env=os.environ | {"SORBRO_PARTITIONS": str(PARTITIONS)},
                stdout=said,
                stderr=said,
            )

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def killed_after(process, broker, records):
    """Kill -9 as soon as the log has grown by so many; False when the feed came to its end before."""
    return _signalled_after(process, broker, records, signal.SIGKILL)


def stands_still_after(process, broker, records):
    return _signalled_after(process, broker, records, signal.SIGSTOP)


def _signalled_after(process, broker, records, number):
    async def grown():
        partitions = [TopicPartition(Topic.ENTITY_CHANGES, each) for each in range(PARTITIONS)]
        consumer = AIOKafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False)
        await consumer.start()
        try:
            wanted = sum((await consumer.end_offsets(partitions)).values()) + records
            while process.poll() is None:
                if sum((await consumer.end_offsets(partitions)).values()) >= wanted:
                    process.send_signal(number)
                    return True
            return False
        finally:
            await consumer.stop()

    done = asyncio.run(grown())
    if done and number == signal.SIGKILL:
        process.wait()
    return done


def on_topic(broker):
    async def read():
        found = read_topics(Connection(broker), [Topic.ENTITY_CHANGES], PARTITIONS)
        return [(key, value, headers) async for _, key, value, headers in found]

    return asyncio.run(read())


def as_if_once(snapshots):
    """What one clean run after the other would have put there."""
    known, sent = Known(), []
    for path in snapshots:
        with open_snapshot(path) as snapshot:
            feed = Feed(snapshot, FeedReport(snapshot.format, snapshot.taken_on), known=known)
            for records in feed.changes(lambda _, given: given.units()):
                sent += records
        for each in sent:
            known.hear(each.key, each.value, each.headers)
    return [(each.key, each.value, each.headers) for each in sent]
