"""`given`, `at`, `then`: tests that read like the rules, and fail with the unit's story."""

from __future__ import annotations

import subprocess
import sys

CLOSING = """
    def test_it(given, at, then):
        clinic = given.clinic("Nordjysk Fodterapi")
        given.self_registration(clinic, category="3b", turnover_band="half")
        given.closes(clinic, "2024-02-29")
        at("2024-03-01")
        then.deregistered(clinic, last_day="2024-02-29")
        then.invoiced(clinic, 2024, amount="2341.00")
        then.nothing_else()
"""


def test_ten_lines_of_a_stranger_s_are_enough_for_a_rule_r25_r31_r34(stranger):
    stranger(CLOSING).assert_outcomes(passed=1)


def test_a_failure_says_what_was_expected_what_was_sent_and_the_unit_s_story(stranger):
    done = stranger(CLOSING.replace('last_day="2024-02-29"', 'last_day="2024-02-28"'))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*expected since 2024-03-01 00:00: deregistered with lastDay 2024-02-28, of “Nordjysk Fodterapi”*",
            "*there is one with lastDay 2024-02-29",
            "*sent since then and not found yet:",
            "*2024-03-01 00:00  dk.bsr.deregistration.effective.v1*",
            "*the unit's story:",
            "*closes with 2024-02-29 as its last day.",
            "*Deregistered from 2024-03-01 because it closed (R25)*",
        ]
    )


def test_a_failure_points_at_the_test_s_own_line_and_at_none_of_the_plugin_s(stranger):
    done = stranger(CLOSING.replace("2341.00", "9999.00"))
    done.stdout.fnmatch_lines(['>*then.invoiced(clinic, 2024, amount="9999.00")'])
    done.stdout.no_fnmatch_line("*then.py*")


def test_nothing_else_names_what_else_there_was(stranger):
    done = stranger(CLOSING.replace('then.invoiced(clinic, 2024, amount="2341.00")', ""))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*expected since 2024-03-01 00:00: nothing else*", "*dk.stps.invoice.triggered.v1*"])


def test_an_output_is_found_only_once_r39(stranger):
    done = stranger(CLOSING.replace("then.nothing_else()", "then.invoiced(clinic, 2024)"))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*: invoiced with feeYear 2024*", "*sent since then and not found yet:", "E*nothing"])


def test_the_clock_never_goes_back_r48(stranger):
    done = stranger(CLOSING.replace("2024-03-01", "2022-03-01"))
    done.stdout.fnmatch_lines(["*ValueError: 2022-03-01 has passed: the clock stands at 2023-01-02 09:00*"])


def test_a_field_that_a_message_does_not_have_is_an_error(stranger):
    done = stranger('def test_it(given):\n    given.clinic("Nord", closing_day="2024-01-01")')
    done.stdout.fnmatch_lines(["*TypeError: the message has no closingDay"])


def test_then_speaks_of_what_was_sent_since_the_clock_was_set(given, at, then):
    clinic = given.clinic("Nord")
    at("2023-03-01 10:00")
    then.nothing_else()
    given.self_registration(clinic)
    then.registered(clinic, enrichment="pending")


def test_names_give_valid_numbers_that_are_the_same_in_every_run_r1_r2(given):
    clinic = given.clinic("Nordjysk Fodterapi")
    assert clinic.sor_id == "901551561000016006"
    assert given.clinic("Sydjysk Fodterapi").sor_id != clinic.sor_id


def test_a_move_makes_another_place_r3_r4(given, at, then):
    clinic, heir = given.clinic("Nord"), given.owner("Erhververen ApS")
    given.self_registration(clinic)
    at("2023-06-01 10:00")
    given.moves(clinic, to=heir)
    ended = then.deregistered(clinic, cause="new-cvr", last_day="2023-05-31")
    then.not_due(clinic, 2023, reason="already-triggered")
    assert then.registered(clinic, owner_sor_id=heir.sor_id)["registrationId"] == ended["successorRegistrationId"]
    then.invoiced(clinic, 2023, occasion="new-cvr")
    then.nothing_else()


def test_the_hospital_is_billed_for_its_departments_r18_r37(given, then):
    hospital = given.hospital("Privathospitalet", of=given.owner("Privathospitalet A/S"))
    department = given.department("Kirurgisk afdeling", of=hospital)
    given.self_registration(department, category="1")
    assert then.invoiced(department, 2023)["recipient"]["billedSorId"] == hospital.sor_id


def test_a_refusal_and_a_wait_are_outcomes_like_others_r13_r21(given, at, then, sorbro_world):
    at("2023-05-01 10:00")
    clinic = given.clinic("Nord", closes="2023-05-03")
    then.refused(clinic, reason="closure-too-early")
    child = given.department("Afdeling under ukendt", of=clinic)
    then.waits(child, "ancestor")
    then.nothing_else()
    assert sorbro_world.story(child.sor_id).present.standing.is_now == "unforwarded"


def test_a_closing_taken_back_never_comes_r24(given, at, then):
    clinic = given.clinic("Nord")
    given.closes(clinic, "2023-03-31")
    given.stays_open(clinic)
    at("2023-05-01")
    then.nothing_else()


def test_stps_s_notices_and_runs_are_told_by_their_names_r36_r39(given, at, then):
    clinic = given.clinic("Nord")
    given.self_registration(clinic)
    given.notice("dispensation.granted", clinic, fee_year=2024, share="1.0")
    given.notice("dispensation.granted", clinic, fee_year=2024, share="0.5")
    given.fee_run(2024, on="2024-06-03")
    at("2024-06-03")
    then.invoiced(clinic, 2024, amount="1129.00", basis="partial-dispensation")


def test_cvr_answers_once_it_is_given_something_to_answer_r38(given, at, then):
    from datetime import date

    from workers.testing.names import cvr_of

    at("2023-05-01 10:00")
    given.company("Nord ApS", started=date(2010, 1, 1), ended=date(2023, 2, 1))
    clinic = given.clinic("Nord")
    given.self_registration(clinic)
    assert then.invoiced(clinic, 2023, route_status="company-ceased")["recipient"]["cvr"] == cvr_of("Nord ApS")


def test_cvr_and_tariffs_come_before_the_first_message(stranger):
    done = stranger('def test_it(given):\n    given.clinic("Nord")\n    given.cvr()')
    done.stdout.fnmatch_lines(["*RuntimeError: give tariffs and CVR before the first message*"])


def test_a_fee_table_of_one_s_own_is_decided_by_r32(given, at, then, tmp_path):
    table = tmp_path / "tariffs.csv"
    header = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"
    table.write_text(header + "own-2030-5,2030,5,7.00,,,,,test\n", encoding="utf-8")
    given.tariffs(table)
    at("2030-05-01")
    clinic = given.clinic("Nord")
    given.self_registration(clinic)
    then.invoiced(clinic, 2030, amount="7.00", tariff="own-2030-5")


def test_any_message_at_all_can_be_sent(given, then):
    owner = given.owner("Nord ApS")
    given.message("sor.entity-changes.v1", b"God jul!", key=owner.sor_id)
    then.refused(owner, reason="unparsable")
    given.version(owner, version=1, telephone="1")
    then.refused(owner, reason="version-conflict")


def test_the_plugin_imports_nothing_of_the_worker_before_a_test_asks_for_it():
    asked = "import sys, workers.testing.plugin; print(*(name for name in sys.modules if name.startswith(('workers', 'adapters'))))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"workers", "workers.testing", "workers.testing.plugin"}
