"""The local broker is real Apache Kafka, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced

from adapters.broker.cluster import KafkaCluster
from adapters.broker.errors import BrokerError
from adapters.broker.maven import kafka_jars
from adapters.broker.readiness import visible_brokers

pytestmark = [pytest.mark.kafka, pytest.mark.usefixtures("kafka_possible")]


async def create_topic(servers: str, copies: int = 1) -> str:
    name = f"local-broker-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        response = await admin.create_topics([NewTopic(name, 1, copies)])
        assert response.topic_errors[0][1] == 0, response
    finally:
        await admin.close()
    return name


async def values(servers: str, topic: str, last: bytes) -> list[bytes]:
    """All values a read_committed reader sees up to and including `last`."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=servers, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    seen: list[bytes] = []
    async with consumer, asyncio.timeout(30):
        while last not in seen:
            seen.append((await consumer.getone()).value)
    return seen


def processes_about(folder: Path) -> list[str]:
    """The live processes that name `folder` in their command line: launcher, guardian and JVM."""
    found = []
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = cmdline.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if str(folder) in words:
            found.append(words)
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


async def test_a_record_comes_back(kafka: KafkaCluster):
    topic = await create_topic(kafka.bootstrap_servers)
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer:
        await producer.send_and_wait(topic, b"one")
    assert await values(kafka.bootstrap_servers, topic, last=b"one") == [b"one"]


async def test_a_transaction_shows_when_committed_and_an_aborted_one_never(kafka: KafkaCluster):
    servers, group = kafka.bootstrap_servers, f"group-{uuid4().hex[:8]}"
    topic = await create_topic(servers)
    partition = TopicPartition(topic, 0)
    async with AIOKafkaProducer(bootstrap_servers=servers, transactional_id=f"id-{uuid4().hex}") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(topic, b"aborted")
        await producer.abort_transaction()
        async with producer.transaction():
            await producer.send_and_wait(topic, b"committed")
            await producer.send_offsets_to_transaction({partition: 7}, group)
    assert await values(servers, topic, last=b"committed") == [b"committed"]
    async with AIOKafkaConsumer(bootstrap_servers=servers, group_id=group) as consumer:
        assert await consumer.committed(partition) == 7


async def test_a_second_producer_with_the_same_id_fences_the_first(kafka: KafkaCluster):
    servers, transactional_id = kafka.bootstrap_servers, f"id-{uuid4().hex}"
    topic = await create_topic(servers)
    first = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=transactional_id)
    second = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=transactional_id)
    await first.start()
    await first.begin_transaction()
    await first.send_and_wait(topic, b"of the zombie")
    async with second:
        async with second.transaction():
            await second.send_and_wait(topic, b"of the successor")
        with pytest.raises(ProducerFenced):
            await first.commit_transaction()
    await first.stop()
    assert await values(servers, topic, last=b"of the successor") == [b"of the successor"]


async def test_data_outlive_a_stop_and_no_process_does(tmp_path):
    cluster = KafkaCluster(tmp_path)
    await asyncio.to_thread(cluster.start)
    topic = await create_topic(cluster.bootstrap_servers)
    async with AIOKafkaProducer(bootstrap_servers=cluster.bootstrap_servers) as producer:
        await producer.send_and_wait(topic, b"kept")
    assert processes_about(tmp_path)
    await asyncio.to_thread(cluster.stop)
    assert not cluster.is_running
    assert processes_about(tmp_path) == []

    with KafkaCluster(tmp_path) as later:
        assert await values(later.bootstrap_servers, topic, last=b"kept") == [b"kept"]
    with pytest.raises(BrokerError, match="cluster of 1 nodes, not 3"):
        KafkaCluster(tmp_path, brokers=3).start()


START_AND_WAIT = """
import signal, sys, threading
from pathlib import Path
from adapters.broker.cluster import KafkaCluster

cluster = KafkaCluster(Path(sys.argv[1]))
starter = threading.Thread(target=cluster.start)
starter.start()
starter.join()  # the thread that forked is gone now; the broker must not mind
print("started" if cluster.is_running else "failed", flush=True)
signal.pause()
"""


def test_kill_9_of_the_starting_process_leaves_no_broker(tmp_path):
    starter = subprocess.Popen([sys.executable, "-c", START_AND_WAIT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout.readline() == "started\n"
        assert processes_about(tmp_path)
        os.kill(starter.pid, signal.SIGKILL)
    assert wait_for(lambda: not processes_about(tmp_path), seconds=5)


def test_a_broker_that_cannot_start_says_why(tmp_path):
    broken = KafkaCluster(tmp_path, settings={"log.retention.hours": "soon"})
    with pytest.raises(BrokerError, match=r"(?s)ended while starting.*log\.retention\.hours"):
        broken.start()
    assert processes_about(tmp_path) == []


def test_cached_jars_need_no_maven(kafka):
    assert kafka_jars(maven=Path("/nonexistent/mvn")).is_dir()


async def test_three_brokers_survive_the_loss_of_one(tmp_path):
    with KafkaCluster(tmp_path, brokers=3) as cluster:
        servers = cluster.bootstrap_servers
        assert [visible_brokers(int(server.split(":")[1])) for server in servers.split(",")] == [3, 3, 3]
        topic = await create_topic(servers, copies=3)
        async with AIOKafkaProducer(bootstrap_servers=servers, transactional_id="survivor") as producer:
            async with producer.transaction():
                sent = await producer.send_and_wait(topic, b"before")
            assert sent.offset == 0
            leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, 0))
            await asyncio.to_thread(cluster.kill, leader)
            assert processes_about(tmp_path / f"node-{leader}") == []
            assert len(cluster.running) == 2
            async with asyncio.timeout(60), producer.transaction():
                await producer.send_and_wait(topic, b"without the leader")
            await asyncio.to_thread(cluster.restart, leader)
            assert len(cluster.running) == 3
            async with producer.transaction():
                await producer.send_and_wait(topic, b"after")
        assert await values(servers, topic, last=b"after") == [b"before", b"without the leader", b"after"]
    assert processes_about(tmp_path) == []
