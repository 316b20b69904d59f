"""Three years of a sample register through the core: nothing is refused, and the core ends up holding what it holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from itertools import islice

import pytest
from click.testing import CliRunner

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.record_lines import read_lines
from contracts.danish_time import start_of_day
from contracts.sor_entities import EntityChanged
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.sample_lives import FIRST_DAY, begun, units_of
from workers.commands import main
from workers.replay.replay import Replay
from workers.tree.waiting import waiting_in

UNITS, SEED, NIGHTS = 10, 11, 1_096
LAST_DAY = FIRST_DAY + timedelta(days=NIGHTS)
NOT_SAID_BY_A_UNIT = {"version", "registered_at", "channel"}


def content(message):
    return {name: told for name, told in asdict(message).items() if name not in NOT_SAID_BY_A_UNIT}


@pytest.fixture(scope="module")
def lived():
    """Every unit there has been, as it was last; and those that still stand."""
    life = begun(UNITS, SEED)
    units = units_of(life.standing.trees())
    for night in islice(life.nights(), NIGHTS):
        units |= {change.after.sor_id: change.after for change in night.changes}
    return units, units_of(life.standing.trees())


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """The replay when the last night's file is written, and the topics and types of what came out."""
    folder = tmp_path_factory.mktemp("life") / "sample"
    options = {"--units": UNITS, "--seed": SEED, "--as": "events", "--nights": NIGHTS, "--date": FIRST_DAY}
    arguments = [str(each) for option in options.items() for each in option]
    assert CliRunner().invoke(main, ["sample", "--out", str(folder), *arguments]).exit_code == 0
    replay = Replay(TariffTable.load(), FileRegistry(DocumentStore.from_jsonl(folder / "cvr.jsonl")))
    outputs = []
    with (folder / "events.jsonl").open(encoding="utf-8") as lines:
        for record in read_lines(lines):
            if record.timestamp < start_of_day(LAST_DAY):
                outputs += replay.play(record)
    outputs += replay.advance(start_of_day(LAST_DAY))
    return replay, outputs


def test_nothing_is_refused_repeated_or_stale(replayed):
    replay, outputs = replayed
    assert {record.topic for record in outputs} == {
        Topic.REGISTRATIONS,
        Topic.DEREGISTRATIONS,
        Topic.INVOICE_TRIGGERS,
    }
    assert set(replay.outcomes) == {"applied", "settled"}


def test_nothing_waits_but_for_a_fee_table_that_is_not_there(replayed):
    replay, _ = replayed
    waits = [each for state in replay.world.owners.decoded() for each in waiting_in(state)]
    assert {each.kind for each in waits} <= {"tariff"}


def test_the_core_holds_the_register_that_the_generator_holds(replayed, lived):
    replay, _ = replayed
    _, standing = lived
    for unit in standing.values():
        node = replay.world.owners[unit.owner_sor_id].nodes[unit.sor_id]
        expected = EntityChanged.from_json(json.dumps(unit.as_change(1, start_of_day(LAST_DAY))))
        assert content(node.entity) == content(expected)
        assert node.closed is None


def test_what_has_left_the_register_is_closed_since_its_last_day_and_nothing_else_is_r25(replayed, lived):
    replay, _ = replayed
    units, standing = lived
    gone = {sor_id: unit.to_date for sor_id, unit in units.items() if sor_id not in standing}
    closed = {
        sor_id: node.closed.last_day
        for state in replay.world.owners.decoded()
        for sor_id, node in state.nodes.items()
        if node.closed is not None
    }
    assert len(gone) > 50
    assert closed == gone
