"""The demo as a newcomer runs it, with its worker killed in the middle and its CVR down for the first days."""

import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from contracts.topics import Topic
from support.running import eventually, outputs

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]

REAL_REGISTER = Path(__file__).parents[2].parent / "shared" / "data" / "sor" / "medcom_eer_sor_orgs.csv"


def demo(broker: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "workers", "demo", "--once", "--broker", broker, "--data-dir", str(folder)]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_a_worker_killed_in_the_middle_costs_nothing_and_cvr_facts_come_when_cvr_is_back(broker, tmp_path):
    process = demo(broker, tmp_path, "--seconds", "20")
    pid_file = tmp_path / "sorbro-demo" / "worker-1.pid"
    eventually(lambda: pid_file.exists() and len(outputs(broker)) > 500, "the demo does not get going")
    os.kill(int(pid_file.read_text()), signal.SIGKILL)
    printed, _ = process.communicate(timeout=400)

    assert process.returncode == 0, printed
    assert "starting it again" in printed
    assert "0 lost, 0 duplicated, 0 wrong" in printed
    sent = outputs(broker)
    ids = [each.id for each in sent if each.topic != Topic.DEAD_LETTERS]
    assert len(ids) == len(set(ids))
    enrichment = enrichment_by_place(sent)
    assert {states[0] for states in enrichment.values()} == {"pending", "no-cvr"}  # R20: it goes out without CVR
    closed = {each.key for each in sent if each.topic == Topic.DEREGISTRATIONS}
    still_open = [states[-1] for place, states in enrichment.items() if place not in closed]
    assert set(still_open) == {"complete", "not-found", "no-cvr"}  # and again with what CVR says


@pytest.mark.shared
def test_a_real_register_plays_too(broker, tmp_path):
    if not REAL_REGISTER.exists():
        pytest.skip(f"the demo on a real register was left out: {REAL_REGISTER} is not there")
    process = demo(broker, tmp_path, "--seconds", "10", "--workers", "2", "--register", str(REAL_REGISTER))
    printed, _ = process.communicate(timeout=400)
    assert process.returncode == 0, printed
    assert "0 lost, 0 duplicated, 0 wrong" in printed
    closed = [each for each in outputs(broker) if each.topic == Topic.DEREGISTRATIONS]
    by_company = [each for each in closed if json.loads(each.value)["cause"] == "company-closure"]
    assert len(by_company) > 500  # Københavns Kommune: 1,231 units, and the places among them deregistered at once
    assert len({json.loads(each.value)["effectiveAt"] for each in by_company}) == 1


def enrichment_by_place(sent):
    states = defaultdict(list)
    for each in sent:
        if each.topic == Topic.REGISTRATIONS:
            states[each.key].append(json.loads(each.value).get("enrichment", "withdrawn"))
    return {
        place: [state for state in said if state != "withdrawn"]
        for place, said in states.items()
        if said != ["withdrawn"]
    }
