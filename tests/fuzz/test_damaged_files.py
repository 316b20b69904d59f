"""A short campaign with fixed seeds; the long ones are run by hand (`python -m fuzz`)."""

from __future__ import annotations

from io import BytesIO

import pytest

from adapters.sor_files import Damaged, read_snapshot
from fuzz.campaign import Verdict, play
from fuzz.seeds import seeds


@pytest.mark.parametrize("name", sorted(seeds()))
def test_the_files_that_are_damaged_are_well_before(name):
    items = list(read_snapshot(BytesIO(seeds()[name])))
    assert len(items) >= 3
    assert [each for each in items if isinstance(each, Damaged) and each.reason != "unknown-owner-type"] == []


def test_damaged_files_give_units_named_damage_or_a_refusal_and_nothing_else():
    verdict = Verdict()
    for seed in range(1, 1_501):
        play(seed, verdict)
    assert verdict.faults == []
    assert min(verdict.outcomes[each] for each in ("read whole", "refused", "units", "damaged units")) > 100
