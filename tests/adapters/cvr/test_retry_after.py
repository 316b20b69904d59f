"""Waiting as long as CVR asks for: the one test that lets the clock run."""

import asyncio
from datetime import date

import httpx

from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.patient_registry import ElasticsearchRegistry
from adapters.cvr.port import NotFound
from adapters.cvr.sample import sample_cvr_numbers

CVR = next(sample_cvr_numbers())
EMPTY = {"timed_out": False, "_shards": {"total": 6, "failed": 0}, "hits": {"total": 0, "hits": []}}


async def test_retry_after_sets_the_wait():
    times = []

    def handle(request):
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            return httpx.Response(429, headers={"Retry-After": "1"})
        return httpx.Response(200, json=EMPTY)

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        registry = ElasticsearchRegistry(client, ElasticsearchSettings(), lambda: date(2026, 6, 15))
        lookup = await registry.find_many([CVR], [])
    assert lookup.companies[CVR] == NotFound()
    assert 0.99 <= times[1] - times[0] < 3
