"""What only Elasticsearch can do: one search for both kinds, answers that are cut, documents that are odd (notes §1)."""

import json
from datetime import date

import httpx
import pytest

from adapters.cvr.elasticsearch.service import ElasticsearchService
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.sample import sample_company, sample_p_numbers, sample_production_unit
from adapters.cvr.service import PassingError, RejectedError
from support.cvr_service import cvr_numbers

TODAY = date(2026, 6, 15)
KNOWN, UNKNOWN = cvr_numbers(2)
P_NUMBER = next(sample_p_numbers())
START = date(2020, 1, 1)
COMPANY = sample_company(KNOWN, "Known ApS", started=START)
UNIT = sample_production_unit(P_NUMBER, "Known", cvr=KNOWN, started=START)


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
    """Answers every request alike, and keeps the requests."""

    def __init__(self, content, status=200, **settings):
        self.response = httpx.Response(status, json=content)
        self.requests = []
        self.settings = ElasticsearchSettings(url="http://cvr.test", **settings)

    def handle(self, request):
        self.requests.append(request)
        return self.response

    async def ask(self, *numbers):
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.handle)) as client:
            return await ElasticsearchService(client, self.settings).ask(numbers or (KNOWN, UNKNOWN), TODAY)


async def test_one_search_asks_for_both_kinds_and_narrows_what_comes():
    server = Server(answer(COMPANY, UNIT))
    found = await server.ask(UNKNOWN, KNOWN, P_NUMBER)
    assert found.readings[KNOWN].fact.name == "Known ApS"
    assert found.readings[P_NUMBER].fact.cvr == KNOWN
    assert UNKNOWN not in found.readings
    (request,) = server.requests
    body = json.loads(request.content)
    assert request.url == "http://cvr.test/cvr-permanent/_search"
    assert request.headers["Accept-Encoding"] == "gzip"
    assert "Authorization" not in request.headers
    assert body["size"] == 6
    assert body["query"]["bool"] == {
        "should": [
            {"terms": {"Vrvirksomhed.cvrNummer": [UNKNOWN, KNOWN]}},
            {"terms": {"VrproduktionsEnhed.pNummer": [P_NUMBER]}},
        ],
        "minimum_should_match": 1,
    }
    assert "Vrvirksomhed.livsforloeb" in body["_source"]
    assert "VrproduktionsEnhed.naermesteFremtidigeDato" in body["_source"]
    assert "Vrvirksomhed.deltagerRelation" not in body["_source"]


async def test_the_search_path_is_configurable():
    server = Server(answer(COMPANY), search_path="/cvr-permanent/virksomhed/_search")
    await server.ask()
    assert server.requests[0].url.path == "/cvr-permanent/virksomhed/_search"


async def test_a_total_as_elasticsearch_7_writes_it_is_understood():
    found = await Server(answer(COMPANY, total={"value": 1, "relation": "eq"})).ask()
    assert (list(found.readings), found.defect) == ([KNOWN], None)


async def test_a_cut_answer_is_a_defect():
    found = await Server(answer(COMPANY, total=7)).ask()
    assert (list(found.readings), found.defect) == ([KNOWN], "CVR sent 1 of 7 documents")


async def test_an_unreadable_document_is_a_defect_and_spares_the_others():
    found = await Server(answer(COMPANY, {"Vrvirksomhed": {}}, {})).ask()
    assert (list(found.readings), found.defect) == ([KNOWN], "CVR sent 2 unreadable document(s)")


async def test_of_two_documents_with_one_number_the_newer_version_counts():
    newer = sample_company(KNOWN, "Newer ApS", started=START, version=2)
    for order in ((COMPANY, newer), (newer, COMPANY)):
        reading = (await Server(answer(*order)).ask()).readings[KNOWN]
        assert (reading.fact.name, reading.version) == ("Newer ApS", 2)


async def test_a_document_nobody_asked_for_is_left_alone():
    assert (await Server(answer(COMPANY)).ask(UNKNOWN)).readings == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (answer(COMPANY, timed_out=True), "timed out within"),
        (answer(COMPANY, _shards={"total": 6, "successful": 5, "skipped": 0, "failed": 1}), "without 1 of 6 shards"),
        (answer(COMPANY, _shards={"total": 6, "successful": 5, "skipped": 0, "failed": 0}), "without 1 of 6 shards"),
        (answer(COMPANY, _shards={"odd": True}), "did not say whether all shards answered"),
    ],
)
async def test_partial_answers_are_passing_with_what_came(content, reason):
    with pytest.raises(PassingError, match=reason) as failure:
        await Server(content).ask()
    assert list(failure.value.partial.readings) == [KNOWN]
    assert reason in failure.value.partial.defect


@pytest.mark.parametrize(
    ("status", "kind", "failure"),
    [
        (500, "search_phase_execution_exception", RejectedError),
        (500, "parsing_exception", RejectedError),
        (500, "es_rejected_execution_exception", PassingError),
        (500, None, PassingError),
        (503, "search_phase_execution_exception", PassingError),
        (429, "es_rejected_execution_exception", PassingError),
        (400, "parsing_exception", RejectedError),
    ],
)
async def test_the_error_type_tells_whose_fault_a_500_is(status, kind, failure):
    """§3.12: the service says 500 for a result window that is too large."""
    with pytest.raises(failure) as raised:
        await Server({"error": {"type": kind, "reason": "secret text"}, "status": status}, status).ask()
    assert type(raised.value) is failure
    assert "secret text" not in str(raised.value)


@pytest.mark.parametrize("content", [{"hits": []}, [1], {}, {"hits": {"hits": [], "total": "1"}}, {"version": {}}])
async def test_json_that_is_no_search_answer_is_rejected(content):
    with pytest.raises(RejectedError, match="search answer"):
        await Server(content).ask()
