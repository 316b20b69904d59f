"""Golden files: written when asked, compared otherwise, and a difference is told by field and by story."""

from __future__ import annotations

STORY = """
    def test_it(given, at, then):
        clinic = given.clinic("Nord")
        given.self_registration(clinic, category="5")
        given.closes(clinic, "2023-03-31")
        at("2023-04-01")
        then.matches_golden("closing.jsonl")
"""
UPDATE = "--sorbro-update-golden"


def test_a_golden_file_is_written_when_asked_and_then_compared(stranger, pytester):
    stranger(STORY, UPDATE).assert_outcomes(passed=1)
    golden = pytester.path / "golden" / "closing.jsonl"
    assert len(golden.read_text(encoding="utf-8").splitlines()) == 6
    stranger(STORY).assert_outcomes(passed=1)


def test_one_that_is_not_there_is_not_written_unasked(stranger, pytester):
    done = stranger(STORY)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([f"*there is no golden file*closing.jsonl: pytest {UPDATE} writes it*"])
    assert not (pytester.path / "golden").exists()


def test_a_difference_is_told_by_field_and_with_the_unit_s_story(stranger):
    stranger(STORY, UPDATE)
    done = stranger(STORY.replace("2023-03-31", "2023-03-30"))
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*3 of 6 outputs differ from *closing.jsonl, the first of them in line 4:",
            '*value.closesOn: golden "2023-03-31", now "2023-03-30"',
            f"*If that is right, pytest {UPDATE} takes it over*",
            "*Deregistered from 2023-03-31 because it closed (R25)*",
        ]
    )


def test_a_missing_output_is_a_difference(stranger):
    stranger(STORY, UPDATE)
    done = stranger(STORY.replace('at("2023-04-01")', 'at("2023-03-31")'))
    done.stdout.fnmatch_lines(["*2 of 6 outputs differ*", "*now null"])


def test_taking_a_difference_over_makes_it_golden(stranger):
    stranger(STORY, UPDATE)
    changed = STORY.replace("2023-03-31", "2023-03-30")
    stranger(changed, UPDATE)
    stranger(changed).assert_outcomes(passed=1)
