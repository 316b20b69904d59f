"""Gotchas of notes/cvr.md §3 about answers: not whole, not from CVR, or from the wrong place."""

import pytest

from adapters.cvr.datafordeler.settings import DatafordelerSettings
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.reading import number_of
from adapters.cvr.service import LastingError, PassingError, RejectedError
from support.cvr_services import (
    KINDS,
    TODAY,
    same_for_both,
    service_at,
    standing_in,
)


async def test_an_answer_that_is_not_whole_is_passing_and_never_proves_absence(kind, service, standin, cvrs):
    """§3.11: Elasticsearch sends what it has with HTTP 200; Datafordeler sends HTTP 200 and an error."""
    standin.faults.timed_out = True
    with pytest.raises(PassingError) as failure:
        await service.ask([cvrs[0], cvrs[-1]], TODAY)
    if kind == "elasticsearch":
        assert list(failure.value.partial.readings) == [cvrs[0]]
        assert failure.value.partial.defect == str(failure.value)
    else:
        assert failure.value.partial is None
        assert "HC0045" in str(failure.value)


async def test_missing_shards_are_passing_and_what_came_is_kept(client, standin, cvrs):
    """§3.11: Elasticsearch alone has shards."""
    standin.faults.failed_shards = 2
    with pytest.raises(PassingError, match="without 2 of 6 shards") as failure:
        await service_at("elasticsearch", client, standin.url).ask([cvrs[0], cvrs[-1]], TODAY)
    assert list(failure.value.partial.readings) == [cvrs[0]]


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"status": 401}, LastingError),
        ({"status": 404}, LastingError),
        ({"page": True}, LastingError),
        ({"status": 502}, PassingError),
        ({"status": 500}, PassingError),
        ({"status": 400}, RejectedError),
    ],
    ids=str,
)
async def test_pages_of_the_web_server_are_not_taken_for_answers(service, standin, cvrs, fault, failure):
    """§3.12."""
    for name, value in fault.items():
        setattr(standin.faults, name, value)
    with pytest.raises(failure):
        await service.ask(cvrs, TODAY)


async def test_a_server_error_that_blames_the_question_is_rejected(service, standin, cvrs):
    """§3.12."""
    standin.faults.poison, standin.faults.poison_status = frozenset({cvrs[0]}), 500
    with pytest.raises(RejectedError):
        await service.ask(cvrs, TODAY)


def test_only_the_register_s_own_services_are_asked_by_default():
    """§3.15: no mirror of a third party."""
    assert ElasticsearchSettings().url == "http://distribution.virk.dk"
    assert DatafordelerSettings().url == "https://graphql.datafordeler.dk"


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "es_virksomhed_25052943_search.json",
        "es_produktionsenhed_10hits_search.json",
    ],
)
async def test_real_documents_read_alike_from_both_services(real_sample, client, name):
    """§3.1, §3.2: all ten units are closed and still called "Aktiv"."""
    documents = [hit["_source"] for hit in real_sample(name)["hits"]["hits"]]
    numbers = [number_of(document) for document in documents]
    facts = {}
    for kind in KINDS:
        async with standing_in(*documents) as server:
            answer = await service_at(kind, client, server.url).ask(numbers, TODAY)
        assert answer.defect is None
        facts[kind] = {number: same_for_both(reading.fact) for number, reading in answer.readings.items()}
    assert facts["elasticsearch"] == facts["datafordeler"]
    assert facts["elasticsearch"].keys() == set(numbers)
