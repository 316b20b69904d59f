"""Logs as a process writes them: one JSON object a line, or readable, and nothing below the level asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SAID = """
import logging, structlog
from adapters.telemetry.logs import configure_logging
configure_logging({form!r}, {level!r})
log = structlog.get_logger("sorbro.stream")
log.debug("quiet", partition=1)
log.info("turn committed", partition=1, rules=("R25", "R27"))
logging.getLogger("aiokafka").warning("leader %s is away", 3)
logging.getLogger("aiokafka").warning("leader %s is away", 4)
log.warning("partition failed", error="TimeoutError")
"""


def lines(form, level):
    done = subprocess.run(
        [sys.executable, "-c", SAID.format(form=form, level=level)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("form", ["json", "auto"])
def test_away_from_a_terminal_each_event_is_one_line_of_json(form):
    told = [json.loads(line) for line in lines(form, "info")]
    assert [(each["event"], each["level"]) for each in told] == [
        ("turn committed", "info"),
        ("leader 3 is away", "warning"),
        ("partition failed", "warning"),
    ], "and a library says the same only once in ten seconds"
    assert (told[0]["partition"], told[0]["rules"]) == (1, ["R25", "R27"])
    assert all(each["timestamp"].endswith("Z") for each in told)


def test_a_full_disk_costs_the_words_and_not_the_work():
    """Every write fails: the process goes on to its end."""
    full = "import sys; sys.stderr = open('/dev/full', 'w')\n" + SAID.format(form="json", level="info")
    said = [sys.executable, "-c", full + "\nimport os; os._exit(0)"]
    done = subprocess.run(said, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_for_a_person_it_is_readable():
    (first, *_) = lines("console", "info")
    assert "turn committed" in first
    assert "partition" in first
    with pytest.raises(json.JSONDecodeError):
        json.loads(first)


def test_nothing_below_the_level_is_told():
    assert [json.loads(line)["event"] for line in lines("json", "warning")] == ["leader 3 is away", "partition failed"]
