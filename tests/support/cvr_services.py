"""The two services that answer for CVR, built alike: for tests that hold for both."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date

import httpx
from pydantic import SecretStr

from adapters.cvr.datafordeler.service import DatafordelerService
from adapters.cvr.datafordeler.settings import DatafordelerSettings
from adapters.cvr.documents import DocumentStore
from adapters.cvr.elasticsearch.service import ElasticsearchService
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.sample import (
    sample_address,
    sample_company,
    sample_period,
    sample_production_unit,
)
from adapters.cvr.standin import CvrStandIn
from adapters.telemetry.catalogue import REGISTRY
from support.cvr_service import cvr_numbers, p_numbers

TODAY = date(2026, 6, 15)
KINDS = ("elasticsearch", "datafordeler")
START = date(2015, 3, 1)
(CVR, OTHER_CVR), (P_NUMBER,) = cvr_numbers(2), p_numbers(1)
SECRET = SecretStr("open sesame/æøå+100%")


def service_at(kind, client, url, *, secret=SECRET, **settings):
    """A service of one kind that asks the server at `url`."""
    if kind == "elasticsearch":
        return ElasticsearchService(client, ElasticsearchSettings(url=url, user="worker", password=secret, **settings))
    return DatafordelerService(client, DatafordelerSettings(url=url, api_key=secret, **settings))


@asynccontextmanager
async def standing_in(*documents):
    """A stand-in over `documents` that admits only who knows the secret."""
    server = CvrStandIn(DocumentStore(documents), user="worker", password=SECRET, api_key=SECRET)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def reading_of(kind, number, *documents, today=TODAY):
    """What a service of one kind says of one number; None if it says that it is not in CVR."""
    async with standing_in(*documents) as server, httpx.AsyncClient() as client:
        answer = await service_at(kind, client, server.url).ask([number], today)
    assert answer.defect is None
    return answer.readings.get(number)


def same_for_both(fact):
    """A fact without what the services word differently: "NORMAL" and "Aktiv" here, "aktiv" there."""
    return replace(fact, status_text=None)


def company(**changes):
    """The document of a company `CVR`, with top-level fields of its content replaced."""
    document = sample_company(CVR, "Lægehuset Prøve ApS", started=START, address=sample_address())
    document["Vrvirksomhed"].update(changes)
    return document


def unit(**changes):
    """The document of a unit `P_NUMBER` of `CVR`, likewise."""
    document = sample_production_unit(P_NUMBER, "Lægehuset Prøve", cvr=CVR, started=START, address=sample_address())
    document["VrproduktionsEnhed"].update(changes)
    return document


def dated(start, end=None, updated="2026-01-05T09:00:00.000+01:00", **content):
    """A historised entry; `end` is its last day."""
    return {**content, "periode": sample_period(start, end), "sidstOpdateret": updated}


def counted(oddity):
    """How often an oddity has been counted so far."""
    return REGISTRY.get_sample_value("sorbro_cvr_oddities_total", {"kind": oddity}) or 0
