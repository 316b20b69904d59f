"""A transaction that somebody left open keeps every `read_committed` reader back: it is found, wherever it is."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from adapters.kafka.connection import Connection
from adapters.kafka.open_transactions import OpenTransactions
from adapters.kafka.topic_admin import ensure_topics
from contracts.topics import PLANS, Topic

pytestmark = pytest.mark.kafka

PARTITIONS = 40
"""As many as the other tests that share this broker make."""


@pytest.fixture
async def find(kafka):
    connection = Connection(kafka.bootstrap_servers)
    await ensure_topics(connection, PARTITIONS)
    looking = OpenTransactions(connection, [topic.value for topic in PLANS])
    yield lambda: looking.find([38, 39])
    await looking.close()


async def nothing_open(find):
    """A commit or abort is answered a moment before its markers are written."""
    async with asyncio.timeout(30):
        while await find():
            pass


async def test_it_is_found_with_its_first_offset_until_it_ends(kafka, find):
    servers = kafka.bootstrap_servers
    async with AIOKafkaProducer(bootstrap_servers=servers, transactional_id=f"left-open-{uuid4()}") as producer:
        async with producer.transaction():
            await producer.send_and_wait(Topic.DEREGISTRATIONS, b"before", partition=39)
        await nothing_open(find)
        await producer.begin_transaction()
        first = await producer.send_and_wait(Topic.DEREGISTRATIONS, b"one", partition=39)
        await producer.send_and_wait(Topic.DEREGISTRATIONS, b"two", partition=39)
        other = await producer.send_and_wait(Topic.NOTICES, b"three", partition=38)
        assert await find() == {(Topic.DEREGISTRATIONS, 39): first.offset, (Topic.NOTICES, 38): other.offset}
        await producer.abort_transaction()
        await nothing_open(find)
