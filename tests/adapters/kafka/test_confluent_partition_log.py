"""What the binding of librdkafka loses of a fatal error, which a broker shows only now and then."""

from __future__ import annotations

import pytest

pytest.importorskip("confluent_kafka", reason="librdkafka is not installed (uv sync --group bench)")

from confluent_kafka import KafkaException

from adapters.kafka.confluent.partition_log import ConfluentPartitionLog
from adapters.kafka.connection import Connection


class Fenced:
    """A producer whose flush meets a fatal error."""

    def __init__(self, error):
        self.error = error

    def flush(self, _seconds):
        raise self.error


async def delivery_fails(error):
    log = ConfluentPartitionLog(Connection("127.0.0.1:9"), "a-group", 0)
    log._producer = Fenced(error)
    with pytest.raises(KafkaException) as caught:
        await log.delivered()
    return caught.value


async def test_a_fatal_error_behind_a_system_error_is_what_is_raised():
    fatal = KafkaException("fenced")
    error = SystemError("returned a result with an exception set")
    error.__cause__ = fatal
    assert await delivery_fails(error) is fatal


async def test_a_system_error_with_nothing_behind_it_is_a_fatal_one():
    lost = await delivery_fails(SystemError("returned NULL without setting an exception"))
    assert lost.args[0].fatal()
