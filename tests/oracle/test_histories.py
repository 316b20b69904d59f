"""Random histories, judged twice: by Sorbro step by step, and by an oracle that recomputes them whole.

`make test-deep` tells thousands of them. A seed that failed there is given again as ``SORBRO_SEED=… make test``
(with ``SORBRO_HISTORIES=…`` as many as were told).
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from oracle.machine import Histories

HISTORIES = int(os.environ.get("SORBRO_HISTORIES", "150"))
SEED = int(os.environ.get("SORBRO_SEED", "20260422"))

SETTINGS = settings(
    max_examples=HISTORIES,
    stateful_step_count=50,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


def test_sorbro_and_the_oracle_agree() -> None:
    print(f"SORBRO_SEED={SEED} SORBRO_HISTORIES={HISTORIES}")  # noqa: T201  shown with a failure, and by test-deep
    run_state_machine_as_test(seed(SEED)(Histories), settings=SETTINGS)
