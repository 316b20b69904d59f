"""A register's life: what each night shows, and what a sound register never is (R7, R9, R22, R23)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import islice

import pytest

from support.sample_lives import FIRST_DAY, begun, units_of


@pytest.fixture(scope="module", params=[(10, 3), (60, 5), (1_000, 1)], ids=str)
def lived(request):
    """A year of nights; each with the units that its file shows."""
    life = begun(*request.param)
    files = [units_of(life.standing.trees())]
    nights = []
    for night in islice(life.nights(), 366):
        nights.append(night)
        files.append(units_of(life.standing.trees()))
    return nights, files


def test_the_same_seed_lives_the_same_life():
    one, two, other = (begun(60, 5).nights(), begun(60, 5).nights(), begun(60, 6).nights())
    assert [next(one) for _ in range(60)] == [next(two) for _ in range(60)] != [next(other) for _ in range(60)]


def test_a_night_s_file_is_the_one_before_with_its_changes_and_without_what_is_gone(lived):
    nights, files = lived
    for night, before, after in zip(nights, files, files[1:], strict=False):
        told = before | {change.after.sor_id: change.after for change in night.changes}
        assert {sor_id: unit for sor_id, unit in told.items() if sor_id not in night.gone} == after


def test_each_change_says_how_the_unit_was_before(lived):
    nights, files = lived
    for night, before in zip(nights, files, strict=False):
        known = dict(before)
        for change in night.changes:
            assert known.get(change.after.sor_id) == change.before
            known[change.after.sor_id] = change.after


def test_a_unit_is_shown_to_its_last_day_and_no_longer_r9(lived):
    nights, files = lived
    for night, before, after in zip(nights, files, files[1:], strict=False):
        for sor_id in night.gone:
            assert before[sor_id].to_date == night.day - timedelta(days=1)
        assert all(unit.to_date is None or unit.to_date >= night.day for unit in after.values())


def test_a_closed_unit_never_returns_r7(lived):
    nights, files = lived
    gone = set()
    for night, after in zip(nights, files[1:], strict=False):
        gone |= set(night.gone)
        assert not gone & after.keys()
    assert gone


def test_changes_are_registered_the_day_before_and_hold_from_the_next_and_first_days_never_move(lived):
    for night in lived[0]:
        for change in night.changes:
            unit = change.after
            assert unit.updated_on == night.day - timedelta(days=1)
            assert unit.from_date >= night.day
            assert unit.to_date is None or unit.from_date <= unit.to_date
            if change.before is not None:
                assert unit.first_from_date == change.before.first_from_date
            else:
                assert unit.from_date in {night.day, unit.updated_on + timedelta(days=7)}


def test_closures_are_announced_a_week_ahead_or_more_and_never_touched_once_in_effect_r21_r24(lived):
    for night in lived[0]:
        for change in night.changes:
            before, after = change.before, change.after
            if before is not None and before.to_date is not None:
                assert before.to_date >= night.day
            if before is None or before.to_date != after.to_date:
                was_its_own = before is not None and before.to_date is not None
                assert after.to_date is None or was_its_own or after.to_date >= after.updated_on + timedelta(days=7)


def test_nothing_outlives_what_it_stands_under_and_nothing_stands_under_what_is_gone_r22_r23(lived):
    for shown in lived[1][::7]:
        for unit in shown.values():
            if unit.parent_sor_id is not None:
                above = shown[unit.parent_sor_id]
                assert above.owner_sor_id == unit.owner_sor_id
                assert above.to_date is None or (unit.to_date is not None and unit.to_date <= above.to_date)


def test_a_lokationsnummer_is_inherited_from_where_the_unit_stands_now_r47(lived):
    for shown in lived[1][::30]:
        for unit in shown.values():
            number = unit.location_number
            if number is not None and number.inherited:
                assert number.gln == shown[unit.parent_sor_id].location_number.gln


def _kinds(change):
    before, after = change.before, change.after
    if before is None:
        return {f"new {after.sor_type}"}
    fields = ("name", "telephone", "postal_address", "visiting_address", "specialities", "cvr", "p_number")
    kinds = {field for field in fields if getattr(before, field) != getattr(after, field)}
    if change.has_moved:
        kinds.add("moved to another owner")
    elif before.parent_sor_id != after.parent_sor_id:
        kinds.add("moved within its tree")
    if before.is_treatment_place and not after.is_treatment_place:
        kinds.add("mark lost")
    elif before.entity_type != after.entity_type:
        kinds.add("type changed")
    if before.to_date != after.to_date:
        days = "announced" if before.to_date is None else "undone" if after.to_date is None else "moved"
        kinds.add(f"closure {days}")
    return kinds | ({"replaced"} if after.replaced_by and not before.replaced_by else set())


EVERYTHING = {
    "new IE", "new SI", "new OE", "name", "telephone", "postal_address", "visiting_address", "specialities", "cvr",
    "p_number", "moved to another owner", "moved within its tree", "mark lost", "type changed", "closure announced",
    "closure undone", "closure moved", "replaced",
}  # fmt: skip


def test_everything_happens_within_a_year_in_a_small_register_too(lived):
    kinds = Counter(kind for night in lived[0] for change in night.changes for kind in _kinds(change))
    assert kinds.keys() >= EVERYTHING


def test_a_whole_company_closes_with_all_its_units_on_one_day_r22(lived):
    nights, files = lived
    whole = [
        shown[sor_id]
        for night, shown in zip(nights, files, strict=False)
        for sor_id in night.gone
        if shown[sor_id].sor_type == "IE"
    ]
    assert whole
    assert {owner.owner_type for owner in whole} == {"private"}


def test_a_large_register_changes_at_the_rates_that_were_seen():
    life = begun(20_000, 7)
    nights = list(islice(life.nights(), 100))
    new = sum(change.before is None for night in nights for change in night.changes)
    assert new / 20_000 * 365 / 100 == pytest.approx(0.06, rel=0.35), "6 % new ids a year"
    changed = {change.after.sor_id for night in nights for change in night.changes if change.before is not None}
    assert 0.10 < len(changed) / 20_000 * 365 / 100 < 0.30
    assert FIRST_DAY + timedelta(days=100) == nights[-1].day
    assert 0.9 < len(life.standing) / 20_000 < 1.1
