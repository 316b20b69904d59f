"""A record that aiokafka cannot read takes no other with it: neither of its own partition nor of others (real Kafka)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic

from adapters.kafka.admin import administering
from adapters.kafka.connection import Connection
from adapters.kafka.gap import Gap, UnreadableRecordError
from adapters.kafka.group_view import Place, group_view
from adapters.kafka.polling import poll
from adapters.kafka.tail import tail
from support.unreadable import send_unreadable

pytestmark = pytest.mark.kafka

READABLE = {0: [b"a", b"b", b"c"], 1: [b"d", b"e", b"f"]}
BEFORE = 2
"""How many readable records lie before the unreadable one."""


@pytest.fixture(params=[0, 1], ids="unreadable in partition {}".format)
async def place(kafka, request) -> Place:
    """Where the unreadable record lies; the other partition of the topic has none."""
    place = Place(f"unreadable-{uuid4()}", request.param)
    async with administering(Connection(kafka.bootstrap_servers)) as admin:
        await admin.create_topics([NewTopic(place.topic, num_partitions=2, replication_factor=1)])
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers) as producer:
        for partition, values in READABLE.items():
            for number, value in enumerate(values):
                if (partition, number) == (place.partition, BEFORE):
                    await send_unreadable(producer, *place)
                await producer.send_and_wait(place.topic, value, partition=partition)
    return place


async def test_all_before_it_is_read_and_it_is_named(kafka, place):
    both = [TopicPartition(place.topic, each) for each in READABLE]
    found = {each: [] for each in both}
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest") as consumer:
        consumer.assign(both)

        async def read_on() -> None:
            while True:
                for tp, records in (await poll(consumer, both, 500, 100)).items():
                    found[tp] += [each.value for each in records]

        with pytest.raises(UnreadableRecordError) as refused:
            await read_on()
    assert refused.value.gap == Gap(*place, BEFORE, BEFORE + 1)
    assert found == {tp: READABLE[tp.partition][: BEFORE if tp.partition == place.partition else None] for tp in both}


async def test_who_only_looks_leaves_it_out(kafka, place):
    found: dict[int, list[bytes]] = {each: [] for each in READABLE}
    async for followed in tail(Connection(kafka.bootstrap_servers), [place.topic], {}):
        for (_, partition), records in followed.records.items():
            found[partition] += [each.value for each in records]
        if followed.left == 0:
            break
    assert found == READABLE


async def test_it_is_one_of_those_that_wait(kafka, place):
    async with group_view(Connection(kafka.bootstrap_servers), "nobody") as view:
        unread = await view.unread({place: (0, 4)})
    assert (unread[place].records, unread[place].is_exact) == (4, True)
