"""Real CVR answers: they are read, and the stand-in and our samples look like them."""

from datetime import date

import httpx
import pytest
from pydantic import SecretStr

from adapters.cvr.documents import DocumentStore
from adapters.cvr.elasticsearch.search import read_answer
from adapters.cvr.reading import FIELDS_READ, number_of, read_company, read_production_unit
from adapters.cvr.sample import (
    sample_address,
    sample_company,
    sample_cvr_numbers,
    sample_p_numbers,
    sample_production_unit,
)
from adapters.cvr.standin import CvrStandIn
from adapters.cvr.standin.query_language import narrowed
from contracts.addresses import Address
from contracts.cvr_facts import CompanyFact
from contracts.identifiers import CvrNumber

pytestmark = pytest.mark.shared
TODAY = date(2026, 6, 15)
COMPANY = "es_virksomhed_25052943_search.json"
UNITS = "es_produktionsenhed_10hits_search.json"
FOUR = "es_virksomhed_4hits_scroll_GLBASETEST.json"
SINCE_2017 = {"skipped", "nyesteBinavne", "sekundaertTelefonNummer", "sekundaertTelefaxNummer"}
"""Keys that the recordings of 2017 lack and later ones have."""


def sources(answer):
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def test_the_real_company_is_read(real_sample):
    (document,) = sources(real_sample(COMPANY))
    assert read_company(document, TODAY) == CompanyFact(
        cvr=CvrNumber("25052943"),
        name="MAGENTA ApS",
        status="active",
        status_text="NORMAL",
        started_on=date(1999, 11, 15),
        legal_form="APS",
        address=Address(
            street="Pilestræde",
            number="43",
            floor="3",
            door="777",
            postcode="1112",
            city="København K",
            municipality_code="0101",
            country_code="DK",
        ),
    )
    assert read_company(document, date(1999, 12, 1)).name == "ApS KBIL 17 NR. 1179"
    assert read_company(document, date(1999, 11, 1)).status == "future"


def test_all_ten_real_units_have_ceased_though_aktiv(real_sample):
    for document in sources(real_sample(UNITS)):
        fact = read_production_unit(document, TODAY)
        assert (fact.status, fact.status_text) == ("ceased", "Aktiv")
        assert fact.p_number.is_valid
        assert fact.cvr is not None
        assert fact.cvr.is_valid
        last_day = document["VrproduktionsEnhed"]["livsforloeb"][0]["periode"]["gyldigTil"]
        assert fact.ceased_on == date.fromisoformat(last_day)
        assert read_production_unit(document, fact.ceased_on).status == "active"


def test_the_four_anonymised_companies_have_ceased_whatever_they_are_called(real_sample):
    facts = [read_company(document, TODAY) for document in sources(real_sample(FOUR))]
    assert {fact.status for fact in facts} == {"ceased"}
    assert not any(fact.cvr.is_valid for fact in facts)
    assert facts[0].address.street == "Raekkerhus"  # no registered address: the postal one is open


@pytest.mark.parametrize("name", [COMPANY, UNITS, FOUR])
def test_narrowing_a_real_document_does_not_change_the_fact(real_sample, name):
    for document in sources(real_sample(name)):
        read = read_company if isinstance(number_of(document), CvrNumber) else read_production_unit
        assert read(narrowed(document, list(FIELDS_READ)), TODAY) == read(document, TODAY)


@pytest.mark.parametrize("name", [COMPANY, UNITS, FOUR, "es_virksomhed_empty_GLBASETEST.json"])
def test_real_answers_are_understood(real_sample, name):
    answer = read_answer(real_sample(name))
    assert answer is not None
    assert not answer.is_passing


def json_type(value):
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def assert_same_shape(ours, real, path="$"):
    """Objects have the same keys, lists the same kind of elements, and values the same JSON type unless null."""
    if ours is None or real is None:
        return
    assert json_type(ours) == json_type(real), path
    if isinstance(ours, dict):
        assert ours.keys() - SINCE_2017 == real.keys() - SINCE_2017, path
        for key in ours.keys() & real.keys():
            assert_same_shape(ours[key], real[key], f"{path}.{key}")
    elif isinstance(ours, list) and ours and real:
        assert_same_shape(ours[0], real[0], f"{path}[0]")


async def ask(document, path, request):
    """What the stand-in answers about one document, over a real socket."""
    server = CvrStandIn(DocumentStore([document]), user="u", password=SecretStr("p"))
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, auth=("u", "p")) as client:
            return (await client.post(path, json=request)).json()
    finally:
        await server.stop()


def own_company():
    cvr, p_number = next(sample_cvr_numbers()), next(sample_p_numbers())
    start = date(2015, 1, 1)
    return sample_company(cvr, "X", started=start, address=sample_address(), p_numbers=[p_number])


async def test_the_stand_in_answers_about_companies_in_the_real_shape(real_sample):
    answer = await ask(own_company(), "/cvr-permanent/virksomhed/_search", {})
    assert_same_shape(answer, real_sample(COMPANY))
    newer = real_sample(FOUR)
    del newer["_scroll_id"]  # this one was asked for by scrolling
    assert_same_shape(answer, newer)


async def test_the_stand_in_answers_about_units_in_the_real_shape(real_sample):
    real = real_sample(UNITS)
    own = sample_production_unit(
        next(sample_p_numbers()),
        "X",
        cvr=next(sample_cvr_numbers()),
        started=date(2015, 1, 1),
        address=sample_address(),
    )
    assert_same_shape(await ask(own, "/cvr-permanent/produktionsenhed/_search", {}), real)


async def test_the_stand_in_serves_a_real_document_unchanged(real_sample):
    (document,) = sources(real_sample(COMPANY))
    answer = await ask(document, "/cvr-permanent/_search", {})
    assert sources(answer) == [document]
    assert answer["hits"]["hits"][0]["_id"] == real_sample(COMPANY)["hits"]["hits"][0]["_id"]


async def test_the_errors_of_the_stand_in_have_the_reported_shape(real_sample):
    reported = real_sample("es_error_shapes_reported.json")
    window = await ask(own_company(), "/cvr-permanent/_search", {"from": 2, "size": 3000})
    assert_same_shape(window, reported["result_window"]["body"])
    bad = await ask(own_company(), "/cvr-permanent/_search", {"query": {"invalidquerytype": {}}})
    assert_same_shape(bad, reported["bad_query"]["body"])
    assert bad["error"]["reason"] == reported["bad_query"]["body"]["error"]["reason"]


async def test_the_root_info_has_the_real_shape(real_sample):
    server = CvrStandIn(DocumentStore())
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert_same_shape((await client.get("/")).json(), real_sample("es_root_info_6.8.16.json"))
    finally:
        await server.stop()
