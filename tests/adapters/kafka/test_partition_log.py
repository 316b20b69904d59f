"""The log's clients on brokers in trouble: whatever fails on the way leaves nothing open."""

from __future__ import annotations

import asyncio

import pytest

from adapters.kafka import partition_log
from adapters.kafka.connection import Connection
from adapters.kafka.consumed import instant_of
from adapters.kafka.partition_log import KafkaPartitionLog


class Unreachable:
    """A consumer that cannot start."""

    stopped = 0

    def __init__(self, **options: object) -> None:
        pass

    async def start(self) -> None:
        raise ConnectionError("nobody there")

    async def stop(self) -> None:
        Unreachable.stopped += 1


async def test_a_consumer_that_cannot_start_is_closed_again(monkeypatch):
    monkeypatch.setattr(partition_log, "AIOKafkaConsumer", Unreachable)
    log = KafkaPartitionLog(Connection("nowhere:1"), "sorbro", 0)
    with pytest.raises(ConnectionError):
        await log.seek({})
    assert Unreachable.stopped == 1


class Cancelling:
    """A client that hands on the cancellation of a task of its own, as aiokafka does after failed fetches."""

    async def stop(self) -> None:
        own = asyncio.get_running_loop().create_task(asyncio.sleep(60))
        own.cancel()
        await own


class Hanging:
    """A client that does not come to an end."""

    async def stop(self) -> None:
        await asyncio.sleep(60)


async def test_a_client_that_cancels_itself_does_not_end_whoever_closes_it():
    await partition_log._stop(Cancelling())


async def test_whoever_closes_a_client_can_still_be_cancelled():
    closing = asyncio.get_running_loop().create_task(partition_log._stop(Hanging()))
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing


@pytest.mark.parametrize("milliseconds", [-1, -62_135_596_800_000, -(1 << 62), 1 << 62])
def test_a_timestamp_that_cannot_be_stays_within_the_calendar(milliseconds):
    assert 1970 <= instant_of(milliseconds).year <= 2999
