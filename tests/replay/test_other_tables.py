"""`sorbro replay --rules`: code lists of one's own, in a process of its own, for a table is read once."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources

import pytest
from click.testing import CliRunner

from support.trees import private_clinic
from workers.commands import main

CLINIC = private_clinic()


@pytest.fixture
def packaged():
    return resources.files("contracts.code_lists").joinpath("entity_types.csv").read_text(encoding="utf-8")


@pytest.fixture
def recording(replay, world):
    world.registered(CLINIC)
    return replay.story(world.records)


def test_a_table_of_one_s_own_is_decided_by(recording, packaged, tmp_path):
    code = CLINIC.place.first["entityType"]
    row = next(line for line in packaged.splitlines() if line.startswith(code))
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "entity_types.csv").write_text(packaged.replace(row, row.replace(row.split(",")[1], "hulehelbreder")))
    outputs = {}
    for name, options in {"ours": [], "theirs": ["--rules", str(rules)]}.items():
        out = tmp_path / f"{name}.jsonl"
        command = [sys.executable, "-m", "workers", "replay", str(recording), "--out", str(out), *options]
        subprocess.run(command, check=True, capture_output=True)
        outputs[name] = out.read_text(encoding="utf-8")
    assert "hulehelbreder" in outputs["theirs"]
    assert outputs["theirs"].replace("hulehelbreder", row.split(",")[1]).count("\n") == outputs["ours"].count("\n")
    assert "hulehelbreder" not in outputs["ours"]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("tariffs.csv", "id\n", "no table of ours"),
        ("entity_types.csv", "code\n1\n", "lacks the column"),
        ("notes.txt", "", "holds no table"),
    ],
)
def test_a_folder_that_holds_something_else_is_refused_with_what_is_wanted(recording, tmp_path, name, text, says):
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / name).write_text(text)
    done = CliRunner().invoke(main, ["replay", str(recording), "--out", str(tmp_path / "o"), "--rules", str(rules)])
    assert done.exit_code == 1
    assert says in done.output
