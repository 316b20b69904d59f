"""A service for CVR as a `CompanyRegistry`, with retries and a budget and nothing else yet (R20).

Every way it can fail ends as an `Unavailable` with a reason, so that no forward waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import date

import httpx
import stamina

from adapters.cvr.elasticsearch.service import ElasticsearchService
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.port import (
    CompanyOutcome,
    Found,
    InvalidNumber,
    Lookup,
    NotFound,
    ProductionUnitOutcome,
    Unavailable,
)
from adapters.cvr.service import Answer, CvrService, NoAnswerError, Number, PassingError
from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber, PNumber


class PatientRegistry:
    """A `CompanyRegistry` over one service: so many attempts at each question, so many seconds for all of them.

    `today` gives the Danish civil date on which the answers are read.
    """

    def __init__(
        self, service: CvrService, today: Callable[[], date], *, attempts: int = 3, total_budget: float = 10.0
    ) -> None:
        self._service = service
        self._today = today
        self._attempts = attempts
        self._total_budget = total_budget

    async def find_many(self, cvrs: Collection[CvrNumber], p_numbers: Collection[PNumber]) -> Lookup:
        """Look the valid numbers up, at most `batch_size` in a call, all within `total_budget` seconds.

        Once a batch has failed for good the rest are not asked: whatever ails CVR is not about the numbers.
        """
        asked: set[Number] = {*cvrs, *p_numbers}
        valid = sorted(number for number in asked if number.is_valid)
        answers: dict[Number, Answer] = {}
        reason = ""
        try:
            async with asyncio.timeout(self._total_budget):
                for start in range(0, len(valid), self._service.batch_size):
                    batch = valid[start : start + self._service.batch_size]
                    answers.update(dict.fromkeys(batch, await self._ask(batch)))
        except NoAnswerError as failure:
            reason = str(failure)
        except TimeoutError:
            reason = f"CVR did not answer within {self._total_budget:g} s"
        return Lookup(
            {cvr: _company(cvr, answers.get(cvr), reason) for cvr in cvrs},
            {p_number: _unit(p_number, answers.get(p_number), reason) for p_number in p_numbers},
        )

    async def _ask(self, batch: list[Number]) -> Answer:
        try:
            async for attempt in stamina.retry_context(
                on=self._back_off,
                attempts=self._attempts,
                timeout=None,  # the budget around all batches is the one limit
                wait_initial=0.2,
                wait_max=5.0,
                wait_jitter=0.5,
            ):
                with attempt:
                    return await self._service.ask(batch, self._today())
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
        return failure.wait if failure.wait < self._total_budget else False


class ElasticsearchRegistry(PatientRegistry):
    """The same over one `ElasticsearchService`. The client is the caller's to configure and to close."""

    def __init__(self, client: httpx.AsyncClient, settings: ElasticsearchSettings, today: Callable[[], date]) -> None:
        service = ElasticsearchService(client, settings)
        super().__init__(service, today, attempts=settings.attempts, total_budget=settings.total_budget)


def _company(cvr: CvrNumber, answer: Answer | None, reason: str) -> CompanyOutcome:
    reading = answer.readings.get(cvr) if answer else None
    if reading is not None and isinstance(reading.fact, CompanyFact):
        return Found(reading.fact)
    return _nothing_found(cvr, answer, reason)


def _unit(p_number: PNumber, answer: Answer | None, reason: str) -> ProductionUnitOutcome:
    reading = answer.readings.get(p_number) if answer else None
    if reading is not None and isinstance(reading.fact, ProductionUnitFact):
        return Found(reading.fact)
    return _nothing_found(p_number, answer, reason)


def _nothing_found(number: Number, answer: Answer | None, reason: str) -> NotFound | InvalidNumber | Unavailable:
    if not number.is_valid:
        return InvalidNumber()
    if answer is None:
        return Unavailable(reason)
    return NotFound() if answer.defect is None else Unavailable(answer.defect)
