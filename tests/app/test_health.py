"""What the probes are told: started, alive, ready; and that a CVR that is down changes none of it (R20)."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from adapters.clock import SystemClock
from adapters.cvr.port import Unavailable
from adapters.cvr.registry.lookup import ServiceRegistry
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import LastingError
from adapters.telemetry.catalogue import REGISTRY
from contracts.topics import Topic
from support.cvr_service import FakeService, always, cvr_numbers
from workers.app.health import add_health
from workers.app.reporter import LogAndMetrics
from workers.app.watch import NOT_PROGRESSING_SECONDS, NOT_TURNING_SECONDS, OPEN_TRANSACTION_SECONDS

PROBES = ("/startupz", "/livez", "/readyz")


class Web:
    """As much of Faust's web layer as a page needs."""

    def __init__(self, reporter):
        self.pages = {}
        add_health(self, reporter)

    def page(self, path):
        return lambda view: self.pages.setdefault(path, view)

    async def get(self, path, **headers):
        return await self.pages[path](self, SimpleNamespace(headers=headers))

    async def statuses(self):
        return [(await self.get(path))[0] for path in PROBES]

    @staticmethod
    def json(body, status=200):
        return status, json.loads(json.dumps(body))

    @staticmethod
    def bytes(body, headers):
        return body.decode(), headers["Content-Type"]


@pytest.fixture
def reporter():
    return LogAndMetrics(SystemClock())


@pytest.fixture
def web(reporter):
    return Web(reporter)


async def test_a_worker_is_ready_when_all_its_partitions_are_restored_and_has_then_started_for_good(reporter, web):
    assert await web.statuses() == [503, 200, 503], "not assigned yet"
    reporter.assign([0, 1])
    reporter.opened(0, 0, 0, 0.0)
    assert await web.statuses() == [503, 200, 503]
    reporter.opened(1, 0, 0, 0.0)
    assert await web.statuses() == [200, 200, 200]
    reporter.failed(1, ConnectionError("gone"))
    status, body = await web.get("/readyz")
    assert (status, body["assigned"], body["open"]) == (503, [0, 1], [0])
    assert (await web.get("/startupz"))[0] == 200


async def test_a_worker_without_a_partition_stands_by_and_is_ready(reporter, web):
    reporter.assign([])
    assert await web.statuses() == [200, 200, 200]


async def test_a_missing_topic_is_named_and_makes_the_worker_not_ready_and_no_more(reporter, web):
    reporter.assign([])
    reporter.watch.missing_topics = frozenset({Topic.REGISTRATIONS.value})
    status, body = await web.get("/readyz")
    assert (status, body["missingTopics"]) == (503, ["bsr.registrations.v1"])
    assert await web.statuses() == [200, 200, 503]


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (NOT_TURNING_SECONDS + 1, 503)])
async def test_liveness_fails_when_a_loop_does_not_come_round_and_names_the_partition(reporter, web, seconds, status):
    reporter.assign([3])
    reporter.watch.turned(3, asyncio.get_running_loop().time() - seconds)
    answered, body = await web.get("/livez")
    assert answered == status
    assert [(each["reason"], each["partition"]) for each in body["stuck"]] == ([("not-turning", 3)] if seconds else [])


@pytest.mark.parametrize(
    ("topic", "seconds", "status"),
    [
        (Topic.NOTICES, OPEN_TRANSACTION_SECONDS, 200),
        (Topic.NOTICES, NOT_PROGRESSING_SECONDS, 200),
        (Topic.STATE, NOT_PROGRESSING_SECONDS, 200),
        (Topic.REGISTRATIONS, OPEN_TRANSACTION_SECONDS, 200),
        (Topic.REGISTRATIONS, NOT_PROGRESSING_SECONDS, 503),
    ],
)
async def test_what_another_has_left_open_is_named_and_restarts_nobody(reporter, web, topic, seconds, status):
    """It holds up whoever reads the topic; that the loop does not get on besides is only then not its own fault."""
    reporter.assign([3])
    since = asyncio.get_running_loop().time() - seconds - 1
    reporter.watch.assigned([3], since)
    reporter.watch.turned(3, since + seconds)
    reporter.watch.open_transactions({(topic.value, 3): 41}, since)
    answered, body = await web.get("/livez")
    assert (answered, body["alive"]) == (status, status == 200)
    assert "open-transaction" in [each["reason"] for each in body["stuck"]]


async def test_a_loop_that_does_not_come_round_fails_liveness_beside_an_open_transaction_too(reporter, web):
    since = asyncio.get_running_loop().time() - NOT_TURNING_SECONDS - 1
    reporter.watch.assigned([3], since)
    reporter.watch.open_transactions({(Topic.NOTICES.value, 3): 41}, since)
    assert (await web.get("/livez"))[0] == 503


async def test_a_cvr_that_is_down_fails_none_of_them_r20(reporter, web):
    service = FakeService(seconds=0)
    service.fault = always(LastingError("HTTP 503, for ever"))
    registry = ServiceRegistry(service, RegistrySettings(), SystemClock())
    (number,) = cvr_numbers(1)
    try:
        lookup = await registry.find_many([number], [])
        assert isinstance(lookup.companies[number], Unavailable)
        assert REGISTRY.get_sample_value("sorbro_cvr_breaker", {"state": "open"}) == 1
        reporter.assign([])
        assert await web.statuses() == [200, 200, 200]
    finally:
        await registry.close()


async def test_metrics_come_in_the_form_that_is_asked_for(web):
    plain, said = await web.get("/metrics")
    assert "# TYPE sorbro_records_total counter" in plain
    assert said.startswith("text/plain")
    openmetrics, said = await web.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert openmetrics.endswith("# EOF\n")
    assert said.startswith("application/openmetrics-text")
