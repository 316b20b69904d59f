"""The client against every way CVR is known to fail: retries counted, reasons useful, nothing raised (R20)."""

import json
from datetime import date

import httpx
import pytest

from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.patient_registry import ElasticsearchRegistry
from adapters.cvr.port import Found, InvalidNumber, NotFound, Unavailable
from adapters.cvr.sample import sample_company, sample_cvr_numbers, sample_p_numbers, sample_production_unit
from contracts.identifiers import CvrNumber, PNumber

TODAY = date(2026, 6, 15)
KNOWN, UNKNOWN = (number for number, _ in zip(sample_cvr_numbers(), range(2), strict=False))
P_NUMBER = next(sample_p_numbers())
COMPANY = sample_company(KNOWN, "Known ApS", started=date(2020, 1, 1))
UNIT = sample_production_unit(P_NUMBER, "Known", cvr=KNOWN, started=date(2020, 1, 1))
HTML = "<html><head><title>Nope</title></head></html>"

pytestmark = pytest.mark.usefixtures("no_waiting")


def answer(*documents, total=None, **changes):
    """A whole search answer over `documents`, or one changed to be less than whole."""
    hits = [{"_index": "cvr-v-1", "_type": "_doc", "_id": "1", "_score": 1.0, "_source": d} for d in documents]
    body = {
        "took": 1,
        "timed_out": False,
        "_shards": {"total": 6, "successful": 6, "skipped": 0, "failed": 0},
        "hits": {"total": len(hits) if total is None else total, "max_score": 1.0, "hits": hits},
    }
    return body | changes


class Server:
    """Plays the scripted responses in turn, the last one for ever, and keeps the requests."""

    def __init__(self, *script, **settings):
        self.script = list(script)
        self.requests = []
        self.settings = ElasticsearchSettings(url="http://cvr.test", **settings)

    def handle(self, request):
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return step
        return httpx.Response(200, json=step)

    async def find(self, cvrs=(KNOWN, UNKNOWN), p_numbers=()):
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.handle)) as client:
            registry = ElasticsearchRegistry(client, self.settings, lambda: TODAY)
            return await registry.find_many(cvrs, p_numbers)


def page(status, **headers):
    return httpx.Response(status, text=HTML, headers={"Content-Type": "text/html", **headers})


async def test_one_request_asks_for_both_kinds_and_names_every_outcome():
    server = Server(answer(COMPANY, UNIT))
    bad = CvrNumber("12345678")
    lookup = await server.find([KNOWN, UNKNOWN, bad], [P_NUMBER])
    assert lookup.companies[KNOWN].fact.name == "Known ApS"
    assert lookup.companies[UNKNOWN] == NotFound()
    assert lookup.companies[bad] == InvalidNumber()
    assert lookup.units[P_NUMBER].fact.cvr == KNOWN
    (request,) = server.requests
    body = json.loads(request.content)
    assert request.url == "http://cvr.test/cvr-permanent/_search"
    assert request.headers["Accept-Encoding"] == "gzip"
    assert body["size"] == 6
    assert body["query"]["bool"] == {
        "should": [
            {"terms": {"Vrvirksomhed.cvrNummer": sorted([KNOWN, UNKNOWN])}},
            {"terms": {"VrproduktionsEnhed.pNummer": [P_NUMBER]}},
        ],
        "minimum_should_match": 1,
    }
    assert "Vrvirksomhed.livsforloeb" in body["_source"]
    assert "Vrvirksomhed.deltagerRelation" not in body["_source"]


async def test_invalid_numbers_are_flagged_without_a_call_r2():
    server = Server(answer())
    lookup = await server.find([CvrNumber("33657598"), CvrNumber("")], [PNumber("1234567890")])
    assert {*lookup.companies.values(), *lookup.units.values()} == {InvalidNumber()}
    assert server.requests == []


async def test_nothing_asked_is_nothing_called():
    server = Server(answer())
    lookup = await server.find([], [])
    assert (lookup.companies, lookup.units, server.requests) == ({}, {}, [])


async def test_numbers_go_in_batches_of_at_most_200():
    cvrs = [number for number, _ in zip(sample_cvr_numbers(), range(401), strict=False)]
    server = Server(answer())
    lookup = await server.find([*cvrs, *cvrs])
    assert len(lookup.companies) == 401
    sizes = [
        len(json.loads(request.content)["query"]["bool"]["should"][0]["terms"]["Vrvirksomhed.cvrNummer"])
        for request in server.requests
    ]
    assert sizes == [200, 200, 1]


async def test_a_total_as_elasticsearch_7_writes_it_is_understood():
    server = Server(answer(COMPANY, total={"value": 1, "relation": "eq"}))
    assert (await server.find()).companies[UNKNOWN] == NotFound()


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("hung up"),
        page(429),
        page(502),
        page(503),
        page(504),
        page(500),
        httpx.Response(500, json={"error": {"type": "es_rejected_execution_exception"}, "status": 500}),
        answer(timed_out=True),
        answer(_shards={"total": 6, "successful": 5, "skipped": 0, "failed": 1}),
        answer(_shards={"odd": True}),
    ],
    ids=repr,
)
async def test_passing_failures_are_tried_three_times_and_then_reported_r20(failure):
    server = Server(failure)
    lookup = await server.find()
    assert len(server.requests) == 3
    assert all(isinstance(outcome, Unavailable) and outcome.reason for outcome in lookup.companies.values())


@pytest.mark.parametrize(
    ("failure", "hint"),
    [
        (page(400), "check the path"),
        (page(401), "password"),
        (page(403), "agreement"),
        (page(404), "search path"),
        (page(302, Location="http://elsewhere.test/"), "redirects"),
        (page(413), "413"),
        (page(200), "url and proxy"),
        (
            httpx.Response(200, content=b"{nope", headers={"Content-Type": "application/json"}),
            "cannot be read",
        ),
        (httpx.Response(200, json={"hits": []}), "search answer"),
        (httpx.Response(200, json=[1]), "search answer"),
        (httpx.Response(400, json={"error": {"type": "parsing_exception"}}), "HTTP 400"),
        (httpx.Response(500, json={"error": {"type": "search_phase_execution_exception"}}), "rejected the question"),
        (httpx.UnsupportedProtocol("odd"), "proxy"),
    ],
    ids=repr,
)
async def test_lasting_failures_are_not_retried_and_tell_what_to_check_r20(failure, hint):
    server = Server(failure)
    outcomes = (await server.find()).companies.values()
    assert len(server.requests) == 1
    assert all(isinstance(outcome, Unavailable) and hint in outcome.reason for outcome in outcomes)


async def test_a_failure_that_passes_leaves_no_trace():
    server = Server(httpx.ConnectError("refused"), page(503), answer(COMPANY))
    lookup = await server.find()
    assert isinstance(lookup.companies[KNOWN], Found)
    assert lookup.companies[UNKNOWN] == NotFound()


async def test_gotcha_11_a_partial_answer_proves_presence_but_never_absence():
    server = Server(answer(COMPANY, timed_out=True))
    lookup = await server.find()
    assert isinstance(lookup.companies[KNOWN], Found)
    assert isinstance(lookup.companies[UNKNOWN], Unavailable)


async def test_a_cut_answer_never_proves_absence():
    lookup = await Server(answer(COMPANY, total=7)).find()
    assert isinstance(lookup.companies[KNOWN], Found)
    assert lookup.companies[UNKNOWN] == Unavailable("CVR sent 1 of 7 documents")


async def test_an_unreadable_document_never_proves_absence():
    lookup = await Server(answer(COMPANY, {"Vrvirksomhed": {}}, {})).find()
    assert isinstance(lookup.companies[KNOWN], Found)
    assert lookup.companies[UNKNOWN] == Unavailable("CVR sent 2 unreadable document(s)")


async def test_of_two_documents_with_one_number_the_newer_version_counts():
    newer = sample_company(KNOWN, "Newer ApS", started=date(2020, 1, 1), version=2)
    for order in ((COMPANY, newer), (newer, COMPANY)):
        assert (await Server(answer(*order)).find()).companies[KNOWN].fact.name == "Newer ApS"


async def test_after_a_batch_has_failed_the_rest_are_not_asked_but_what_came_is_kept():
    cvrs = [number for number, _ in zip(sample_cvr_numbers(), range(6), strict=False)]
    server = Server(answer(COMPANY), page(403), batch_size=2)
    lookup = await server.find(cvrs)
    assert len(server.requests) == 2
    kinds = [type(lookup.companies[cvr]) for cvr in cvrs]
    assert kinds == [Found, NotFound, Unavailable, Unavailable, Unavailable, Unavailable]


async def test_a_retry_after_that_outlasts_the_budget_is_not_waited_for():
    server = Server(page(503, **{"Retry-After": "120"}))
    await server.find()
    assert len(server.requests) == 1


@pytest.mark.parametrize("value", ["0", "1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_retry_after_within_the_budget_or_unreadable_still_retries(value):
    server = Server(page(429, **{"Retry-After": value}))
    await server.find()
    assert len(server.requests) == 3
