"""The examples of docs/examples pass as a stranger runs them: our plugin alone, and none of our test's own helpers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.record_lines import as_line, input_line, read_lines
from workers.explain.sent import OUTPUTS
from workers.testing.world import VirtualWorld

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("test_*.py")), ids=lambda path: path.stem)
def test_an_example_passes_with_the_plugin_alone(example, tmp_path):
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    nothing_of_ours = [
        "-p",
        "workers.testing.plugin",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        tmp_path,
    ]
    command = [sys.executable, "-m", "pytest", *nothing_of_ours, "-q", example]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_example_is_short_enough_to_be_read_in_a_minute():
    assert len(list(EXAMPLES.glob("test_*.py"))) == 3
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 40 for path in EXAMPLES.glob("test_*.py"))


def test_the_recording_of_the_examples_holds_what_this_release_sends():
    world = VirtualWorld("2023-01-01")
    with (EXAMPLES / "night.jsonl").open(encoding="utf-8") as lines:
        records = list(read_lines(lines))
    for record in records:
        if record.topic not in OUTPUTS:
            world.hear(record)
    on_record = [json.loads(input_line(record)) for record in records if record.topic in OUTPUTS]
    for each in on_record:
        del each["partition"], each["offset"]
    assert on_record == [json.loads(as_line(output)) for output in world.outputs]
