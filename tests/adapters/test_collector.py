"""What stays in memory is kept from the collector: see `adapters/collector.py`."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from adapters.collector import FreezesAfterLongLooks

OLDEST, YOUNGER = {"generation": 2}, {"generation": 1}


@pytest.fixture
def frozen_before() -> Iterator[int]:
    yield gc.get_freeze_count()
    gc.unfreeze()


@pytest.mark.parametrize(
    ("seconds", "generation", "freezes"),
    [(0.2, OLDEST, True), (0.01, OLDEST, False), (0.2, YOUNGER, False)],
)
def test_only_a_long_look_at_everything_freezes(frozen_before, seconds, generation, freezes):
    times = iter((100.0, 100.0 + seconds))
    looks = FreezesAfterLongLooks(lambda: next(times))
    looks("start", generation)
    looks("stop", generation)
    assert (gc.get_freeze_count() > frozen_before) is freezes


def test_a_register_in_memory_is_looked_through_once():
    program = """
import gc, time
from adapters import collector
collector._LONG_SECONDS = 0.0
collector.spare_what_stays()
kept = [(number, [number]) for number in range(200_000)]
gc.collect()
assert gc.get_freeze_count() > 200_000, gc.get_freeze_count()
assert len(gc.get_objects()) < 100_000
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
