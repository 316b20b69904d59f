"""Which brokers a command goes to, and what is said of settings that cannot be used."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from workers.app.settings import configured
from workers.commands import main


def test_embedded_is_a_local_broker_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("SORBRO_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    assert configured(kafka_bootstrap_servers=None).kafka_bootstrap_servers == "kafka:9092"
    assert configured(kafka_bootstrap_servers="embedded").kafka_bootstrap_servers is None


@pytest.mark.parametrize("command", ["run", "demo", "lag", "status"])
def test_settings_that_cannot_be_used_are_named_without_what_stands_in_them(monkeypatch, command):
    monkeypatch.setenv("SORBRO_PAGE_TOKEN", "too-short")
    monkeypatch.setenv("SORBRO_WEB_PORT", "the usual")
    said = CliRunner().invoke(main, [command])
    assert said.exit_code == 2
    assert "SORBRO_PAGE_TOKEN: " in said.output
    assert "SORBRO_WEB_PORT: " in said.output
    assert not any(secret in said.output for secret in ("too-short", "the usual", "Traceback"))
