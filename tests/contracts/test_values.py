"""What is made by `value` is never changed: the type checker sees to it, for Python would let it be."""

import sys
from pathlib import Path
from subprocess import run

from contracts.explanations import VersionUsed
from contracts.identifiers import SorId

ROOT = Path(__file__).parents[2]
CHANGES = """
from contracts.explanations import VersionUsed
from workers.tree.state import Node


def change(node: Node, version: VersionUsed) -> None:
    node.ledger = ()
    version.version = 2
"""


def test_the_type_checker_refuses_every_change_of_a_value(tmp_path: Path):
    probe = tmp_path / "probe.py"
    probe.write_text(CHANGES, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(probe)]
    found = run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    refused = [line for line in found.stdout.splitlines() if "error:" in line]
    assert [line.split(":")[1] for line in refused] == ["7", "8"], found.stdout
    assert all("read-only" in line for line in refused)


def test_values_are_compared_and_hashed_by_what_they_hold():
    unit = SorId.of_item(7)
    first, again, other = (VersionUsed("sor", unit, version) for version in (1, 1, 2))
    assert first == again != other
    assert {first, again, other} == {first, other}
