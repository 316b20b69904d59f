"""Starting while the brokers are in trouble: a worker waits for the topics, and gives up on what waiting cannot mend."""

from __future__ import annotations

import pytest
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError, TopicAuthorizationFailedError

from workers.app.settings import Settings
from workers.commands import run

SETTINGS = Settings(kafka_bootstrap_servers="nowhere:1")


def brokers_that_answer(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> list[Exception]:
    left = list(errors)

    async def ensure_topics(connection: object, partitions: int) -> int:
        if left:
            raise left.pop(0)
        return partitions

    monkeypatch.setattr(run, "ensure_topics", ensure_topics)
    monkeypatch.setattr(run, "_PAUSE_SECONDS", 0)
    return left


async def test_a_broker_that_is_down_is_waited_for(monkeypatch):
    left = brokers_that_answer(monkeypatch, NodeNotReadyError(), NodeNotReadyError())
    await run._have_topics(SETTINGS)
    assert not left


@pytest.mark.parametrize("error", [TopicAuthorizationFailedError(), KafkaConnectionError()])
async def test_what_waiting_cannot_mend_is_told_at_once(monkeypatch, error):
    left = brokers_that_answer(monkeypatch, error, error)
    with pytest.raises(type(error)):
        await run._have_topics(SETTINGS)
    assert left
