"""The live CVR: Erhvervsstyrelsen's system-to-system Elasticsearch service (notes/cvr.md §1, R20).

Every way it can fail ends as an `Unavailable` with a reason, so that no forward waits for it. Reasons and
exceptions consist of our own words, status codes and known error types, not of bodies, headers or settings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

import httpx
import orjson
import stamina

from adapters.clock import SystemClock
from adapters.cvr.port import (
    CompanyOutcome,
    Found,
    InvalidNumber,
    Lookup,
    NotFound,
    ProductionUnitOutcome,
    Unavailable,
)
from adapters.cvr.reading import read_company, read_production_unit
from adapters.cvr.response import FailedError, PassingError, read_response
from adapters.cvr.search import SearchAnswer, search_body
from adapters.cvr.settings import ElasticsearchSettings
from contracts.identifiers import CvrNumber, PNumber

_CLOCK = SystemClock()


class ElasticsearchRegistry:
    """A `CompanyRegistry` over HTTP. The client is the caller's to configure and to close.

    `today` gives the Danish civil date on which the answers are read, `now` the UTC instant they are said to be from.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        settings: ElasticsearchSettings,
        today: Callable[[], date],
        now: Callable[[], datetime] = _CLOCK.now,
    ) -> None:
        self._client = client
        self._settings = settings
        self._today = today
        self._now = now
        self._auth = (
            httpx.BasicAuth(settings.user, settings.password.get_secret_value()) if settings.user else httpx.Auth()
        )

    async def find_many(self, cvrs: Collection[CvrNumber], p_numbers: Collection[PNumber]) -> Lookup:
        """Look the valid numbers up, at most `batch_size` in a call, all within `total_budget` seconds.

        Once a batch has failed for good the rest are not asked: whatever ails CVR is not about the numbers.
        """
        asked: set[CvrNumber | PNumber] = {*cvrs, *p_numbers}
        valid = sorted(number for number in asked if number.is_valid)
        answers: dict[CvrNumber | PNumber, SearchAnswer] = {}
        reason = ""
        try:
            async with asyncio.timeout(self._settings.total_budget):
                for start in range(0, len(valid), self._settings.batch_size):
                    batch = valid[start : start + self._settings.batch_size]
                    answers.update(dict.fromkeys(batch, await self._search(batch)))
        except FailedError as failure:
            reason = str(failure)
        except TimeoutError:
            reason = f"CVR did not answer within {self._settings.total_budget:g} s"
        today, now = self._today(), self._now()
        return Lookup(
            {cvr: _company(cvr, answers.get(cvr), reason, today, now) for cvr in cvrs},
            {p_number: _unit(p_number, answers.get(p_number), reason, today, now) for p_number in p_numbers},
        )

    async def _search(self, batch: list[CvrNumber | PNumber]) -> SearchAnswer:
        body = orjson.dumps(search_body(batch))
        try:
            async for attempt in stamina.retry_context(
                on=self._back_off,
                attempts=self._settings.attempts,
                timeout=None,  # the budget around all batches is the one limit
                wait_initial=0.2,
                wait_max=5.0,
                wait_jitter=0.5,
            ):
                with attempt:
                    return await self._ask(body)
        except PassingError as failure:
            if failure.partial is not None:
                return failure.partial
            raise
        raise AssertionError("stamina returns or raises")

    def _back_off(self, failure: Exception) -> bool | float:
        if not isinstance(failure, PassingError):
            return False
        if failure.wait is None:
            return True
        # A wait that outlasts the budget would only spend the caller's time.
        return failure.wait if failure.wait < self._settings.total_budget else False

    async def _ask(self, body: bytes) -> SearchAnswer:
        settings = self._settings
        try:
            response = await self._client.post(
                settings.url + settings.search_path,
                content=body,
                headers={
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                },
                auth=self._auth,
                timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
                follow_redirects=False,  # a redirect would carry the credentials elsewhere
            )
        except httpx.TimeoutException as error:
            raise PassingError(f"CVR was too slow ({type(error).__name__})") from None
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            raise PassingError(f"no connection to CVR ({type(error).__name__}): check url and egress") from None
        except httpx.HTTPError as error:
            raise FailedError(f"the call to CVR failed ({type(error).__name__}): check url and proxy") from None
        return read_response(response)


def _company(cvr: CvrNumber, answer: SearchAnswer | None, reason: str, today: date, now: datetime) -> CompanyOutcome:
    outcome = _document(cvr, answer, reason, now)
    return Found(read_company(outcome, today), now) if isinstance(outcome, Mapping) else outcome


def _unit(
    p_number: PNumber, answer: SearchAnswer | None, reason: str, today: date, now: datetime
) -> ProductionUnitOutcome:
    outcome = _document(p_number, answer, reason, now)
    return Found(read_production_unit(outcome, today), now) if isinstance(outcome, Mapping) else outcome


def _document(
    number: CvrNumber | PNumber, answer: SearchAnswer | None, reason: str, now: datetime
) -> Mapping[str, Any] | NotFound | InvalidNumber | Unavailable:
    if not number.is_valid:
        return InvalidNumber()
    if answer is None:
        return Unavailable(reason)
    document = answer.documents.get(number)
    if document is not None:
        return document
    return NotFound(now) if answer.defect is None else Unavailable(answer.defect)
