"""What stands still is said once in the log, shown in the metrics for as long as it lasts, and fails liveness."""

from __future__ import annotations

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from adapters import telemetry
from adapters.clock import SystemClock
from workers.app.pages import add_pages
from workers.app.reporter import LogAndMetrics
from workers.app.watch import NOT_TURNING_SECONDS, OPEN_TRANSACTION_SECONDS, Watch
from workers.app.watchkeeper import Watchkeeper

TOPIC = "bsr.registrations.v1"


class Asked:
    """Answers instead of the brokers."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.closed = False

    async def find(self, partitions):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self):
        self.closed = True


def shown(reason, partition, topic=""):
    return telemetry.REGISTRY.get_sample_value(
        "sorbro_stuck_seconds", {"reason": reason, "partition": str(partition), "topic": topic}
    )


async def test_it_is_said_once_and_shown_until_it_is_over():
    watch, long_ago = Watch(), asyncio.get_running_loop().time() - NOT_TURNING_SECONDS - 10
    watch.assigned([7], long_ago)
    keeper = Watchkeeper(watch, None)
    with capture_logs() as logs:
        await keeper.look()
        await keeper.look()
        assert shown("not-turning", 7) >= NOT_TURNING_SECONDS + 10
        watch.turned(7, asyncio.get_running_loop().time())
        await keeper.look()
    assert [each["event"] for each in logs] == ["stuck", "no longer stuck"]
    assert logs[0]["partition"] == 7
    assert "restart" in logs[0]["says"]
    assert shown("not-turning", 7) is None


async def test_an_open_transaction_is_seen_and_an_outage_shows_none(monkeypatch):
    now = asyncio.get_running_loop().time
    watch = Watch()
    watch.assigned([7], now())
    hanging = {(TOPIC, 7): 41}
    asked = Asked(hanging, hanging, TimeoutError("no broker"))
    keeper = Watchkeeper(watch, asked)
    await keeper.look()
    monkeypatch.setattr("workers.app.watch.OPEN_TRANSACTION_SECONDS", 0.0)
    await asyncio.sleep(0.01)
    await keeper.look()
    assert shown("open-transaction", 7, TOPIC) > 0
    await keeper.look()
    assert shown("open-transaction", 7, TOPIC) is None
    assert OPEN_TRANSACTION_SECONDS > 12


class Web:
    """As much of Faust's web layer as a page needs."""

    def __init__(self):
        self.pages = {}

    def page(self, path):
        return lambda view: self.pages.setdefault(path, view)

    @staticmethod
    def json(body, status=200):
        return status, json.loads(json.dumps(body))


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (NOT_TURNING_SECONDS + 1, 503)])
async def test_liveness_fails_and_names_the_partition(seconds, status):
    web, reporter = Web(), LogAndMetrics(SystemClock())
    add_pages(web, reporter, None)
    reporter.assign([3])
    reporter.watch.turned(3, asyncio.get_running_loop().time() - seconds)
    answered, body = await web.pages["/livez"](web, None)
    assert answered == status
    assert [(each["reason"], each["partition"]) for each in body["stuck"]] == ([("not-turning", 3)] if seconds else [])
