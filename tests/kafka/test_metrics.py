"""A real worker on a real broker, as Prometheus and a scheduler see it, with a CVR that does not answer."""

from __future__ import annotations

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.broker.ports import free_ports
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.running import Worker, eventually, publish, running
from support.scenario import Scenario
from support.trees import private_clinic

pytestmark = pytest.mark.kafka

CLINIC = private_clinic()


def story():
    """A clinic opens, registers, and is to close in the far future."""
    world = Scenario().at("2023-03-01 10:00")
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2090-12-31")
    return [OutputRecord(each.topic, each.key, each.value, each.headers, each.timestamp) for each in world.records]


def metrics(worker):
    """The sum of each series over the partitions, by name and the labels left."""
    with urllib.request.urlopen(f"http://127.0.0.1:{worker.port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, *(value for name, value in sorted(sample.labels.items()) if name != "partition"))
            found[key] = found.get(key, 0.0) + sample.value
    return found


def test_a_worker_shows_its_work_and_is_well_though_cvr_is_away_r20(broker, tmp_path):
    publish(broker, story())
    away = f"http://127.0.0.1:{free_ports(1)[0]}"
    with running(Worker(broker, tmp_path, SORBRO_CVR_URL=away, SORBRO_CVR_CANARY="29190623")) as worker:
        pending = ("sorbro_closures_pending", "later")
        eventually(lambda: metrics(worker).get(pending) == 1, "the closure to come is not shown")
        lag = ("sorbro_consumergroup_lag", Topic.ENTITY_CHANGES.value)
        eventually(lambda: metrics(worker).get(lag) == 0, "lag is not shown")
        eventually(lambda: metrics(worker)["sorbro_cvr_breaker", "open"] == 1, "CVR is not seen to be away")
        shown = metrics(worker)
        probes = [worker.page(name) for name in ("startupz", "livez", "readyz")]
    assert [probes[0]["started"], probes[1]["alive"], probes[2]["ready"]] == [True, True, True]
    assert probes[2]["missingTopics"] == []
    assert shown["sorbro_closures_overdue",] == 0
    assert shown["sorbro_records_total", "applied", Topic.ENTITY_CHANGES.value] == 4
    assert shown["sorbro_partitions", "open"] == shown["sorbro_partitions", "assigned"] == 4
    assert shown["sorbro_end_to_end_seconds_count", Topic.ENTITY_CHANGES.value] == 4
    assert abs(shown["sorbro_clock_timestamp_seconds",] - shown["sorbro_lag_timestamp_seconds",]) < 3600
