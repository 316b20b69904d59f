"""What a register's first file says of days to come (R9, R21, R23)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.sample_lives import FIRST_DAY, trees_of


@pytest.fixture(scope="module", params=[1, 7, 23])
def trees(request):
    return trees_of(6_000, request.param)


def test_a_few_closures_are_announced_a_week_ahead_or_more_and_none_has_taken_effect_r9_r21(trees):
    closing = [unit for tree in trees for unit in tree if unit.to_date is not None]
    assert 0.002 < len(closing) / 6_000 < 0.02
    for unit in closing:
        assert unit.to_date >= FIRST_DAY
        assert unit.updated_on + timedelta(days=7) <= unit.to_date
        assert unit.updated_on < FIRST_DAY


def test_nothing_outlives_what_it_stands_under_r22(trees):
    for tree in trees:
        by_id = {unit.sor_id: unit for unit in tree}
        for unit in tree[1:]:
            above = by_id[unit.parent_sor_id].to_date
            assert above is None or (unit.to_date is not None and unit.to_date <= above)


def test_a_few_units_begin_only_later_and_were_registered_a_week_ahead(trees):
    to_come = [unit for tree in trees for unit in tree if unit.first_from_date > FIRST_DAY]
    assert 0.001 < len(to_come) / 6_000 < 0.02
    for unit in to_come:
        assert unit.from_date == unit.first_from_date == unit.updated_on + timedelta(days=7)
        assert unit.updated_on <= FIRST_DAY
        assert unit.to_date is None
