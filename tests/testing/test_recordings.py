"""`recording`: a recorded file is replayed, and asked like any other world."""

from __future__ import annotations

import pytest

from adapters.record_lines import input_line
from support.trees import private_clinic

CLINIC = private_clinic()
PLACE = CLINIC.place.sor_id


@pytest.fixture
def night(world, pytester):
    """A file beside the stranger's test: a clinic that will close."""
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-06-30")
    lines = (input_line(record) + "\n" for record in world.records)
    (pytester.path / "night.jsonl").write_text("".join(lines), encoding="utf-8")


def test_a_file_beside_the_test_is_asked_by_sor_id(stranger, night):
    source = f"""
        def test_it(recording):
            night = recording("night.jsonl")
            night.then.registered("{PLACE}")
            night.at("2023-07-01")
            night.then.deregistered("{PLACE}", last_day="2023-06-30")
            night.then.not_due("{PLACE}", 2023, reason="already-triggered")
            night.then.nothing_else()
            assert night.story("{PLACE}").present.standing.is_now == "deregistered"
    """
    stranger(source).assert_outcomes(passed=1)


def test_a_failure_tells_the_story_of_the_recorded_unit(stranger, night):
    done = stranger(f'def test_it(recording):\n    recording("night.jsonl").then.deregistered("{PLACE}")')
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [f"*deregistered, of {PLACE}", "*What comes next", "*it closes; the last day is 2023-06-30*"]
    )


def test_a_recording_has_its_golden_file(stranger, night):
    source = 'def test_it(recording):\n    recording("night.jsonl").then.matches_golden("night.out.jsonl")'
    stranger(source, "--sorbro-update-golden").assert_outcomes(passed=1)
    stranger(source).assert_outcomes(passed=1)


def test_another_fee_table_answers_what_would_be_billed_r32(stranger, night, pytester):
    header = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"
    table = header + "own-2023-5,2023,5,7.00,,,,,test\n"
    (pytester.path / "tariffs.csv").write_text(table, encoding="utf-8")
    source = f"""
        def test_it(recording):
            recording("night.jsonl", tariffs="tariffs.csv").then.invoiced("{PLACE}", 2023, amount="7.00")
    """
    stranger(source).assert_outcomes(passed=1)
