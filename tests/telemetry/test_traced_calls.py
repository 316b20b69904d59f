"""Calls to CVR as client spans: method, host and status; never what is asked, nor a credential (R49)."""

from __future__ import annotations

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from adapters.cvr.exchange import post
from adapters.cvr.service import PassingError
from adapters.telemetry.tracing import OpenTelemetry

URL = "https://graphql.example:8443/CVR/v2"
API_KEY = "open-sesame"


async def call(answer):
    """Put one question with a key in its address, and return the spans."""
    exported = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))

    def handler(request):
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    transport = OpenTelemetry(provider).transport(httpx.MockTransport(handler))
    try:
        async with httpx.AsyncClient(transport=transport) as client:
            await post(client, URL, b'{"cvr":"12345678"}', patience=httpx.Timeout(5), params={"apiKey": API_KEY})
    except PassingError:
        pass
    (span,) = exported.get_finished_spans()
    assert API_KEY not in span.to_json()
    assert "12345678" not in span.to_json()
    return span


async def test_a_call_is_a_client_span_with_host_and_status():
    span = await call(200)
    assert (span.name, span.kind, span.status.status_code) == ("POST", SpanKind.CLIENT, StatusCode.UNSET)
    assert dict(span.attributes) == {
        "http.request.method": "POST",
        "server.address": "graphql.example",
        "server.port": 8443,
        "http.response.status_code": 200,
    }


@pytest.mark.parametrize(("answer", "error"), [(503, "503"), (httpx.ConnectError(API_KEY), "ConnectError")])
async def test_a_call_that_fails_says_how(answer, error):
    span = await call(answer)
    assert (span.status.status_code, span.attributes["error.type"]) == (StatusCode.ERROR, error)
    assert span.status.description is None
    assert not span.events
