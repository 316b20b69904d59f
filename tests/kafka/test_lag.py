"""Lag against a real broker: nothing committed, retention, transaction markers, abandoned topics, expired offsets."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from adapters.kafka.connection import Connection
from adapters.kafka.group_view import group_view
from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import LogError
from adapters.kafka.topic_admin import ensure_topics
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.operations.lag import read_lag

pytestmark = pytest.mark.kafka

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
EARLIER = datetime(2026, 11, 22, 1, tzinfo=UTC)
PARTITION = 37
"""One that no other test on this broker writes to."""
INPUT = TopicPartition(Topic.ENTITY_CHANGES.value, PARTITION)


class Group:
    """A group of the test's own on the shared broker."""

    def __init__(self, servers: str) -> None:
        self.servers = servers
        self.connection = Connection(servers)
        self.name = f"lag-{uuid4()}"

    async def write(self, count: int, tp: TopicPartition = INPUT, *, transaction: str | None = None) -> int:
        """Write records, in one transaction where it has a name; the offset of the first."""
        async with AIOKafkaProducer(bootstrap_servers=self.servers, transactional_id=transaction) as producer:
            if transaction is not None:
                await producer.begin_transaction()
            sent = [
                await producer.send_and_wait(
                    tp.topic, b"x", partition=tp.partition, timestamp_ms=int(EARLIER.timestamp() * 1000)
                )
                for _ in range(count)
            ]
            if transaction is not None:
                await producer.commit_transaction()
        return sent[0].offset

    async def commit(self, offset: int, tp: TopicPartition = INPUT) -> None:
        async with AIOKafkaConsumer(
            bootstrap_servers=self.servers, group_id=self.name, enable_auto_commit=False
        ) as consumer:
            consumer.assign([tp])
            await consumer.commit({tp: offset})

    async def lag(self):
        async with group_view(self.connection, self.name) as view:
            return await read_lag(view, NOW)

    async def at(self, topic: str = INPUT.topic):
        """The lag on the test's own partition."""
        lag = await self.lag()
        (found,) = [each for each in lag.partitions if (each.topic, each.partition) == (topic, PARTITION)]
        return found


@pytest.fixture
async def group(kafka) -> Group:
    group = Group(kafka.bootstrap_servers)
    await ensure_topics(group.connection, 40)
    return group


async def test_nothing_committed_yet_is_no_lag_and_left_out_of_the_sum(group):
    await group.write(3)
    lag = await group.lag()
    assert (await group.at()).records is None
    assert lag.records == 0
    assert lag.hosts == {}


async def test_records_after_the_committed_offset_wait_since_the_timestamp_of_the_oldest(group):
    first = await group.write(3)
    await group.commit(first + 1)
    found = await group.at()
    assert (found.records, found.is_exact, found.oldest_at) == (2, True, EARLIER)
    assert (found.position, found.source) == (first + 1, "group")


async def test_retention_beyond_the_committed_offset_counts_what_is_left_and_says_what_is_lost(group):
    first = await group.write(5)
    await group.commit(first + 1)
    admin = AIOKafkaAdminClient(bootstrap_servers=group.servers)
    await admin.start()
    await admin.delete_records({INPUT: RecordsToDelete(before_offset=first + 3)})
    await admin.close()
    found = await group.at()
    assert (found.records, found.lost) == (2, 2)


async def test_what_remains_being_transaction_markers_is_no_lag(group):
    first = await group.write(2, transaction=f"markers-{uuid4()}")
    await group.commit(first + 2)
    found = await group.at()
    assert found.end > found.position, "the marker lies there"
    assert (found.records, found.oldest_at) == (0, None)


async def test_a_marker_between_records_is_not_counted(group):
    first = await group.write(2, transaction=f"between-{uuid4()}")
    await group.write(2)
    await group.commit(first + 1)
    assert (await group.at()).records == 3


async def test_an_open_transaction_is_not_waiting_yet(group):
    first = await group.write(1)
    await group.commit(first + 1)
    async with AIOKafkaProducer(bootstrap_servers=group.servers, transactional_id=f"open-{uuid4()}") as producer:
        await producer.begin_transaction()
        await producer.send_and_wait(INPUT.topic, b"x", partition=PARTITION)
        assert (await group.at()).records == 0
        await producer.abort_transaction()


async def test_more_than_can_be_counted_is_told_by_the_offsets(group):
    first = await group.write(700)
    await group.commit(first)
    found = await group.at()
    assert (found.records, found.is_exact) == (700, False)


async def test_a_topic_the_worker_does_not_read_any_more_is_no_lag(group):
    topic = f"abandoned-{uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=group.servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    tp = TopicPartition(topic, 0)
    await group.write(4, tp)
    await group.commit(1, tp)
    lag = await group.lag()
    assert lag.abandoned == {(topic, 0): 1}
    assert lag.records == 0


async def test_where_the_groups_offsets_have_expired_the_changelogs_progress_tells(group):
    first = await group.write(2)
    log = KafkaPartitionLog(group.connection, group.name, PARTITION)
    await log.fence()
    await log.begin()
    progress = b'{"positions":{"%s":%d}}' % (INPUT.topic.encode(), first + 1)
    await log.send([OutputRecord(Topic.STATE, b"progress", progress, (("schema", b"1"),), EARLIER, PARTITION)])
    await log.delivered()
    await log.commit()
    await log.close()
    found = await group.at()
    assert (found.records, found.source) == (1, "changelog")


async def test_a_position_beyond_the_end_is_told_as_that(group):
    await group.write(1)
    await group.commit(10_000_000)
    found = await group.at()
    assert found.is_beyond_end
    assert found.records == 0


async def test_a_broker_without_the_topics_is_named_as_the_wrong_one(group):
    async with group_view(group.connection, group.name) as view:
        with pytest.raises(LogError, match="does not hold nobodys-topic"):
            await view.partitions_of(["nobodys-topic"])
