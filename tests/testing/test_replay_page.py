"""docs/replay.md is true: its files are written and its commands run, in order, and they say what the page shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "replay.md"
NOT_RUN: Final = {
    "sorbro record": "it asks a broker; tests/kafka/test_recordings.py runs it on one",
}
"""Commands of the page that are not run here, and why."""
_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One command and the lines that the page shows below it; or a file that it asks to be written."""

    command: str
    shown: tuple[str, ...] = ()
    file: str = ""


def steps() -> list[Step]:
    """What a reader does, from the top of the page to its end."""
    found: list[Step] = []
    for block in _BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["kind"] == "python":
            found.append(Step(block["text"].splitlines()[0].removeprefix("# "), file=block["text"]))
        else:
            for command, *shown in (
                part.splitlines() for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]
            ):
                found.append(Step(command, tuple(shown)))
    return found


def is_run(step: Step) -> bool:
    return not any(step.command.startswith(command) for command in NOT_RUN)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A folder with the recording in it, and an environment in which `sorbro` and `pytest` are this checkout's."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copy(ROOT / "docs" / "examples" / "night.jsonl", folder)
    programs = tmp_path_factory.mktemp("bin")
    for name, arguments in {"sorbro": "-m workers", "pytest": "-m pytest -p workers.testing.plugin"}.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }

    def do(step: Step) -> str:
        if step.file:
            (folder / step.command).write_text(step.file, encoding="utf-8")
            return ""
        done = subprocess.run(  # noqa: S602  # the page's own commands, as a reader types them
            step.command,
            shell=True,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return do


def test_every_command_of_the_page_does_what_the_page_shows(reader):
    for step in filter(is_run, steps()):
        printed = reader(step)
        assert re.search(expected(step.shown), printed), f"{step.command}\n{printed}"


def test_the_page_shows_the_commands_it_teaches():
    taught = {" ".join(step.command.split()[:2]) for step in steps() if not step.file}
    assert {"sorbro record", "sorbro explain", "sorbro replay", "sorbro verify", "sorbro diff"} <= taught


def test_what_is_not_run_is_on_the_page_and_has_a_reason():
    for command, reason in NOT_RUN.items():
        assert any(step.command.startswith(command) for step in steps())
        assert reason


def expected(shown: tuple[str, ...]) -> str:
    """A pattern for the shown lines in their order; "…" stands for anything, and blanks for any blanks."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in "\n".join(shown).split("…"))
    return r"[\s\S]*?".join(parts)
