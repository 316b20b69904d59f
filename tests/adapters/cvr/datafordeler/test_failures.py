"""Datafordeler's errors, which come with HTTP 200 as well as with others, told apart by code (notes/cvr.md §2.2)."""

from datetime import date

import httpx
import pytest

from adapters.cvr.sample import sample_cvr_numbers
from adapters.cvr.service import LastingError, PassingError, RejectedError
from support.datafordeler import Scripted, errors, rows

TODAY = date(2026, 6, 15)
CVR = next(sample_cvr_numbers())
NODES = {"nodes": [], "pageInfo": {"hasNextPage": False}}


def json_answer(content, status=200):
    return httpx.Response(status, json=content)


@pytest.mark.parametrize(
    ("answer", "kind", "hint"),
    [
        (errors("HC0045"), PassingError, "HC0045"),
        (errors(None), PassingError, "no code"),
        (errors("HC0045", None), PassingError, "HC0045, no code"),
        (errors("HC0045", status=500), PassingError, "HC0045"),
        (errors(None, status=500), PassingError, "HTTP 500"),
        (errors("DAF-GQL-0009", data={"CVR_Virksomhed": None}), LastingError, "a mandatory filter missing"),
        (errors("DAF-GQL-0008"), LastingError, "an alias"),
        (errors("DAF-GQL-0010"), LastingError, "more than one root field"),
        (errors("DAF-GQL-0010", status=400), LastingError, "more than one root field"),
        (errors("DAF-AUTH-0001"), LastingError, "what it gives access to"),
        (errors("DAF-AUTH-0001", "HC0045"), LastingError, "what it gives access to"),
        (errors("DAF-GQL-0016"), RejectedError, "DAF-GQL-0016"),
        (errors("DAF-GQL-0016", "HC0045"), RejectedError, "DAF-GQL-0016"),
        (errors("HC0016", status=400), RejectedError, "HC0016"),
        (errors("HC0016", status=500), RejectedError, "HC0016"),
        (errors(None, status=400), RejectedError, "HTTP 400"),
        (errors("something <b>odd</b>"), RejectedError, "a code of an unknown form"),
        (errors(7), RejectedError, "a code of an unknown form"),
        (json_answer({"errorCode": "DAF-AUTH-0005"}, 401), LastingError, "15 minutes"),
        (errors("HC0045", status=401), LastingError, "401"),
        (errors("HC0045", status=403), LastingError, "gives access to"),
        (json_answer({}, 404), LastingError, "version"),
        (json_answer({"data": None}), RejectedError, "something else than rows of CVR_Virksomhed"),
        (json_answer({"data": {"CVR_Virksomhed": None}}), RejectedError, "something else"),
        (json_answer({"data": {"CVR_Virksomhed": {"nodes": None}}}), RejectedError, "something else"),
        (json_answer({"data": {"CVR_Navn": NODES}}), RejectedError, "something else"),
        (json_answer([]), RejectedError, "something else"),
        (json_answer({"data": {"CVR_Virksomhed": NODES | {"pageInfo": None}}}), RejectedError, "next page"),
        (
            json_answer({"data": {"CVR_Virksomhed": NODES | {"pageInfo": {"hasNextPage": True, "endCursor": None}}}}),
            RejectedError,
            "next page",
        ),
        (httpx.Response(429, headers={"Retry-After": "7"}), PassingError, "429"),
        (errors("DAF-GQL-0099", status=429), PassingError, "429"),
        (errors("DAF-GQL-0099", status=503), PassingError, "503"),
        (errors("DAF-AUTH-0001", status=429), LastingError, "what it gives access to"),
    ],
    ids=lambda value: getattr(value, "text", getattr(value, "__name__", value))[:60] if value else None,
)
async def test_every_failure_has_its_kind_and_tells_what_to_check(answer, kind, hint):
    with pytest.raises(kind, match=hint) as failure:
        await Scripted(any=answer).ask([CVR], TODAY)
    assert type(failure.value) is kind
    assert "secret text" not in str(failure.value)
    assert failure.value.__context__ is None


async def test_an_empty_list_of_errors_is_none():
    answer = json_answer({"errors": [], "data": {"CVR_Virksomhed": NODES}})
    assert (await Scripted(any=answer).ask([CVR], TODAY)).readings == {}


async def test_retry_after_is_heeded_with_a_code_as_well():
    answer = httpx.Response(503, json={"errors": [{"extensions": {"code": "HC0045"}}]}, headers={"Retry-After": "7"})
    with pytest.raises(PassingError) as failure:
        await Scripted(any=answer).ask([CVR], TODAY)
    assert failure.value.wait == 7


async def test_a_failure_half_way_leaves_nothing_that_could_be_taken_for_an_answer():
    company = {"id": "1", "CVRNummer": int(CVR), "virksomhedStartdato": "2010-01-01", "virkningFra": "2010-01-01"}
    server = Scripted(CVR_Virksomhed=rows("CVR_Virksomhed", company), CVR_Adressering=errors("HC0045"))
    with pytest.raises(PassingError) as failure:
        await server.ask([CVR], TODAY)
    assert failure.value.partial is None
    assert len(server.requests) == 3  # what would have followed is not asked any more
