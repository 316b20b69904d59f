"""Every rule of the rulebook is named by a test; a rule without one is a promise nobody checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
RULES = frozenset(range(1, 51))
"""The rulebook, by number."""
_IN_NAME = re.compile(r"_r(\d+)(?=_|$)")
_IN_TEXT = re.compile(r"\bR(\d+)\b")


def rules_named_by_tests() -> dict[int, list[str]]:
    """Rule number → the tests that name it, in their name or their docstring."""
    named: dict[int, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for number in _IN_NAME.findall(node.name) + _IN_TEXT.findall(ast.get_docstring(node) or ""):
                    named.setdefault(int(number), []).append(f"{file.name}::{node.name}")
    return named


def test_every_rule_is_named_by_a_test():
    missing = sorted(RULES - rules_named_by_tests().keys())
    assert not missing, f"no test names {', '.join(f'R{number}' for number in missing)}"


def test_no_test_names_a_rule_that_the_rulebook_does_not_have():
    assert set(rules_named_by_tests()) - RULES == set()
