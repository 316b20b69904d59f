"""What the real loop tells while it works: metrics by batch, and a log event for each decision that matters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from adapters.clock import SettableClock
from adapters.telemetry.catalogue import REGISTRY
from contracts.topics import Topic
from support.scenario import Scenario, instant
from support.trees import private_clinic
from support.work import broker_with, work

CLINIC = private_clinic()
EVENING = instant("2023-03-20 23:00")


def story():
    world = Scenario()
    world.at("2023-03-01 10:00").registered(CLINIC)
    world.at("2023-03-02 10:00").sor(CLINIC.place, to_date="2023-03-20")
    return world


class Counted:
    """How much each metric has grown since."""

    def __init__(self):
        self._before = self._now()

    @staticmethod
    def _now():
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
        }

    def __call__(self, name, **labels):
        key = (name, tuple(sorted(labels.items())))
        return self._now().get(key, 0) - self._before.get(key, 0)


@pytest.fixture
def counted():
    return Counted()


async def test_a_batch_is_counted_by_topic_and_by_what_became_of_its_records(counted):
    world = story()
    world.sor(CLINIC.place, version=1)
    world.send(Topic.ENTITY_CHANGES, b"no json", key="1")
    await work(broker_with(world), clock=SettableClock(EVENING))
    changes = Topic.ENTITY_CHANGES.value
    assert counted("sorbro_records_total", topic=changes, outcome="applied") == 4
    assert counted("sorbro_records_total", topic=changes, outcome="stale") == 1
    assert counted("sorbro_records_total", topic=changes, outcome="refused") == 1
    assert counted("sorbro_records_total", topic=Topic.SELF_REGISTRATIONS.value, outcome="applied") == 1
    assert counted("sorbro_stale_versions_total") == 1
    assert counted("sorbro_dead_letters_total", reason="unparsable") == 1
    assert counted("sorbro_end_to_end_seconds_count", topic=changes) == 6
    assert counted("sorbro_decision_seconds_count") == counted("sorbro_transaction_seconds_count") > 0
    triggers = {"topic": Topic.INVOICE_TRIGGERS.value, "type": "dk.stps.invoice.triggered.v1"}
    assert counted("sorbro_outputs_total", **triggers) == 1
    assert counted("sorbro_outputs_total", topic=Topic.DEAD_LETTERS.value, type="") == 1


async def test_an_ends_delay_counts_from_its_own_instant_however_long_ago_it_was_announced_r25(counted):
    broker, clock = broker_with(story()), SettableClock(EVENING)
    await work(broker, clock=clock)
    assert counted("sorbro_closure_emit_delay_seconds_count") == 0
    clock.set(instant("2023-03-21 00:00:10"))
    await work(broker, clock=clock)
    assert counted("sorbro_closure_emit_delay_seconds_count") == 1
    assert counted("sorbro_closure_emit_delay_seconds_sum") == 10
    assert counted("sorbro_days_total") >= 1


async def test_records_from_the_future_are_counted_and_weigh_nothing(counted):
    await work(broker_with(story()), clock=SettableClock(instant("2023-03-01 09:00")))
    assert counted("sorbro_records_ahead_of_clock_total", topic=Topic.ENTITY_CHANGES.value) == 4
    assert counted("sorbro_end_to_end_seconds_sum", topic=Topic.ENTITY_CHANGES.value) == 0


async def test_transactions_given_up_restores_and_failures_are_counted(counted):
    broker = broker_with(story())
    broker.fail_at["send"] = 2
    await work(broker, clock=SettableClock(EVENING))
    assert counted("sorbro_transaction_aborts_total", partition="0") == 2
    assert counted("sorbro_partition_failures_total", partition="0", error="ConnectionError") == 2
    assert counted("sorbro_restores_total", partition="0") == 3


async def test_each_decision_that_matters_is_told_with_ids_rules_and_outcome():
    world, clock = story(), SettableClock(EVENING)
    world.send(Topic.ENTITY_CHANGES, b"no json", key="1")
    broker = broker_with(world)
    with capture_logs() as logs:
        await work(broker, clock=clock)
        clock.set(instant("2023-03-21"))
        await work(broker, clock=clock)
    told = {each["event"]: each for each in logs}
    assert told["dead letter"] | {"detail": ""} == {
        "event": "dead letter",
        "log_level": "info",
        "partition": 0,
        "topic": Topic.ENTITY_CHANGES.value,
        "offset": 4,
        "reason": "unparsable",
        "detail": "",
    }
    trigger = told["fee triggered"]
    assert (trigger["sor_id"], trigger["fee_year"], trigger["amount"]) == (CLINIC.place.sor_id, 2023, "1726.00")
    assert "R39" in trigger["rules"]
    end = told["deregistered"]
    assert (end["cause"], end["last_day"], end["days_late"]) == ("closure", "2023-03-20", 0)
    assert "late" not in end
    assert end["caused_by"].endswith("-v2")
    assert {"R25", "R27"} <= set(end["rules"])
    assert told["fee not due"]["reason"] == "already-triggered"
    assert told["turn committed"]["sent"]


async def test_an_end_that_comes_late_is_a_warning_r26():
    broker, clock = broker_with(story()), SettableClock(EVENING)
    await work(broker, clock=clock)
    clock.set(instant("2023-03-21") + timedelta(minutes=5))
    with capture_logs() as logs:
        await work(broker, clock=clock)
    (end,) = (each for each in logs if each["event"] == "deregistered")
    assert (end["log_level"], end["late"], end["after_seconds"]) == ("warning", True, 300)


async def test_a_parked_fee_is_told_once_r32():
    world = Scenario().at("2025-03-01 10:00")
    world.registered(CLINIC)
    world.self_registers(CLINIC.place, category="4")
    with capture_logs() as logs:
        await work(broker_with(world), clock=SettableClock(world.now))
    parked = [each for each in logs if each["event"] == "fee parked"]
    assert [(each["sor_id"], each["fee_year"], each["waits_for"]) for each in parked] == [
        (CLINIC.place.sor_id, 2025, "tariff")
    ]


async def test_a_withdrawal_is_told_r29():
    world = Scenario().at("2023-03-01 10:00")
    world.sor(CLINIC)
    world.sor(CLINIC.place, is_treatment_place=False)
    with capture_logs() as logs:
        await work(broker_with(world), clock=SettableClock(EVENING))
    assert [each["reason"] for each in logs if each["event"] == "withdrawn"] == ["not-a-treatment-place"]


async def test_what_cannot_be_told_does_not_stop_the_work(monkeypatch):
    monkeypatch.setattr("workers.app.reporter.count", lambda *_: 1 / 0)
    broker = broker_with(story())
    with capture_logs() as logs:
        await work(broker, clock=SettableClock(EVENING))
    assert broker.is_handled
    assert any("could not be told" in each["event"] and "ZeroDivisionError" in each["error"] for each in logs)
    assert broker.steps.count("fence") == 1
