"""What is asked of Datafordeler, in which order, and page by page (notes/cvr.md §2.2)."""

import json
from datetime import date

import pytest
from pydantic import SecretStr, ValidationError

from adapters.cvr.datafordeler.entities import ENTITIES
from adapters.cvr.datafordeler.settings import DatafordelerSettings
from adapters.cvr.sample import sample_cvr_numbers, sample_p_numbers
from adapters.cvr.service import RejectedError
from support.datafordeler import TIMES, Scripted, entity_of, rows

TODAY = date(2026, 6, 15)
CVR = next(sample_cvr_numbers())
P_NUMBER = next(sample_p_numbers())
COMPANY = {
    **TIMES,
    "id": "4001",
    "CVRNummer": int(CVR),
    "status": "aktiv",
    "virksomhedStartdato": "2010-01-01",
    "virksomhedOphoersdato": None,
    "virkningFra": "2010-01-01",
}


def name(text, **changes):
    return {**TIMES, "CVREnhedsId": "4001", "vaerdi": text, "sekvens": 0, "virkningFra": "2010-01-01", **changes}


async def test_each_entity_is_asked_by_itself_and_the_key_goes_in_the_query_string():
    server = Scripted(CVR_Virksomhed=rows("CVR_Virksomhed", COMPANY))
    answer = await server.ask([CVR, P_NUMBER], TODAY, api_key=SecretStr("a+b/c&d"))
    assert list(answer.readings) == [CVR]
    assert [entity_of(request) for request in server.requests] == [entity.name for entity in ENTITIES]
    for request in server.requests:
        assert request.url.host == "cvr.test"
        assert request.url.path == "/CVR/v2"
        assert dict(request.url.params) == {"apiKey": "a+b/c&d"}
        assert request.headers["Accept-Encoding"] == "gzip"
        assert "Authorization" not in request.headers
        query = json.loads(request.content)["query"]
        assert query.count("CVR_") == 1  # one root field, or it is DAF-GQL-0010
        assert "virkningstid" not in query  # it would hide what was and what is to come
        assert "coNavn" not in query


async def test_long_numbers_go_as_numbers_and_ids_as_text():
    unit = {
        **TIMES,
        "id": "5002",
        "pNummer": int(P_NUMBER),
        "status": "aktiv",
        "produktionsenhedStartdato": "2011-01-01",
        "virkningFra": "2011-01-01",
    }
    server = Scripted(
        CVR_Virksomhed=rows("CVR_Virksomhed", COMPANY), CVR_Produktionsenhed=rows("CVR_Produktionsenhed", unit)
    )
    await server.ask([CVR, P_NUMBER], TODAY)
    keys = [json.loads(request.content)["variables"]["keys"] for request in server.requests]
    assert keys == [[int(CVR)], [int(P_NUMBER)], ["4001", "5002"], ["4001", "5002"], ["4001"], ["4001"]]


async def test_of_unknown_numbers_nothing_more_is_asked():
    server = Scripted()
    answer = await server.ask([CVR, P_NUMBER], TODAY)
    assert (answer.readings, answer.defect) == ({}, None)
    assert [entity_of(request) for request in server.requests] == ["CVR_Virksomhed", "CVR_Produktionsenhed"]


@pytest.mark.parametrize(("today", "expected"), [(TODAY, "New"), (date(2015, 1, 1), "Old")])
async def test_pages_are_followed_by_cursor_and_all_of_them_are_read(today, expected):
    pages = [
        rows("CVR_Navn", name("New", virkningFra="2020-01-01"), cursor="c1"),
        rows("CVR_Navn", cursor="c2"),
        rows("CVR_Navn", name("Old", virkningTil="2019-12-31")),
    ]
    server = Scripted(CVR_Virksomhed=rows("CVR_Virksomhed", COMPANY), CVR_Navn=pages)
    answer = await server.ask([CVR], today, page_size=1)
    assert answer.readings[CVR].fact.name == expected
    asked = [json.loads(request.content)["variables"] for request in server.requests if "Navn" in entity_of(request)]
    assert [(variables["first"], variables["after"]) for variables in asked] == [(1, None), (1, "c1"), (1, "c2")]


async def test_a_service_that_goes_in_circles_is_given_up():
    pages = [rows("CVR_Navn", name("X"), cursor="again") for _ in range(30)]
    server = Scripted(CVR_Virksomhed=rows("CVR_Virksomhed", COMPANY), CVR_Navn=pages)
    with pytest.raises(RejectedError, match="more than 20 pages of CVR_Navn"):
        await server.ask([CVR], TODAY)
    assert len(server.requests) == 21


async def test_more_ids_than_a_list_takes_are_asked_in_parts():
    many = [{**COMPANY, "id": str(4000 + n)} for n in range(101)]
    server = Scripted(CVR_Virksomhed=rows("CVR_Virksomhed", *many))
    await server.ask([CVR], TODAY)
    lengths = [len(json.loads(request.content)["variables"]["keys"]) for request in server.requests]
    assert lengths == [1, 100, 1, 100, 1, 100, 1, 100, 1]


async def test_rows_of_numbers_nobody_asked_for_are_left_alone():
    other = {**COMPANY, "id": "9", "CVRNummer": 12345678}
    answer = await Scripted(CVR_Virksomhed=rows("CVR_Virksomhed", other, COMPANY)).ask([CVR], TODAY)
    assert list(answer.readings) == [CVR]


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 101}, {"page_size": 1001}, {"url": "https://a/b"}, {"path": "CVR/v2"}, {"path": "/a?b"}]
)
def test_settings_the_service_cannot_take_are_refused(wrong):
    with pytest.raises(ValidationError):
        DatafordelerSettings(**wrong)
