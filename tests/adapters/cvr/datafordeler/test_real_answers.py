"""Real answers of Datafordeler: they are read, and the stand-in's look like them."""

from datetime import date

import httpx
import pytest
from graphql import build_schema, parse, validate

from adapters.cvr.datafordeler.documents import Rows, documents
from adapters.cvr.datafordeler.entities import COMPANIES, ENTITIES, NAMES
from adapters.cvr.datafordeler.response import read_page
from adapters.cvr.documents import DocumentStore
from adapters.cvr.readings import read
from adapters.cvr.service import LastingError, RejectedError
from adapters.cvr.standin.schema import FILTERS, SDL
from contracts.addresses import Address
from contracts.identifiers import CvrNumber
from support.cvr_services import SECRET, company, standing_in

pytestmark = pytest.mark.shared
TODAY = date(2026, 10, 9)
ANSWERS = "datafordeler_cvr_graphql_v2_responses.json"


@pytest.fixture
def answers(real_sample):
    return real_sample(ANSWERS)


def nodes(answers, name):
    (connection,) = answers[name]["response"]["data"].values()
    return connection["nodes"]


def test_the_real_rows_of_one_company_make_a_fact(answers):
    (base,) = nodes(answers, "virksomhed_eq")
    own = {"CVREnhedsId": base["id"]}
    rows = Rows(
        companies=[base],
        names=[{**own, **row} for row in nodes(answers, "navn")],
        addresses=[{**own, **row} for row in nodes(answers, "adressering")],
    )
    fact = read(documents(rows, TODAY)[CvrNumber("47458714")], TODAY).fact
    assert (fact.name, fact.status, fact.status_text) == ("LEGO SYSTEM A/S", "active", "aktiv")
    assert fact.address == Address(street="Åstvej", number="1", postcode="7190", city="Billund")


def test_the_real_missing_filter_is_a_fault_of_ours(answers):
    missing = answers["error_missing_filter"]
    with pytest.raises(LastingError, match="DAF-GQL-0009: a mandatory filter missing"):
        read_page(httpx.Response(missing["status"], json=missing["response"]), NAMES)


def test_a_real_page_without_page_info_is_not_taken_for_the_last(answers):
    body = answers["virksomhed_in"]["response"]
    with pytest.raises(RejectedError, match="next page"):
        read_page(httpx.Response(200, json=body), COMPANIES)


def test_a_real_page_is_read_with_its_cursor(answers):
    (connection,) = answers["branche"]["response"]["data"].values()
    body = {"data": {"CVR_Navn": connection}}
    page = read_page(httpx.Response(200, json=body), NAMES)
    assert (len(page.rows), page.next_page) == (1, connection["pageInfo"]["endCursor"])


async def ask(query, variables=None):
    async with standing_in(company()) as server, httpx.AsyncClient() as client:
        body = {"query": query, "variables": variables or {}}
        params = {"apiKey": SECRET.get_secret_value()}
        return await client.post(server.url + "/CVR/v2", json=body, params=params)


async def test_the_stand_in_has_the_real_error_of_a_missing_filter(answers):
    real = answers["error_missing_filter"]["response"]
    ours = await ask("{ CVR_Navn(first: 1) { nodes { vaerdi } } }")
    assert ours.status_code == answers["error_missing_filter"]["status"]
    assert ours.json()["data"] == real["data"]
    (error,), (real_error,) = ours.json()["errors"], real["errors"]
    assert error.keys() == real_error.keys()
    assert error["extensions"].keys() == real_error["extensions"].keys()
    assert {**error, "extensions": None} == {**real_error, "extensions": None}


async def test_the_stand_in_understands_the_real_question(answers):
    asked = answers["virksomhed_eq"]["request"]
    number = next(iter(DocumentStore([company()])._companies))
    ours = (await ask(asked["query"], {**asked["variables"], "cvr": int(number)})).json()
    (row,), (real_row,) = ours["data"]["CVR_Virksomhed"]["nodes"], nodes(answers, "virksomhed_eq")
    assert {name: type(value) for name, value in row.items()} == {name: type(value) for name, value in real_row.items()}


@pytest.fixture
def real_schema(shared_cvr):
    path = shared_cvr / "datafordeler_cvr_graphql_v2.graphql"
    if not path.is_file():
        pytest.skip(f"the real GraphQL schema is not at {path}: no query was checked against it")
    return build_schema(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_the_real_schema_knows_every_field_that_is_asked_for(real_schema, entity):
    assert validate(real_schema, parse(entity.query)) == []


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_the_stand_in_serves_nothing_that_the_real_schema_has_not(real_schema, name):
    served, real = build_schema(SDL).type_map, real_schema.type_map
    for field, definition in served[name].fields.items():
        assert str(definition.type) == str(real[name].fields[field].type)
    assert served[f"{name}FilterInput"].fields.keys() <= real[f"{name}FilterInput"].fields.keys()
