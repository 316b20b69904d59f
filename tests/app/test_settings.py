"""Which brokers a command goes to, and what is said of settings that cannot be used."""

from __future__ import annotations

import socket

import pytest
from click import ClickException
from click.testing import CliRunner

from workers.app.settings import configured
from workers.commands import main
from workers.commands.run import free_port


def test_embedded_is_a_local_broker_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("SORBRO_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    assert configured(kafka_bootstrap_servers=None).kafka_bootstrap_servers == "kafka:9092"
    assert configured(kafka_bootstrap_servers="embedded").kafka_bootstrap_servers is None


@pytest.mark.parametrize("command", [["status"], ["lag"], ["dead-letters"], ["redrive", "--day", "2026-11-21"]])
def test_a_file_that_is_not_there_is_named_and_is_no_answer(monkeypatch, tmp_path, command):
    """Exit status 1 of `status` is "late or lost"; nobody may be told that for a missing file."""
    monkeypatch.setenv("SORBRO_KAFKA_BOOTSTRAP_SERVERS", "localhost:1")
    monkeypatch.setenv("SORBRO_KAFKA_SECURITY_PROTOCOL", "SSL")
    monkeypatch.setenv("SORBRO_KAFKA_CA_FILE", str(tmp_path / "none.pem"))
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 2
    assert f"the CA file {tmp_path}/none.pem cannot be used: No such file" in said.stderr.replace("\n", "")


def test_a_tariff_table_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SORBRO_TARIFFS", str(tmp_path))
    said = CliRunner().invoke(main, ["status", "--broker", "localhost:1"])
    assert (said.exit_code, f"the tariff table {tmp_path} cannot be read: Is a directory" in said.stderr) == (2, True)


@pytest.mark.parametrize("host", ["nosuch.invalid", "203.0.113.7"])
def test_pages_on_a_host_that_is_not_ours_are_refused_in_a_sentence(host):
    with pytest.raises(ClickException, match=f"served on {host} .SORBRO_WEB_HOST"):
        free_port(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_where_another_worker_has_the_port_the_system_picks_one(host):
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        port = taken.getsockname()[1]
        assert free_port(host, port) not in {0, port}


@pytest.mark.parametrize("command", ["run", "demo", "lag", "status"])
def test_settings_that_cannot_be_used_are_named_without_what_stands_in_them(monkeypatch, command):
    monkeypatch.setenv("SORBRO_PAGE_TOKEN", "too-short")
    monkeypatch.setenv("SORBRO_WEB_PORT", "the usual")
    said = CliRunner().invoke(main, [command])
    assert said.exit_code == 2
    assert "SORBRO_PAGE_TOKEN: " in said.output
    assert "SORBRO_WEB_PORT: " in said.output
    assert not any(secret in said.output for secret in ("too-short", "the usual", "Traceback"))
