"""Tracing as an operator switches it on: by one setting, and OpenTelemetry's own variables for the rest."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from adapters.telemetry.tracing import OpenTelemetry, otlp_provider
from contracts.identifiers import SorId
from workers.app.settings import Settings
from workers.app.tracing import TracingError, tracing_of


@pytest.fixture
def collector():
    """A server that takes spans, and what it was sent."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_spans_go_where_the_standard_variables_say(collector, monkeypatch):
    url, received = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "sorbro-in-a-test")
    provider = otlp_provider()
    turn = OpenTelemetry(provider).turn()
    turn.day(SorId.of_item(1000), [])
    turn.committed()
    provider.shutdown()
    ((path, sent),) = received
    assert path == "/v1/traces"
    assert b"sorbro-in-a-test" in sent
    assert b"day has come" in sent


def test_it_is_off_unless_switched_on():
    assert Settings().tracing == "off"
    assert tracing_of(Settings()) is None


def test_without_its_libraries_the_worker_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "adapters.telemetry.tracing", None)
    with pytest.raises(TracingError, match=r"pip install 'sorbro\[tracing\]'"):
        tracing_of(Settings(tracing="otlp"))
