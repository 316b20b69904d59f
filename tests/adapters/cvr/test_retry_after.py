"""Waiting as long as CVR asks for: the one test that lets the clock run."""

import asyncio
from datetime import UTC, date, datetime

import httpx

from adapters.cvr.elasticsearch import ElasticsearchRegistry
from adapters.cvr.port import NotFound
from adapters.cvr.sample import sample_cvr_numbers
from adapters.cvr.settings import ElasticsearchSettings

CVR = next(sample_cvr_numbers())
AS_OF = datetime(2026, 6, 15, tzinfo=UTC)
EMPTY = {"timed_out": False, "_shards": {"total": 6, "failed": 0}, "hits": {"total": 0, "hits": []}}


async def test_retry_after_sets_the_wait():
    times = []

    def handle(request):
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            return httpx.Response(429, headers={"Retry-After": "1"})
        return httpx.Response(200, json=EMPTY)

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        registry = ElasticsearchRegistry(client, ElasticsearchSettings(), lambda: date(2026, 6, 15), lambda: AS_OF)
        lookup = await registry.find_many([CVR], [])
    assert lookup.companies[CVR] == NotFound(AS_OF)
    assert 0.99 <= times[1] - times[0] < 3
