"""None of the fifteen gotchas of notes/cvr.md §3 is without a test that names it."""

import ast
import re
from pathlib import Path

HALF_APPLIES = {
    8: "advertising protection is a condition of re-use, and nobody advertises here; that protected data is simply "
    "absent is tested",
    14: "whether an address is one of DAR's is not asked of CVR; that house numbers have letters is tested",
}
"""What does not concern a service, with the reason. No gotcha is without a half that does."""


def by_gotcha():
    """Which tests name §3.1 to §3.15 in their docstrings."""
    named = {gotcha: [] for gotcha in range(1, 16)}
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for gotcha in re.findall(r"§3\.(\d+)", ast.get_docstring(node) or ""):
                    named[int(gotcha)].append(f"{path.name}::{node.name}")
    return named


def test_every_gotcha_has_its_tests():
    named = by_gotcha()
    assert [gotcha for gotcha, tests in named.items() if not tests] == []
    assert HALF_APPLIES.keys() <= named.keys()


def test_both_kinds_of_service_are_held_to_them():
    """Only what one service alone can do is tried on one alone."""
    one_alone = {
        "test_a_date_that_cvr_announces_counts_even_if_nothing_of_it_is_seen",
        "test_missing_shards_are_passing_and_what_came_is_kept",
        "test_only_the_register_s_own_services_are_asked_by_default",
        "test_real_documents_read_alike_from_both_services",
    }
    for path in Path(__file__).parent.glob("test_gotchas_*.py"):
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in one_alone:
                arguments = {argument.arg for argument in node.args.args}
                assert arguments & {"kind", "service"}, node.name
