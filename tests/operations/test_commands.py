"""The commands' own words and refusals; what they show of real topics is in tests/kafka."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from workers.commands import main
from workers.commands.asking import age

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
SEND = ["redrive", "--reason", "unparsable", "--all", "--broker", "127.0.0.1:1"]


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("command", ["status", "lag", "dead-letters", "redrive"])
def test_help_teaches_by_example(command):
    answer = run(command, "--help")
    assert answer.exit_code == 0
    assert f"sorbro {command}" in answer.output.split("Example")[1]


@pytest.mark.parametrize("command", ["status", "lag", "dead-letters", "redrive"])
def test_without_an_answer_from_the_brokers_it_cannot_tell(command):
    answer = run(command, "--broker", "127.0.0.1:1")
    assert answer.exit_code == 2
    assert "brokers do not answer" in answer.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["redrive", "--all", "--operator", "a", "--why", "b"], "choose which letters"),
        ([*SEND, "--first", "2"], "exclude each other"),
        (SEND, "say who you are and why"),
        ([*SEND, "--operator", "a"], "say who you are and why"),
        ([*SEND, "--operator", "jens@sds.dk", "--why", "b"], "e-mail"),
        ([*SEND, "--operator", "a", "--why", "one\ntwo"], "one line"),
        ([*SEND, "--operator", "a", "--why", "one\u202etwo"], "one line"),
        ([*SEND, "--operator", "a", "--why", "b" * 301], "at most 300"),
        ([*SEND, "--operator", "", "--why", "b"], "at least 1"),
        ([*SEND, "--letter", "3-7"], "e.g. 2/17"),
        ([*SEND, "--rate", "0"], "range"),
        (["redrive", "--reason", "because"], "invalid-identifier"),
    ],
)
def test_a_redrive_says_what_it_lacks_before_it_asks_any_broker(arguments, told):
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert told in " ".join(answer.output.split())


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "0 s"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 days")],
)
def test_an_age_is_told_in_one_unit(seconds, shown):
    assert age(NOW - timedelta(seconds=seconds), NOW) == shown


def test_no_instant_has_no_age():
    assert not age(None, NOW)
