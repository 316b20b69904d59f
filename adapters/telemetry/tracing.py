"""Tracing with OpenTelemetry: a span for each record and day, in its sender's trace, and for each call to CVR.

Spans name topics, offsets and SOR-ids; keys, values, addresses with a query and what a sender wrote into other headers
than ``traceparent`` are left out (R49). Where to send them is set by the standard ``OTEL_…`` variables.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import httpx
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.telemetry import semconv
from contracts.cloudevents import traceparent_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from opentelemetry.trace import Span, Tracer

    from contracts.identifiers import SorId
    from contracts.records import InputRecord

    _Attributes = Mapping[str, str | int]

_TRACEPARENT: Final = "traceparent"
_LONGEST: Final = 100
"""Characters; a real one has 55."""
_W3C: Final = TraceContextTextMapPropagator()


def otlp_provider() -> TracerProvider:
    """Send spans by OTLP over HTTP, in the background; what cannot be sent is dropped."""
    name = os.environ.get("OTEL_SERVICE_NAME", "sorbro")
    resource = Resource.create({SERVICE_NAME: name, SERVICE_VERSION: version("sorbro")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class RecordStep:
    """See `workers.stream.tracing.Step`."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self.traceparent = _traceparent_of(span)

    def came_to(self, outcome: str) -> None:
        """See `Step.came_to`."""
        self._span.set_attribute(semconv.OUTCOME, outcome)


class SpansOfTurn:
    """See `workers.stream.tracing.TurnTrace`."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: list[Span] = []

    def record(self, record: InputRecord, traceparent: str | None) -> RecordStep:
        """See `TurnTrace.record`."""
        parent = _context_of(traceparent if traceparent is not None else traceparent_of(record.headers))
        return self._begin(
            f"process {record.topic}",
            SpanKind.CONSUMER,
            {
                semconv.MESSAGING_SYSTEM: "kafka",
                semconv.MESSAGING_OPERATION: "process",
                semconv.MESSAGING_OPERATION_TYPE: "process",
                semconv.MESSAGING_DESTINATION: record.topic,
                semconv.MESSAGING_PARTITION: str(record.partition),
                semconv.MESSAGING_OFFSET: record.offset,
            },
            parent,
        )

    def day(self, owner: SorId, armed_by: Collection[str]) -> RecordStep:
        """See `TurnTrace.day`: a trace of its own, linked to those in which it was announced."""
        contexts = [get_current_span(_context_of(each)).get_span_context() for each in armed_by]
        links = [Link(each) for each in contexts if each.is_valid]
        return self._begin("day has come", SpanKind.INTERNAL, {semconv.OWNER: owner}, _context_of(None), links)

    def committed(self) -> None:
        """See `TurnTrace.committed`."""
        for span in self._open:
            span.end()

    def given_up(self) -> None:
        """See `TurnTrace.given_up`."""
        for span in self._open:
            span.set_status(Status(StatusCode.ERROR, "the transaction was given up; it is done again"))
            span.end()

    def _begin(
        self, name: str, kind: SpanKind, attributes: _Attributes, parent: Context, links: Sequence[Link] = ()
    ) -> RecordStep:
        span = self._tracer.start_span(name, parent, kind, attributes, links)
        self._open.append(span)
        return RecordStep(span)


class OpenTelemetry:
    """See `workers.stream.tracing.Tracing`; and a transport for calls to CVR."""

    is_on = True

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("sorbro")

    def turn(self) -> SpansOfTurn:
        """See `Tracing.turn`."""
        return SpansOfTurn(self._tracer)

    def transport(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """The same transport, with a span for each request."""
        return _TracedTransport(self._tracer, transport)


class _TracedTransport(httpx.AsyncBaseTransport):
    """Each request as a client span: method, host and status. The query may hold a key, the body holds numbers."""

    def __init__(self, tracer: Tracer, transport: httpx.AsyncBaseTransport) -> None:
        self._tracer = tracer
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        attributes: _Attributes = {
            semconv.HTTP_METHOD: request.method,
            semconv.SERVER_ADDRESS: request.url.host,
            **({semconv.SERVER_PORT: request.url.port} if request.url.port is not None else {}),
        }
        span = self._tracer.start_span(request.method, _context_of(None), SpanKind.CLIENT, attributes)
        try:
            response = await self._transport.handle_async_request(request)
        except BaseException as error:
            span.set_attribute(semconv.ERROR_TYPE, type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise
        else:
            span.set_attribute(semconv.HTTP_STATUS, response.status_code)
            if response.is_error:
                span.set_attribute(semconv.ERROR_TYPE, str(response.status_code))
                span.set_status(StatusCode.ERROR)
            return response
        finally:
            span.end()

    async def aclose(self) -> None:
        """See `httpx.AsyncBaseTransport`."""
        await self._transport.aclose()


def _context_of(traceparent: str | None) -> Context:
    """The trace that a header names; none for one that is not as W3C has it."""
    carrier = {_TRACEPARENT: traceparent} if traceparent is not None and len(traceparent) <= _LONGEST else {}
    return _W3C.extract(carrier, context=Context())


def _traceparent_of(span: Span) -> str | None:
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, set_span_in_context(span))
    return carrier.get(_TRACEPARENT)
