"""Tests of the test: a loop with any one of these mistakes is found out by the simulation (issue 4)."""

from __future__ import annotations

import pytest

from simulation.broken_loops import BROKEN
from simulation.driver import simulate

HISTORIES = 200
"""How many it may take at the most; the first few do for most of them."""


@pytest.mark.parametrize("broken", BROKEN, ids=lambda loop: loop.__name__)
def test_a_broken_loop_is_found_out(broken):
    assert any(not simulate(seed, broken).is_clean for seed in range(HISTORIES))
