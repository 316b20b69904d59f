"""The `CvrService` over Datafordeler's GraphQL: one question, up to six requests, no patience (notes/cvr.md §2.2, R20).

The requests go one after the other: how many are under way at once is for whoever holds several questions to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import httpx
import orjson

from adapters.cvr.datafordeler.documents import Rows, documents
from adapters.cvr.datafordeler.entities import ADDRESSES, COMPANIES, CREDIT_EVENTS, FORMS, NAMES, UNITS, Entity
from adapters.cvr.datafordeler.response import Page, read_page
from adapters.cvr.datafordeler.secrecy import guard_the_log
from adapters.cvr.datafordeler.settings import LONGEST_LIST, DatafordelerSettings
from adapters.cvr.exchange import post
from adapters.cvr.readings import answer_from, answerable
from adapters.cvr.registered_address import scalar_text
from adapters.cvr.service import Answer, Number, RejectedError
from contracts.identifiers import CvrNumber, PNumber

_MOST_PAGES: Final = 20
"""Of one entity: with 1000 rows a page, 200 for each of 100 units. More is a service that goes in circles."""


class DatafordelerService:
    """Companies and production units joined from their entities. The client is the caller's to configure and to close.

    From the first one on, API keys are taken out of what the HTTP client logs.
    """

    def __init__(self, client: httpx.AsyncClient, settings: DatafordelerSettings) -> None:
        guard_the_log()
        self._client = client
        self._settings = settings

    @property
    def batch_size(self) -> int:
        """How many numbers it takes in one question."""
        return self._settings.batch_size

    async def ask(self, numbers: Sequence[Number], today: date) -> Answer:
        """Put one question; see `CvrService.ask`. Nothing asked is nothing called."""
        asked = answerable(numbers, self.batch_size)
        companies = await self._rows(COMPANIES, [int(number) for number in asked if isinstance(number, CvrNumber)])
        units = await self._rows(UNITS, [int(number) for number in asked if isinstance(number, PNumber)])
        of_companies = _ids(companies)
        of_all = [*of_companies, *_ids(units)]
        rows = Rows(
            companies,
            units,
            names=await self._rows(NAMES, of_all),
            addresses=await self._rows(ADDRESSES, of_all),
            forms=await self._rows(FORMS, of_companies),
            credit_events=await self._rows(CREDIT_EVENTS, of_companies),
        )
        return answer_from(documents(rows, today), asked, today)

    async def _rows(self, entity: Entity, keys: Sequence[int | str]) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        # More ids than numbers are not expected, but a number that was issued twice would have two.
        for start in range(0, len(keys), LONGEST_LIST):
            rows += await self._all_pages(entity, keys[start : start + LONGEST_LIST])
        return rows

    async def _all_pages(self, entity: Entity, keys: Sequence[int | str]) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page(entity, keys, cursor)
            rows += page.rows
            cursor = page.next_page
            if cursor is None:
                return rows
        raise RejectedError(f"Datafordeler has more than {_MOST_PAGES} pages of {entity.name} for one question")

    async def _page(self, entity: Entity, keys: Sequence[int | str], cursor: str | None) -> Page:
        settings = self._settings
        variables = {"keys": list(keys), "first": settings.page_size, "after": cursor}
        response = await post(
            self._client,
            settings.url + settings.path,
            orjson.dumps({"query": entity.query, "variables": variables}),
            params={"apiKey": settings.api_key.get_secret_value()},
            patience=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
        )
        return read_page(response, entity)


def _ids(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({text for row in rows if (text := scalar_text(row.get("id")))})
