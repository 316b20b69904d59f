"""Bad input on a real broker: every kind becomes a dead letter, bytes intact, and work goes on; a flood stops it."""

import asyncio
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer

from adapters.broker.cluster import KafkaCluster
from adapters.record_lines import compact
from adapters.samples import generate_register
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.running import Worker, await_outputs, eventually, outputs, publish, running

pytestmark = pytest.mark.kafka

AT = datetime(2023, 5, 1, 10, tzinfo=UTC)
REGISTER = generate_register(60, seed=1)
OWNER = REGISTER.owners[0]
GOOD = OWNER.as_change(1, AT)
CE = (("ce_type", b"dk.sor.entity.changed.v1"), ("ce_id", b"1"), ("x-sender", b"\xff\x00"))


@pytest.fixture(scope="module")
def broker(kafka_possible, tmp_path_factory):
    with KafkaCluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster.bootstrap_servers


def record(value: bytes | None, key: str | None = None, headers=CE) -> OutputRecord:
    return OutputRecord(Topic.ENTITY_CHANGES, (key or OWNER.sor_id).encode(), value, headers, AT)


def changed(**fields) -> bytes:
    return compact(GOOD | fields).encode()


def publish_compressed(servers: str, value: bytes) -> None:
    """Six megabytes that are a few kilobytes on the wire: more than a dead letter may have."""

    async def send() -> None:
        sender = AIOKafkaProducer(bootstrap_servers=servers, compression_type="gzip", max_request_size=8_000_000)
        async with sender:
            await sender.send_and_wait(Topic.ENTITY_CHANGES, value, OWNER.sor_id.encode(), headers=list(CE))

    asyncio.run(send())


BAD = {
    "unparsable": [b"not json", b"\xff\xfe", b"", b'{"sorId": NaN}'],
    "contract-violation": [changed(version="1"), changed(toDate="20230501"), b"[]", b"{}"],
    "invalid-identifier": [changed(replaces=[OWNER.sor_id[:-1] + str((int(OWNER.sor_id[-1]) + 1) % 10)])],
    "unknown-type": [changed()],
    "wrong-key": [changed()],
    "version-conflict": [changed(name="Et andet navn")],
    "closure-too-early": [changed(version=2, channel="self-service", toDate="2023-05-02")],
    "too-large": [b" " * 600_000 + changed()],
}


def test_every_kind_of_bad_input_is_a_dead_letter_and_the_next_record_is_processed(broker, tmp_path):
    sent = [record(changed())]
    for reason, values in BAD.items():
        headers = (("ce_type", b"dk.sor.entity.exploded.v9"),) if reason == "unknown-type" else CE
        sent += [record(value, "nobody" if reason == "wrong-key" else None, headers) for value in values]
    place = REGISTER.treatment_places[0]
    tree = [unit for unit in REGISTER.entities if unit.owner_sor_id == place.owner_sor_id]
    last = [record(compact(unit.as_change(1, AT)).encode(), unit.owner_sor_id) for unit in tree]
    publish(broker, sent)
    publish_compressed(broker, b" " * 6_000_000)
    publish(broker, last)
    expected = sum(len(values) for values in BAD.values()) + 1
    with running(Worker(broker, tmp_path)):
        letters = await_outputs(broker, expected, [Topic.DEAD_LETTERS])
        await_outputs(broker, 1, [Topic.REGISTRATIONS])
    assert {(dict(each.headers)["dlq.reason"].decode(), each.value) for each in letters} == {
        (reason, value) for reason, values in BAD.items() for value in values
    } | {("too-large", None)}
    assert all(
        dict(each.headers)["x-sender"] == b"\xff\x00"
        for each in letters
        if b"exploded" not in each.headers[0][1] and each.value is not None
    )
    assert {dict(each.headers)["__connect.errors.topic"] for each in letters} == {Topic.ENTITY_CHANGES.encode()}


def test_a_flood_stops_the_worker_and_a_restart_goes_on(kafka_possible, tmp_path):
    with KafkaCluster(tmp_path / "kafka") as cluster:
        servers = cluster.bootstrap_servers
        publish(servers, [record(b"flood %d" % number) for number in range(25)])
        worker = Worker(servers, tmp_path, SORBRO_FLOOD_LIMIT="10").start()
        status = eventually(worker.process.poll, "the worker does not stop")
        assert status == 1
        assert "10 bad records in a row" in worker.log.read_text()
        assert len(outputs(servers)) == 10
        with running(Worker(servers, tmp_path)):
            found = await_outputs(servers, 25)
        assert [each.value for each in found] == [b"flood %d" % number for number in range(25)]
