"""The Faust agent that answers ``sorbro.cvr-requests.v1`` from CVR (R20).

Table-less and one event batch at a time, so that Faust's own delivery holds (notes/engine.md 2.2): an answer given
twice is harmless, a request lost is not. It therefore never lets go of a batch before every number is answered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from pydantic import ValidationError

from adapters import telemetry
from adapters.cvr.port import Found, NotFound, Unavailable
from contracts.cvr_facts import CvrRequest, NotFoundFact, UnavailableFact
from contracts.topics import Topic
from workers.enrichment.answers import answer_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from adapters.clock import Clock
    from adapters.cvr.port import CompanyOutcome, CompanyRegistry, Lookup, ProductionUnitOutcome
    from contracts.cvr_facts import Fact
    from contracts.identifiers import CvrNumber, PNumber
    from contracts.records import OutputRecord

_log = structlog.get_logger("sorbro.enrichment")

_BATCH: Final = 100
_GATHER_SECONDS: Final = 0.02
_BACK_OFF_SECONDS: Final = (1.0, 2.0, 5.0, 10.0)


def add_enrichment_agent(app: Any, registry: CompanyRegistry | None, clock: Clock) -> None:
    """Put the agent on the Faust app. Without a registry it says so of every number; a later start asks again."""
    requests = app.topic(Topic.CVR_REQUESTS.value, key_serializer="raw", value_serializer="raw")
    facts = app.topic(Topic.CVR_FACTS.value, key_serializer="raw", value_serializer="raw")

    @app.agent(requests, name="enrichment")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def enrich(stream: Any) -> None:
        async for events in stream.take_events(_BATCH, within=_GATHER_SECONDS):
            if registry is None:
                _log.warning("no CVR service is configured (SORBRO_CVR_URL): records stay pending")
                await _tell_nobody_answers(_requests(events), clock, facts)
            else:
                await _answer_all(events, registry, clock, facts)


async def _answer_all(events: Iterable[Any], registry: CompanyRegistry, clock: Clock, facts: Any) -> None:
    waiting = _requests(events)
    attempt = 0
    while waiting:
        try:
            waiting = await _answer_some(waiting, registry, clock, facts)
            if attempt == 0:
                await _tell_nobody_answers(waiting, clock, facts)
        # Whatever it was, the batch must not be let go: an agent that raises has its event acknowledged by Faust.
        except Exception as error:  # noqa: BLE001
            _log.warning("enrichment failed, trying again", error=type(error).__name__)
        if waiting:
            await asyncio.sleep(_BACK_OFF_SECONDS[min(attempt, len(_BACK_OFF_SECONDS) - 1)])
            attempt += 1


async def _tell_nobody_answers(waiting: list[tuple[Any, CvrRequest]], clock: Clock, facts: Any) -> None:
    """Say of every number that CVR cannot be asked now, so that no invoice waits for it (R38)."""
    sent = []
    for event, request in waiting:
        for number in (*((request.cvr,) if request.cvr is not None else ()), *request.p_numbers):
            fact = UnavailableFact(number=number)
            sent.append(await _send(facts, event, answer_record(request.owner_sor_id, number, fact, clock.now())))
    await asyncio.gather(*sent)


def _requests(events: Iterable[Any]) -> list[tuple[Any, CvrRequest]]:
    return [(event, request) for event in events if (request := _parse(event)) is not None]


def _parse(event: Any) -> CvrRequest | None:
    try:
        return CvrRequest.model_validate_json(event.value)
    except ValidationError:
        _log.error("a CVR request of ours does not hold its contract; it is skipped", offset=event.message.offset)
        return None


async def _answer_some(
    waiting: list[tuple[Any, CvrRequest]], registry: CompanyRegistry, clock: Clock, facts: Any
) -> list[tuple[Any, CvrRequest]]:
    """Look everything up at once, send what was answered, and return the requests with numbers still open."""
    cvrs: set[CvrNumber] = {request.cvr for _, request in waiting if request.cvr is not None}
    p_numbers: set[PNumber] = {number for _, request in waiting for number in request.p_numbers}
    lookup = await registry.find_many(cvrs, p_numbers)
    left: list[tuple[Any, CvrRequest]] = []
    sent = []
    for event, request in waiting:
        still_open = set()
        for number, outcome in _outcomes(request, lookup):
            telemetry.CVR_LOOKUPS.labels(type(outcome).__name__).inc()
            if isinstance(outcome, Unavailable):
                still_open.add(number)
            elif (told := _fact(number, outcome)) is not None:
                fact, as_of = told
                cause = dict(event.headers or {}).get("ce_id", b"").decode()
                record = answer_record(request.owner_sor_id, number, fact, as_of, said_at=clock.now(), causation=cause)
                sent.append(await _send(facts, event, record))
        if still_open:
            left.append((event, _only(request, still_open)))
    await asyncio.gather(*sent)
    if left:
        reasons = {outcome.reason for _, request in left for outcome in _unavailable(request, lookup)}
        _log.warning("CVR does not answer; records stay pending meanwhile", requests=len(left), reasons=sorted(reasons))
    return left


def _outcomes(request: CvrRequest, lookup: Lookup) -> Iterator[tuple[str, CompanyOutcome | ProductionUnitOutcome]]:
    if request.cvr is not None:
        yield request.cvr, lookup.companies[request.cvr]
    for number in request.p_numbers:
        yield number, lookup.units[number]


def _unavailable(request: CvrRequest, lookup: Lookup) -> Iterator[Unavailable]:
    return (outcome for _, outcome in _outcomes(request, lookup) if isinstance(outcome, Unavailable))


def _only(request: CvrRequest, numbers: set[str]) -> CvrRequest:
    return CvrRequest(
        owner_sor_id=request.owner_sor_id,
        cvr=request.cvr if request.cvr in numbers else None,
        p_numbers=tuple(number for number in request.p_numbers if number in numbers),
    )


def _fact(number: str, outcome: CompanyOutcome | ProductionUnitOutcome) -> tuple[Fact, datetime] | None:
    """What to say, and since when CVR has said so."""
    if isinstance(outcome, Found):
        return outcome.fact, outcome.as_of
    if isinstance(outcome, NotFound):
        return NotFoundFact(number=number), outcome.as_of
    return None  # a number that fails its check is never asked for (R2)


async def _send(facts: Any, event: Any, record: OutputRecord) -> Any:
    """Send to the partition the request came from: requests and facts are divided alike, by owner."""
    return await facts.send(
        key=record.key,
        value=record.value,
        partition=event.message.partition,
        timestamp=record.time.timestamp(),
        headers=dict(record.headers),
    )
