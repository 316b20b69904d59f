"""Answers of Datafordeler's GraphQL service, scripted by entity."""

import json
import re

import httpx
from pydantic import SecretStr

from adapters.cvr.datafordeler.service import DatafordelerService
from adapters.cvr.datafordeler.settings import DatafordelerSettings

TIMES = {"virkningTil": None, "registreringFra": "2020-01-01T09:00:00.000000Z", "registreringTil": None}


def entity_of(request):
    """The root field a request asks for."""
    return re.search(r"CVR_\w+", json.loads(request.content)["query"]).group()


def rows(entity, *nodes, cursor=None):
    """A page of rows of one entity."""
    info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    return httpx.Response(200, json={"data": {entity: {"pageInfo": info, "nodes": list(nodes)}}})


def errors(*codes, status=200, data=None):
    """An answer with an error of each code; None is an error without one."""
    listed = [{"message": "secret text", **({"extensions": {"code": code}} if code else {})} for code in codes]
    return httpx.Response(status, json={"errors": listed, "data": data})


class Scripted:
    """Answers each request with what the script has for its entity: one response, several in turn, or no rows."""

    def __init__(self, **script):
        self.script = script
        self.requests = []

    def handle(self, request):
        self.requests.append(request)
        step = self.script.get("any", self.script.get(entity_of(request)))
        if isinstance(step, list):
            step = step.pop(0)
        return rows(entity_of(request)) if step is None else step

    async def ask(self, numbers, today, **settings):
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.handle)) as client:
            given = DatafordelerSettings(url="http://cvr.test", **{"api_key": SecretStr("k"), **settings})
            return await DatafordelerService(client, given).ask(numbers, today)
