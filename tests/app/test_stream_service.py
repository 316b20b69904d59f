"""The service that runs the loops: none of them ends without a word."""

from __future__ import annotations

import asyncio

import pytest

from adapters.clock import SystemClock
from adapters.kafka.connection import Connection
from adapters.kafka.port import LogError
from contracts.tariffs import TariffTable
from support.memory_log import MemoryBroker, MemoryLog
from workers.app.reporter import LogAndMetrics
from workers.app.stream_service import StreamService


@pytest.fixture
async def service():
    clock = SystemClock()
    broker = MemoryBroker()
    return StreamService(
        Connection("nowhere:1"),
        "sorbro",
        clock,
        TariffTable.load(),
        LogAndMetrics(clock),
        100,
        lambda *_: MemoryLog(broker),
        loop=asyncio.get_running_loop(),
    )


async def outcome(service) -> BaseException | None:
    """Let what is under way come to its end; then, what the service has crashed with."""
    for _ in range(10):
        await asyncio.sleep(0)
    return service.crash_reason


async def test_a_loop_that_is_cancelled_and_not_by_us_ends_the_worker(service):
    await service._assigned({0})
    (task,) = service._loops.values()
    task.cancel()
    assert isinstance(await outcome(service), LogError)


async def test_a_loop_that_is_told_to_end_does_not(service, monkeypatch):
    monkeypatch.setattr("workers.app.stream_service._REVOKE_SECONDS", 0)
    await service._assigned({0})
    await service._revoked()
    assert await outcome(service) is None
