"""Random histories, judged twice: by Sorbro step by step, and by an oracle that recomputes them whole."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from oracle.machine import Histories

HISTORIES = int(os.environ.get("SORBRO_HISTORIES", "150"))


def test_sorbro_and_the_oracle_agree() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
