"""What stands still is said once in the log, shown in the metrics for as long as it lasts, and what is not there is looked for."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from adapters.telemetry.catalogue import REGISTRY
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


async def nothing_is_missing():
    return frozenset()


def shown(reason, partition, topic=""):
    return REGISTRY.get_sample_value(
        "sorbro_stuck_seconds", {"reason": reason, "partition": str(partition), "topic": topic}
    )


async def test_it_is_said_once_and_shown_until_it_is_over():
    watch, long_ago = Watch(), asyncio.get_running_loop().time() - NOT_TURNING_SECONDS - 10
    watch.assigned([7], long_ago)
    keeper = Watchkeeper(watch, None, nothing_is_missing)
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
    keeper = Watchkeeper(watch, asked, nothing_is_missing)
    await keeper.look()
    monkeypatch.setattr("workers.app.watch.OPEN_TRANSACTION_SECONDS", 0.0)
    await asyncio.sleep(0.01)
    await keeper.look()
    assert shown("open-transaction", 7, TOPIC) > 0
    await keeper.look()
    assert shown("open-transaction", 7, TOPIC) is None
    assert OPEN_TRANSACTION_SECONDS > 12


async def test_a_missing_topic_is_named_once_and_an_outage_changes_nothing():
    answers = [frozenset({TOPIC}), frozenset({TOPIC}), TimeoutError("no broker"), frozenset()]

    async def look():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = Watch()
    keeper, seen = Watchkeeper(watch, None, look), []
    with capture_logs() as logs:
        for _ in range(4):
            await keeper.look_for_topics()
            seen.append(watch.missing_topics)
    assert seen == [{TOPIC}, {TOPIC}, {TOPIC}, frozenset()]
    assert [each["topics"] for each in logs if each["log_level"] == "error"] == [[TOPIC]]
