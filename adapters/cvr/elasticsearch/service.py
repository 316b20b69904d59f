"""The `CvrService` over Elasticsearch: one question, one request, no patience (notes/cvr.md §1.4, R20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import httpx
import orjson

from adapters.cvr.elasticsearch.response import read_response
from adapters.cvr.elasticsearch.search import search_body
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.exchange import post
from adapters.cvr.readings import answer_from, answerable
from adapters.cvr.service import Answer, Number, PassingError


class ElasticsearchService:
    """Companies and production units in one search. The client is the caller's to configure and to close."""

    def __init__(self, client: httpx.AsyncClient, settings: ElasticsearchSettings) -> None:
        self._client = client
        self._settings = settings

    @property
    def batch_size(self) -> int:
        """How many numbers it takes in one question."""
        return self._settings.batch_size

    async def ask(self, numbers: Sequence[Number], today: date) -> Answer:
        """Put one question; see `CvrService.ask`. Nothing asked is nothing called."""
        asked = answerable(numbers, self.batch_size)
        if not asked:
            return Answer()
        found = read_response(await self._search(orjson.dumps(search_body(asked))))
        answer = answer_from(found.documents, asked, today, found.defect)
        if found.is_passing:
            raise PassingError(found.defect or "", partial=answer)
        return answer

    async def _search(self, body: bytes) -> httpx.Response:
        settings = self._settings
        return await post(
            self._client,
            settings.url + settings.search_path,
            body,
            auth=httpx.BasicAuth(settings.user, settings.password.get_secret_value()) if settings.user else None,
            patience=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
        )
