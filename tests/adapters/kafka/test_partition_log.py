"""The log's clients on brokers in trouble: whatever fails on the way leaves nothing open."""

from __future__ import annotations

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


@pytest.mark.parametrize("milliseconds", [-1, -62_135_596_800_000, -(1 << 62), 1 << 62])
def test_a_timestamp_that_cannot_be_stays_within_the_calendar(milliseconds):
    assert 1970 <= instant_of(milliseconds).year <= 2999
