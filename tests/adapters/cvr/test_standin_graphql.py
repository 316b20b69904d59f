"""The stand-in's GraphQL half as a client of Datafordeler sees it (notes/cvr.md §2.2)."""

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
END = date(2020, 5, 31)
PATH = "/CVR/v2"


@pytest.fixture
async def standin():
    companies = [sample_company(n, f"C {n}", started=START) for n in CVRS[:-1]]
    closed = sample_company(CVRS[-1], "Closed", started=START, ended=END)
    unit = sample_production_unit(P_NUMBER, "U", cvr=CVRS[0], started=START)
    server = CvrStandIn(DocumentStore([*companies, closed, unit]))
    await server.start()
    yield server
    await server.stop()


async def ask(client, query, **variables):
    return (await client.post(PATH, json={"query": query, "variables": variables})).json()


async def code_of(client, query, **variables):
    """The one error's code."""
    (error,) = (await ask(client, query, **variables))["errors"]
    return error["extensions"]["code"]


async def found(client, arguments, fields="CVRNummer"):
    """The rows of CVR_Virksomhed for these arguments."""
    return (await ask(client, f"{{ CVR_Virksomhed({arguments}) {{ nodes {{ {fields} }} }} }}"))["data"][
        "CVR_Virksomhed"
    ]["nodes"]


async def test_rows_are_found_by_one_number_or_many(client):
    one, two = int(CVRS[0]), int(CVRS[1])
    assert await found(client, f"where: {{CVRNummer: {{eq: {one}}}}}") == [{"CVRNummer": one}]
    both = await found(client, f"where: {{CVRNummer: {{in: [{one}, {two}]}}}}")
    assert sorted(row["CVRNummer"] for row in both) == [one, two]
    assert await found(client, "where: {CVRNummer: {eq: 1}}") == []


async def test_who_has_closed_has_two_versions_and_on_one_day_one(client):
    where, fields = f"where: {{CVRNummer: {{eq: {CVRS[-1]}}}}}", "status virksomhedOphoersdato virkningFra virkningTil"
    alive = {"status": "aktiv", "virksomhedOphoersdato": None, "virkningFra": "2015-01-01", "virkningTil": "2020-05-31"}
    closed = {
        "status": "inaktiv",
        "virksomhedOphoersdato": "2020-05-31",
        "virkningFra": "2020-06-01",
        "virkningTil": None,
    }
    history = await found(client, where, fields)
    assert sorted(history, key=lambda row: row["virkningFra"]) == [alive, closed]
    assert await found(client, f'{where}, virkningstid: "2020-05-31T12:00:00.000000Z"', fields) == [alive]
    assert await found(client, f'{where}, virkningstid: "2020-06-01T00:00:00.000000Z"', fields) == [closed]


async def test_pages_follow_each_other(client):
    query = """query Rows($keys: [Long!]!, $after: String) {
      CVR_Virksomhed(first: 5, after: $after, where: {CVRNummer: {in: $keys}}) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { CVRNummer } } }"""
    seen, cursor, pages = [], None, []
    while True:
        connection = (await ask(client, query, keys=[int(n) for n in CVRS[:-1]], after=cursor))["data"][
            "CVR_Virksomhed"
        ]
        seen += [row["CVRNummer"] for row in connection["nodes"]]
        pages.append(connection["pageInfo"])
        cursor = connection["pageInfo"]["endCursor"]
        if not connection["pageInfo"]["hasNextPage"]:
            break
    assert sorted(seen) == [int(n) for n in CVRS[:-1]]
    assert seen != sorted(seen)  # the order is nobody's
    assert [page["hasPreviousPage"] for page in pages] == [False, True, True]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ CVR_Navn { nodes { vaerdi } } }", "DAF-GQL-0009"),
        ("{ CVR_Navn(where: {}) { nodes { vaerdi } } }", "DAF-GQL-0009"),
        ('{ n: CVR_Navn(where: {CVREnhedsId: {eq: "1"}}) { nodes { vaerdi } } }', "DAF-GQL-0008"),
        ('{ CVR_Navn(where: {CVREnhedsId: {eq: "1"}}) { nodes { v: vaerdi } } }', "DAF-GQL-0008"),
        ("{ CVR_Navn { nodes { vaerdi } } CVR_Adressering { nodes { coNavn } } }", "DAF-GQL-0010"),
        ("{ __schema { types { name } } }", "HC0046"),
        ("{ CVR_Virksomhed(first: 1001, where: {CVRNummer: {eq: 1}}) { nodes { id } } }", "HC0051"),
        (
            f"{{ CVR_Virksomhed(where: {{CVRNummer: {{in: {list(range(101))}}}}}) {{ nodes {{ id }} }} }}",
            "DAF-GQL-0016",
        ),
    ],
)
async def test_the_service_s_own_rules_are_its_own_codes_with_http_200(client, query, code):
    assert (await client.post(PATH, json={"query": query})).status_code == 200
    assert await code_of(client, query) == code


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"query": 1}',
        b'{"query": "{"}',
        b'{"query": "{ CVR_Navn { nodes { ukendt } } }"}',
        b'{"query": "{ CVR_Ukendt { nodes { id } } }"}',
    ],
)
async def test_what_is_no_query_for_this_schema_is_http_400(client, body):
    response = await client.post(PATH, content=body)
    assert response.status_code == 400
    assert response.json()["errors"]


@pytest.mark.parametrize("given", [None, {"apiKey": "wrong"}, {"key": "right"}])
async def test_without_the_right_key_it_is_a_401(given):
    server = CvrStandIn(DocumentStore(), api_key=SecretStr("right"))
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:
            body = {"query": '{ CVR_Navn(where: {CVREnhedsId: {eq: "1"}}) { nodes { vaerdi } } }'}
            refused = await client.post(PATH, json=body, params=given)
            admitted = await client.post(PATH, json=body, params={"apiKey": "right"})
    finally:
        await server.stop()
    assert (refused.status_code, admitted.status_code) == (401, 200)
    assert refused.json()["errorCode"] == "DAF-AUTH-0005"
    assert admitted.json() == {"data": {"CVR_Navn": {"nodes": []}}}


async def test_a_timeout_within_is_an_error_with_http_200(client, standin):
    standin.faults.timed_out = True
    assert await code_of(client, "{ CVR_Virksomhed(where: {CVRNummer: {eq: 1}}) { nodes { id } } }") == "HC0045"


async def test_only_posting_is_served(client):
    assert (await client.get(PATH)).status_code == 405
