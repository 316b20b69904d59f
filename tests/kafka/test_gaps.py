"""Records deleted before they were read, on a real broker: the worker refuses, says how to go on, and goes on so."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from click.testing import CliRunner

from adapters.kafka.admin import administering
from adapters.kafka.connection import Connection
from adapters.samples import generate_register
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.running import PARTITIONS, Worker, await_outputs, eventually, publish, replayed, running
from support.unreadable import send_unreadable
from workers.commands import main
from workers.demo.story import tell

pytestmark = pytest.mark.kafka

CHANGES = Topic.ENTITY_CHANGES.value
PARTITION = 0
NOW = datetime.now(UTC)


def delete_all(servers: str) -> None:
    """Let go of all of SOR's changes, as retention does."""

    async def delete() -> None:
        async with administering(Connection(servers)) as admin:
            await admin.delete_records(
                {TopicPartition(CHANGES, each): RecordsToDelete(-1) for each in range(PARTITIONS)}
            )

    asyncio.run(delete())


def gaps_by_status(servers: str) -> str:
    """What `sorbro status` says is to be set."""
    said = CliRunner().invoke(main, ["status", "--broker", servers])
    assert said.exit_code == 1
    (named,) = set(re.findall(r"SORBRO_PASS_OVER=(\S+)", said.stdout.replace("\n", "")))
    return named


def test_a_worker_goes_on_behind_the_gaps_that_status_names(broker, tmp_path):
    story = [each for each in tell(generate_register(60, seed=3).entities, seed=3) if each.topic == CHANGES]
    half = len(story) // 2
    publish(broker, story[:half])
    with running(Worker(broker, tmp_path)) as worker:
        read = len(await_outputs(broker, len(replayed(story[:half], NOW))))
        assert worker.stop() == 0
    publish(broker, story[half:])
    delete_all(broker)
    refusing = Worker(broker, tmp_path).start()
    assert eventually(refusing.process.poll, "it works on over the gap") == 1
    assert "records that it has not read are gone" in refusing.log.read_text()
    with running(Worker(broker, tmp_path, SORBRO_PASS_OVER=gaps_by_status(broker))) as worker:
        publish(broker, [OutputRecord(Topic.ENTITY_CHANGES, b"1", b"{", (), NOW)])
        assert len(await_outputs(broker, read + 1)) == read + 1, "one dead letter more"
        assert "records passed over" in worker.log.read_text()


def publish_unreadable(servers: str) -> None:
    """One record that aiokafka's consumer raises at."""

    async def send() -> None:
        async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
            await send_unreadable(producer, CHANGES, PARTITION)

    asyncio.run(send())


def test_a_record_that_cannot_be_read_is_named_and_passed_over_alone(broker, tmp_path):
    def letter(value: bytes) -> OutputRecord:
        return OutputRecord(Topic.ENTITY_CHANGES, b"1", value, (), NOW, PARTITION)

    publish(broker, [letter(b"{0"), letter(b"{1")])
    publish_unreadable(broker)
    publish(broker, [letter(b"{2")])
    with running(Worker(broker, tmp_path)) as worker:
        said = eventually(lambda: re.findall(r"SORBRO_PASS_OVER=([^\s\"]+)", worker.log.read_text()), "nothing is said")
        assert [each.value for each in await_outputs(broker, 2)] == [b"{0", b"{1"]
        worker.stop()
    assert set(said) == {f"{CHANGES}[{PARTITION}]:2-3"}
    with running(Worker(broker, tmp_path, SORBRO_PASS_OVER=said[0])):
        assert [each.value for each in await_outputs(broker, 3)] == [b"{0", b"{1", b"{2"]
