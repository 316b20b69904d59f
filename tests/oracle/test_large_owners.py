"""An owner with many units is kept in another kind of map; what is decided is the same."""

from __future__ import annotations

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from oracle.machine import Histories
from oracle.test_histories import SETTINGS


def test_sorbro_and_the_oracle_agree_on_owners_that_are_not_copied_r11(monkeypatch) -> None:
    monkeypatch.setattr("workers.tree.draft._LARGE", 0)
    run_state_machine_as_test(seed(11)(Histories), settings=settings(SETTINGS, max_examples=25))
