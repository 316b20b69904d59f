"""The real loop under simulated faults: nothing lost, doubled, wrong or out of order, and every run the same again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from simulation.driver import Simulation, simulate
from simulation.faults import FAULTS
from simulation.verdict import Verdict

HISTORIES = int(os.environ.get("SORBRO_SIMULATED", "200"))
STEPS = {
    "fence",
    "changelog end",
    "changelog",
    "committed",
    "partition counts",
    "seek",
    "poll",
    "ends",
    "begin",
    "send",
    "produce",
    "send offsets",
    "commit",
}
"""Every call to the broker that the loop makes: between two of them there is nothing a crash could cut."""


@pytest.mark.parametrize("first", range(0, HISTORIES, 50))
def test_nothing_is_lost_doubled_wrong_or_out_of_order(first):
    total = Verdict()
    for seed in range(first, first + 50):
        verdict = simulate(seed)
        assert verdict.is_clean, f"seed {seed}: {verdict}\n" + "\n".join(verdict.notes)
        total += verdict
    assert total.faults > 0


def test_the_faults_reach_every_step_of_the_loop():
    came: Counter[tuple[str, str]] = Counter()
    for seed in range(60):
        simulation = Simulation(seed)
        simulation.weather.chance = 0.05
        simulation.judge()
        came += simulation.weather.came
    assert {step for step, _ in came} == STEPS
    assert {fault for _, fault in came} == set(FAULTS)


RUN_AND_TRACE = """
from simulation.driver import Simulation
simulation = Simulation(9)
verdict = simulation.judge()
print(verdict, simulation.weather.trace)
"""


def test_a_seed_gives_the_same_run_in_every_process():
    """Also where sets are in another order."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", RUN_AND_TRACE],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert "commit" in runs[0]
