"""The stand-in's own behaviour, as a client of Elasticsearch 6.8 sees it (notes/cvr.md §1)."""

from datetime import date

import httpx
import pytest
from pydantic import SecretStr

from adapters.cvr.documents import DocumentStore
from adapters.cvr.sample import sample_company, sample_production_unit
from adapters.cvr.standin import CvrStandIn
from support.cvr_service import cvr_numbers, p_numbers

CVRS, (P_NUMBER,) = cvr_numbers(12), p_numbers(1)
START = date(2015, 1, 1)
SEARCH = "/cvr-permanent/_search"


@pytest.fixture
async def standin():
    companies = [sample_company(n, f"C {n}", started=START) for n in CVRS]
    unit = sample_production_unit(P_NUMBER, "U", cvr=CVRS[0], started=START)
    server = CvrStandIn(DocumentStore([*companies, unit]))
    await server.start()
    yield server
    await server.stop()


async def found(client, query, path=SEARCH, **more):
    """How many documents a query matches."""
    response = await client.post(path, json={"query": query, **more})
    assert response.status_code == 200, response.text
    return response.json()["hits"]["total"]


async def test_the_default_size_is_10_while_the_total_is_whole(client):
    hits = (await client.post(SEARCH, json={})).json()["hits"]
    assert (hits["total"], len(hits["hits"])) == (13, 10)


async def test_from_and_size_page_through(client):
    pages = [(await client.post(SEARCH, json={"from": n, "size": 5})).json() for n in (0, 5, 10)]
    ids = [hit["_id"] for page in pages for hit in page["hits"]["hits"]]
    assert len(ids) == len(set(ids)) == 13


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({"term": {"Vrvirksomhed.cvrNummer": CVRS[0]}}, 1),
        ({"term": {"Vrvirksomhed.cvrNummer": int(CVRS[0])}}, 1),
        ({"term": {"Vrvirksomhed.cvrNummer": {"value": CVRS[0]}}}, 1),
        ({"terms": {"Vrvirksomhed.cvrNummer": CVRS[:3]}}, 3),
        ({"term": {"VrproduktionsEnhed.virksomhedsrelation.cvrNummer": CVRS[0]}}, 1),
        ({"term": {"Vrvirksomhed.reklamebeskyttet": "false"}}, 12),
        ({"term": {"Vrproduktionsenhed.pNummer": P_NUMBER}}, 0),
        ({"bool": {"filter": [{"terms": {"Vrvirksomhed.cvrNummer": CVRS[:3]}}]}}, 3),
        (
            {
                "bool": {
                    "filter": {"term": {"Vrvirksomhed.cvrNummer": CVRS[0]}},
                    "should": [{"term": {"x": 1}}],
                }
            },
            1,
        ),
        (
            {
                "bool": {
                    "should": [
                        {"terms": {"Vrvirksomhed.cvrNummer": CVRS[:2]}},
                        {"term": {"VrproduktionsEnhed.pNummer": P_NUMBER}},
                    ]
                }
            },
            3,
        ),
        ({"bool": {"should": [{"match_all": {}}, {"term": {"x": 1}}], "minimum_should_match": 2}}, 0),
        ({"bool": {}}, 13),
    ],
)
async def test_queries_find_what_they_find_in_elasticsearch(client, query, total):
    assert await found(client, query) == total


@pytest.mark.parametrize(
    "body",
    [
        {"query": {"invalidquerytype": {}}},
        {"query": {"bool": {"should": [{"fuzzy": {}}]}}},
        {"query": {"bool": {"must_not": []}}},
        {"query": {"terms": {"a": 1}}},
        {"query": {"bool": {"minimum_should_match": "75%"}}},
        {"query": []},
        {"aggs": {}},
        {"size": -1},
        {"from": "x"},
        {"_source": {"includes": []}},
        [],
    ],
)
async def test_what_is_not_understood_is_400_and_a_parsing_exception(client, body):
    response = await client.post(SEARCH, json=body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "parsing_exception"


async def test_a_body_that_is_not_json_is_400(client):
    assert (await client.post(SEARCH, content=b"{")).status_code == 400


async def test_the_result_window_is_3000_and_its_error_an_http_500(client):
    assert (await client.post(SEARCH, json={"size": 3000})).status_code == 200
    response = await client.post(SEARCH, json={"from": 2, "size": 3000})
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "search_phase_execution_exception"
    assert "[3000] but was [3002]" in response.json()["error"]["reason"]


async def test_source_filtering_leaves_the_paths_asked_for(client):
    fields = [
        "Vrvirksomhed.cvrNummer",
        "Vrvirksomhed.livsforloeb.periode.gyldigFra",
        "Vrvirksomhed.*Metadata.s*",
    ]
    query = {"term": {"Vrvirksomhed.cvrNummer": CVRS[0]}}
    response = await client.post(SEARCH, json={"query": query, "_source": fields})
    (hit,) = response.json()["hits"]["hits"]
    assert hit["_source"] == {
        "Vrvirksomhed": {
            "cvrNummer": int(CVRS[0]),
            "livsforloeb": [{"periode": {"gyldigFra": "2015-01-01"}}],
            "virksomhedMetadata": {"sammensatStatus": "NORMAL", "stiftelsesDato": "2015-01-01"},
        }
    }
    bare = await client.post(SEARCH, json={"query": query, "_source": False})
    assert "_source" not in bare.json()["hits"]["hits"][0]


async def test_no_hits_have_no_score(client):
    hits = (await client.post(SEARCH, json={"query": {"term": {"x": 1}}})).json()["hits"]
    assert hits == {"total": 0, "max_score": None, "hits": []}


async def test_the_root_tells_an_elasticsearch_6_8(client):
    assert (await client.get("/")).json()["version"]["number"] == "6.8.16"


async def test_elsewhere_is_an_html_404(client):
    response = await client.post("/cvr-v/_search", json={})
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("auth", [None, ("worker", "wrong"), ("other", "right"), ("", "")])
async def test_without_the_right_credentials_it_is_an_html_401(auth):
    server = CvrStandIn(DocumentStore(), user="worker", password=SecretStr("right"))
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:
            response = await client.post(SEARCH, json={}, auth=auth)
            admitted = await client.post(SEARCH, json={}, auth=("worker", "right"))
    finally:
        await server.stop()
    assert (response.status_code, admitted.status_code) == (401, 200)
    assert response.headers["Content-Type"].startswith("text/html")
    assert "nginx" in response.text


async def test_a_port_may_be_chosen_and_a_taken_one_is_an_error(standin):
    taken = int(standin.url.rsplit(":", 1)[1])
    second = CvrStandIn(DocumentStore(), port=taken)
    with pytest.raises(OSError, match="address"):
        await second.start()
    with pytest.raises(RuntimeError, match="not running"):
        _ = second.url
    await standin.stop()
    await second.start()
    assert second.url.endswith(str(taken))
    await second.stop()
    await second.stop()
