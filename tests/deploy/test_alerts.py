"""The alerts, tried by Prometheus' own tool: each fires on a made-up fault of its kind, and all others stay silent."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from support.promtool import PromtoolError, promtool

PROMETHEUS = Path(__file__).resolve().parents[2] / "deploy/prometheus"
MINUTES = 26 * 60
"""As long as the longest story; most are over within two hours and a half."""
WORKER = 'job="sorbro",instance="worker:6066"'
PLACE = f'{WORKER},topic="sor.entity-changes.v1",partition="0"'
pytestmark = pytest.mark.timeout(1800)  # the first time promtool is built


def steady(value):
    return f"{value}x{MINUTES}"


def going_on():
    """An instant that is always now: sample by sample a minute later."""
    return f"0+60x{MINUTES}"


def meanwhile(value, minutes, *, usually=0, begin=30):
    """`value` for so many minutes, half an hour after the beginning."""
    after = MINUTES - begin - minutes
    return f"{usually}x{begin} {value}x{minutes - 1} {usually}x{after}"


def growing(by, minutes, *, begin=30):
    """A counter that grows by so much each minute, for so many minutes."""
    return f"0x{begin} {by}+{by}x{minutes - 1} {by * minutes}x{MINUTES - begin - minutes}"


def stopping(minutes, *, begin=30):
    """An instant that is now, but stands still for so many minutes."""
    return f"0+60x{begin} {60 * begin}x{minutes - 1} {60 * (begin + minutes)}+60x{MINUTES - begin - minutes}"


UP = f"up{{{WORKER}}}"
OVERDUE = f'sorbro_closures_overdue{{{WORKER},partition="0"}}'
AGE = f"sorbro_oldest_unprocessed_age_seconds{{{PLACE}}}"
PARKED = f'sorbro_triggers_parked{{{WORKER},partition="0",waits_for="tariff"}}'
WAITING = f'sorbro_waiting{{{WORKER},partition="0",waits_for="sor"}}'
STUCK = f'sorbro_stuck_seconds{{{PLACE},reason="not-progressing"}}'
STOP = f'sorbro_consumergroup_state{{{PLACE},state="stop"}}'
OPEN = f'sorbro_partitions{{{WORKER},state="open"}}'
RESTORES = f'sorbro_restores_total{{{WORKER},partition="0"}}'
ABORTS = f'sorbro_transaction_aborts_total{{{WORKER},partition="0"}}'
ASKED = f"sorbro_lag_timestamp_seconds{{{WORKER}}}"
LOST = f"sorbro_records_lost{{{PLACE}}}"
STARTED = f"process_start_time_seconds{{{WORKER}}}"
LETTERS = f'sorbro_dead_letters_total{{{WORKER},reason="contract-violation"}}'
CLOCK = f"sorbro_clock_timestamp_seconds{{{WORKER}}}"
AHEAD = f'sorbro_records_ahead_of_clock_total{{{WORKER},topic="sor.entity-changes.v1"}}'
BREAKER = f'sorbro_cvr_breaker{{{WORKER},state="closed"}}'
CANARY = f'sorbro_cvr_canary{{{WORKER},verdict="missing"}}'

HEALTHY = {
    UP: steady(1),
    f'sorbro_partitions{{{WORKER},state="assigned"}}': steady(4),
    OPEN: steady(4),
    BREAKER: steady(1),
    CLOCK: going_on(),
    ASKED: going_on(),
    **dict.fromkeys((OVERDUE, AGE, PARKED, WAITING, STOP, LOST, CANARY), steady(0)),
    **dict.fromkeys((RESTORES, ABORTS, LETTERS, AHEAD, STARTED), steady(0)),
    # Nobody is to be told of lag as such.
    f"sorbro_consumergroup_lag{{{PLACE}}}": steady(1_000_000),
}

FAULTS = {
    "SorbroClosureOverdue": {OVERDUE: meanwhile(3, 10)},
    "SorbroRecordsWaitTooLong": {AGE: meanwhile(1000, 20)},
    "SorbroTriggersParked": {PARKED: meanwhile(12, 90)},
    "SorbroUnitsWaitForSor": {WAITING: meanwhile(1, 25 * 60)},
    "SorbroWorkersDown": {UP: f"1x30 stale _x5 1x{MINUTES - 37}"},
    "SorbroWorkerDown": {UP: meanwhile(0, 10, usually=1), UP.replace("worker:", "other:"): steady(1)},
    "SorbroWorkerRestarts": {STARTED: growing(60, 5), UP: f"1x30 {'stale 1 1 ' * 4}1x{MINUTES - 43}"},
    "SorbroPartitionStuck": {STUCK: meanwhile(310, 5, usually="_")},
    "SorbroPartitionStopped": {STOP: meanwhile(1, 10)},
    "SorbroPartitionNotOpen": {OPEN: meanwhile(3, 15, usually=4)},
    "SorbroRestoreLoop": {RESTORES: growing(1, 10)},
    "SorbroTransactionAborts": {ABORTS: growing(1, 10)},
    "SorbroLagUnknown": {ASKED: stopping(15), ASKED.replace("worker:", "other:"): going_on()},
    "SorbroRecordsLost": {LOST: meanwhile(40, 2)},
    "SorbroDeadLetterFlood": {LETTERS: growing(10, 10)},
    "SorbroDeadLetters": {LETTERS: growing(1, 1)},
    "SorbroClockWrong": {CLOCK: f"15+60x{MINUTES}"},
    "SorbroRecordsFromTheFuture": {AHEAD: growing(1, 5)},
    "SorbroCvrAway": {BREAKER: meanwhile(0, 60, usually=1)},
    "SorbroCvrCanaryDead": {CANARY: meanwhile(1, 20)},
}
BESIDE = {"SorbroDeadLetterFlood": {"SorbroDeadLetters"}}
"""Alerts that rightly fire along."""

NO_FAULTS = {
    "a midnight's closures, being committed": {OVERDUE: meanwhile(9000, 4)},
    "a register being read": {AGE: meanwhile(3000, 14)},
    "a tariff added in time": {PARKED: meanwhile(12, 50)},
    "a parent that comes two hours later": {WAITING: meanwhile(5, 2 * 60)},
    "a worker that is restarted": {
        UP: meanwhile(0, 1, usually=1),
        STARTED: growing(60, 1),
        RESTORES: growing(4, 1),
        OPEN: meanwhile(0, 2, usually=4),
    },
    "one of two workers being replaced": {UP: meanwhile(0, 4, usually=1), UP.replace("worker:", "other:"): steady(1)},
    "brokers that restart": {ABORTS: growing(2, 2), STOP: meanwhile(1, 4), ASKED: stopping(4), RESTORES: growing(1, 4)},
    "a long restore": {OPEN: meanwhile(3, 9, usually=4)},
    "clocks as machines have them": {CLOCK: f"5+60x{MINUTES}"},
    "CVR's maintenance": {BREAKER: meanwhile(0, 25, usually=1)},
    "CVR's canary missing for a moment": {CANARY: meanwhile(1, 10)},
}


@pytest.fixture(scope="module")
def tool():
    try:
        return promtool()
    except PromtoolError as error:
        pytest.skip(str(error))


def run(tool, *arguments):
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=120, check=False)


def case(name, series, expected):
    """Which alerts have fired at any minute of the story."""
    until = MINUTES if name == "SorbroUnitsWaitForSor" else 160
    fired = f'group by (alertname) (count_over_time(ALERTS{{alertstate="firing"}}[{until}m]))'
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in (HEALTHY | series).items()],
        "promql_expr_test": [
            {
                "expr": fired,
                "eval_time": f"{until}m",
                "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(expected)],
            }
        ],
    }


def tried(tool, folder, *cases):
    """What promtool says of the cases; nothing when they are as expected."""
    file = folder / "alerts_test.yaml"
    told = {"rule_files": [str(PROMETHEUS / "alerts.yaml")], "evaluation_interval": "1m", "tests": list(cases)}
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    done = run(tool, "test", "rules", str(file))
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_prometheus_takes_the_configuration_and_the_rules(tool):
    for arguments in (("check", "config"), ("check", "rules", "--lint=all", "--lint-fatal")):
        file = "prometheus.yml" if "config" in arguments else "alerts.yaml"
        done = run(tool, *arguments, str(PROMETHEUS / file))
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_on_its_fault_and_no_other_does(tool, tmp_path):
    cases = [case(alert, series, {alert} | BESIDE.get(alert, set())) for alert, series in FAULTS.items()]
    assert not tried(tool, tmp_path, *cases)


def test_what_is_no_fault_disturbs_nobody(tool, tmp_path):
    assert not tried(tool, tmp_path, *(case(name, series, set()) for name, series in NO_FAULTS.items()))


def test_an_alert_that_did_not_fire_would_be_noticed(tool, tmp_path):
    assert "SorbroClosureOverdue" in tried(tool, tmp_path, case("no fault at all", {}, {"SorbroClosureOverdue"}))


def test_every_alert_is_tried():
    groups = yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    assert set(FAULTS) == {rule["alert"] for group in groups for rule in group["rules"]}
