"""`decide` is a function: nothing but its arguments goes in, nothing but its result comes out."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.identifiers import SorId
from contracts.sor_entities import EntityChanged
from contracts.tariffs import TariffTable
from support.scenario import Scenario
from support.trees import private_hospital
from workers.decide import DayHasCome, Received, decide

HOSPITAL = private_hospital()
NEVER_IN_THE_CORE = {"faust", "aiokafka", "httpx", "structlog", "mode", "aiohttp", "asyncio", "prometheus_client"}
TIME_ASKING = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"}
LIST_MODULES = """
import sys
import workers.decide, contracts.topics, contracts.dead_letters
ours = [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] in {"contracts", "workers", "adapters"}]
print("\\n".join(sorted({n.split(".")[0] for n in sys.modules})), "--", "\\n".join(filter(None, ours)), sep="\\n")
"""


def a_state_about_to_close():
    world = Scenario()
    world.registered(HOSPITAL, *HOSPITAL.departments)
    world.sor(HOSPITAL.owner, to_date="2023-05-20", channel="sor-office")
    return world.world.owners[SorId(HOSPITAL.owner.sor_id)]


def cases():
    """A closure in the past, which the owner's whole tree follows at once; and the day of the one announced."""
    change = HOSPITAL.owner.first | {"version": 9, "toDate": "2023-04-01", "telephone": "1"}
    message = EntityChanged.from_json(json.dumps(change))
    return [
        (Received(message, "event"), datetime(2023, 5, 1, tzinfo=UTC)),
        (DayHasCome(), datetime(2023, 6, 1, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(("event", "now"), cases())
def test_the_same_inputs_give_equal_outputs_r39(event, now):
    tariffs = TariffTable.load()
    first = decide(a_state_about_to_close(), event, now, tariffs)
    assert first.effects
    assert first == decide(a_state_about_to_close(), event, now, tariffs)


@pytest.mark.parametrize(("event", "now"), cases())
def test_the_state_given_in_is_not_changed_r39(event, now):
    state = a_state_about_to_close()
    before = deepcopy(state)
    after = decide(state, event, now, TariffTable.load()).state
    assert state == before
    assert after != before


def loaded_by_the_core() -> tuple[set[str], list[Path]]:
    ran = subprocess.run([sys.executable, "-c", LIST_MODULES], capture_output=True, text=True, check=True)
    names, _, files = ran.stdout.partition("--\n")
    return set(names.split()), [Path(line) for line in files.splitlines()]


def test_the_rules_load_no_broker_no_network_and_no_logging_r48():
    names, _ = loaded_by_the_core()
    assert "workers" in names
    assert not names & NEVER_IN_THE_CORE


def test_the_rules_load_nothing_of_adapters_or_shell_r48():
    _, files = loaded_by_the_core()
    own = {"/".join(file.parts[-2:]) for file in files}
    assert not {file for file in files if {"adapters", "app", "stream", "replay", "commands"} & set(file.parts[-3:-1])}
    assert "workers/decide.py" in own


def test_nothing_in_the_rules_asks_what_time_it_is_r48():
    _, files = loaded_by_the_core()
    assert len(files) > 20
    asked = [
        f"{file}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TIME_ASKING
    ]
    assert asked == []
