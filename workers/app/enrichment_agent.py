"""The Faust agent that takes ``sorbro.cvr-requests.v1`` and answers on ``sorbro.cvr-facts.v1`` (R20).

Table-less and one event batch at a time, so that Faust's own delivery holds (notes/engine.md 2.2): an answer given
twice is harmless. A batch is let go when every number of it is answered, or waits (`Enquiries`); what waits dies with
the process, and is asked for again by the loop that wanted it.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from pydantic import ValidationError

from contracts.cloudevents import traceparent_of
from contracts.cvr_facts import CvrRequest
from contracts.topics import Topic
from workers.app.enquiries import Enquiries, Enquiry, nobody_answers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from adapters.clock import Clock
    from adapters.cvr.port import CompanyRegistry
    from contracts.records import OutputRecord

_log = structlog.get_logger("sorbro.enrichment")

_BATCH: Final = 500
_GATHER_SECONDS: Final = 0.02
_AGAIN_SECONDS: Final = 1.0


async def _at_once() -> None:
    """There is nothing to wait for."""


def add_enrichment_agent(
    app: Any, registry: CompanyRegistry | None, clock: Clock, ready: Callable[[], Awaitable[None]] = _at_once
) -> None:
    """Put the agent on the Faust app. Without a registry it says so of every number; a later start asks again.

    `ready` returns when the registry has learnt what CVR has said before.
    """
    requests = app.topic(Topic.CVR_REQUESTS.value, key_serializer="raw", value_serializer="raw")
    facts = app.topic(Topic.CVR_FACTS.value, key_serializer="raw", value_serializer="raw")

    async def send(record: OutputRecord) -> None:
        """Send to the partition the request came from: requests and facts are divided alike, by owner."""
        await (
            await facts.send(
                key=record.key,
                value=record.value,
                partition=record.partition,
                timestamp=record.time.timestamp(),
                headers=dict(record.headers),
            )
        )

    enquiries = Enquiries(registry, clock, send) if registry is not None else None

    @app.agent(requests, name="enrichment")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def enrich(stream: Any) -> None:
        await ready()
        async for events in stream.take_events(_BATCH, within=_GATHER_SECONDS):
            asked = [enquiry for event in events for enquiry in _enquiries(event)]
            if enquiries is None:
                _log.warning("no CVR service is configured (SORBRO_CVR_URL): records stay pending")
                told = [nobody_answers(each, clock.now()) for each in asked]
                await _again_and_again(partial(_send_all, told, send))
            else:
                await _again_and_again(partial(enquiries.take, asked))

    if enquiries is not None:

        @app.task  # type: ignore[untyped-decorator]
        async def keep_asking() -> None:
            await enquiries.keep_asking()


async def _send_all(records: Iterable[OutputRecord], send: Callable[[OutputRecord], Awaitable[None]]) -> None:
    await asyncio.gather(*(send(record) for record in records))


async def _again_and_again(attempt: Callable[[], Awaitable[None]]) -> None:
    """An agent that raises has its batch acknowledged by Faust: whatever it was, the batch must not be let go."""
    while True:
        try:
            return await attempt()
        except Exception as error:  # noqa: BLE001
            _log.warning("enrichment failed, trying again", error=type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)


def _enquiries(event: Any) -> list[Enquiry]:
    try:
        request = CvrRequest.from_json(event.value)
    except ValidationError:
        _log.error("a CVR request of ours does not hold its contract; it is skipped", offset=event.message.offset)
        return []
    headers = dict(event.headers or {})
    cause, trace = headers.get("ce_id", b"").decode(), traceparent_of(headers.items())
    return [Enquiry(request.owner_sor_id, number, event.message.partition, cause, trace) for number in request.numbers]
