"""Which brokers a command goes to."""

from __future__ import annotations

from workers.app.settings import configured


def test_embedded_is_a_local_broker_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("SORBRO_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    assert configured(kafka_bootstrap_servers=None).kafka_bootstrap_servers == "kafka:9092"
    assert configured(kafka_bootstrap_servers="embedded").kafka_bootstrap_servers is None
