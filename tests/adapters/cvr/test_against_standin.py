"""The client against the stand-in over real sockets."""

import asyncio
from datetime import date

import httpx
import pytest
from pydantic import SecretStr

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.patient_registry import ElasticsearchRegistry
from adapters.cvr.port import CompanyRegistry, NotFound, Unavailable
from adapters.cvr.sample import (
    sample_address,
    sample_company,
    sample_cvr_numbers,
    sample_p_numbers,
    sample_production_unit,
)
from adapters.cvr.standin import CvrStandIn

TODAY = date(2026, 6, 15)
CVRS = [number for number, _ in zip(sample_cvr_numbers(), range(30), strict=False)]
P_NUMBERS = [number for number, _ in zip(sample_p_numbers(), range(30), strict=False)]
SECRET = SecretStr("open sesame æøå")


def store():
    """Twenty companies with a unit each; the last ten numbers are nobody's."""
    start = date(2015, 1, 1)
    companies = [sample_company(n, f"Company {n}", started=start, address=sample_address()) for n in CVRS[:20]]
    units = [
        sample_production_unit(p, f"Unit {p}", cvr=cvr, started=start, ended=date(2026, 1, 31))
        for p, cvr in zip(P_NUMBERS[:20], CVRS, strict=False)
    ]
    return DocumentStore([*companies, *units])


@pytest.fixture
async def standin():
    server = CvrStandIn(store(), user="worker", password=SECRET)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client():
    async with httpx.AsyncClient() as client:
        yield client


def registry(client, url, **changes) -> CompanyRegistry:
    settings = ElasticsearchSettings(**{"url": url, "user": "worker", "password": SECRET, **changes})
    return ElasticsearchRegistry(client, settings, lambda: TODAY)


async def test_the_service_and_the_file_say_the_same(standin, client):
    lookup = await registry(client, standin.url).find_many(CVRS, P_NUMBERS)
    file = FileRegistry(store())
    assert lookup.companies == {cvr: file.find(cvr, TODAY) for cvr in CVRS}
    assert lookup.units == {p_number: file.find(p_number, TODAY) for p_number in P_NUMBERS}
    assert list(lookup.companies.values()).count(NotFound()) == 10
    assert standin.requests == 1


@pytest.mark.parametrize(
    ("path", "companies", "units"),
    [("/cvr-permanent/virksomhed/_search", 10, 30), ("/cvr-permanent/produktionsenhed/_search", 30, 10)],
)
async def test_the_typed_paths_hold_one_kind(standin, client, path, companies, units):
    lookup = await registry(client, standin.url, search_path=path).find_many(CVRS, P_NUMBERS)
    assert list(lookup.companies.values()).count(NotFound()) == companies
    assert list(lookup.units.values()).count(NotFound()) == units


async def test_wrong_credentials_are_reported_once_r20(standin, client):
    lookup = await registry(client, standin.url, password=SecretStr("wrong")).find_many(CVRS[:1], [])
    assert "401" in lookup.companies[CVRS[0]].reason
    assert standin.requests == 1


@pytest.mark.usefixtures("no_waiting")
async def test_an_outage_is_unavailable_and_over_when_it_is_over_r20(standin, client):
    asking = registry(client, standin.url)
    standin.faults.down = True
    assert "503" in (await asking.find_many(CVRS[:1], [])).companies[CVRS[0]].reason
    assert standin.requests == 3
    standin.faults.down = False
    assert (await asking.find_many(CVRS[:1], [])).companies[CVRS[0]].fact.name == f"Company {CVRS[0]}"


@pytest.mark.usefixtures("no_waiting")
async def test_partial_answers_are_asked_again(standin, client):
    standin.faults.failed_shards = 2
    lookup = await registry(client, standin.url).find_many(CVRS[-1:], [])
    assert lookup.companies[CVRS[-1]] == Unavailable("CVR answered without 2 of 6 shards")
    assert standin.requests == 3


@pytest.mark.usefixtures("no_waiting")
async def test_a_closed_port_is_unavailable_r20(standin, client):
    url = standin.url
    await standin.stop()
    lookup = await registry(client, url).find_many([], P_NUMBERS[:1])
    assert "ConnectError" in lookup.units[P_NUMBERS[0]].reason


async def test_the_budget_ends_all_waiting_r20(standin, client):
    standin.faults.delay_seconds = 30
    asking = registry(client, standin.url, total_budget=0.2)
    async with asyncio.timeout(5):
        lookup = await asking.find_many(CVRS[:1], [])
    assert lookup.companies[CVRS[0]] == Unavailable("CVR did not answer within 0.2 s")


@pytest.mark.usefixtures("no_waiting")
async def test_a_slow_answer_is_given_up_and_tried_again(standin, client):
    standin.faults.delay_seconds = 30
    lookup = await registry(client, standin.url, read_timeout=0.05).find_many(CVRS[:1], [])
    assert lookup.companies[CVRS[0]] == Unavailable("CVR was too slow (ReadTimeout)")
    assert standin.requests == 3


async def test_cancelling_is_passed_on(standin, client):
    standin.faults.delay_seconds = 30
    task = asyncio.create_task(registry(client, standin.url).find_many(CVRS[:1], []))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
