"""`sorbro verify`: the verdict for people, and its status for machines."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from adapters.clock import SettableClock
from contracts.topics import Topic
from support.recorded import about, in_core_order, places_of, write
from support.scenario import Scenario, instant
from support.trees import private_clinic
from support.work import partitions_with, work
from workers.commands import main

CLINIC = private_clinic()


@pytest.fixture(scope="module")
def places():
    world = Scenario().at("2023-05-01 10:00")
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-31")
    partitions = partitions_with(world, 1)
    asyncio.run(work(*partitions, clock=SettableClock(instant("2023-06-02"))))
    return places_of(partitions)


def verify(path, *options):
    return CliRunner().invoke(main, ["verify", str(path), *map(str, options)])


def test_all_the_same_is_status_0(places, tmp_path):
    done = verify(write(tmp_path / "recording.jsonl", in_core_order(places), about(places)))
    assert done.exit_code == 0
    assert "6 outputs compared: 0 missing, 0 extra, 0 different, 0 moved" in done.stdout


def test_a_difference_is_status_1_and_told_with_its_place_and_its_cause(places, tmp_path):
    records = in_core_order(places)
    number = next(n for n, each in enumerate(records) if each.topic == Topic.DEREGISTRATIONS)
    records[number] = records[number]._replace(value=records[number].value.replace(b"2023-05-31", b"2023-05-30"))
    done = verify(write(tmp_path / "recording.jsonl", records, about(places)))
    assert done.exit_code == 1
    (cause,) = [each for each in records if each.topic == Topic.ENTITY_CHANGES and b'"2023-05-31"' in each.value]
    for word in ("different", "lastDay", "bsr.deregistrations.v1-0@0", f"sor.entity-changes.v1-0@{cause.offset}"):
        assert word in done.stdout
    assert "0 missing, 0 extra, 1 different, 0 moved" in done.stdout


def test_what_cannot_be_compared_is_status_2_and_says_what_to_do(places, tmp_path):
    begins = about(places, since=instant("2023-05-02"))
    path = write(tmp_path / "recording.jsonl", in_core_order(places), begins)
    done = verify(path)
    assert done.exit_code == 2
    assert "Record without --from" in done.output
    assert json.loads(verify(path, "--json").stdout)["verdict"] == "cannot-be-compared"


def test_a_file_that_cannot_be_read_is_status_2(tmp_path):
    path = tmp_path / "recording.jsonl"
    path.write_text("{\n", encoding="utf-8")
    done = verify(path)
    assert done.exit_code == 2
    assert "line 1" in done.output


def test_cvr_s_documents_may_answer_instead_of_the_recording(places, tmp_path):
    """They know nobody, where the recording left it open: so the records sent are not those due."""
    (tmp_path / "cvr.jsonl").write_text("")
    path = write(tmp_path / "recording.jsonl", in_core_order(places), about(places))
    said = json.loads(verify(path, "--cvr", tmp_path / "cvr.jsonl", "--json").stdout)
    assert {each["topic"] for each in said["differences"]} >= {Topic.REGISTRATIONS}


def test_a_recording_written_by_hand_is_compared_too(places, tmp_path):
    path = write(tmp_path / "recording.jsonl", in_core_order(places))
    assert json.loads(verify(path, "--json").stdout)["verdict"] == "same"


def test_without_cvr_s_answers_a_difference_says_nothing(places, tmp_path):
    records = [
        each._replace(value=each.value.replace(b"2023-05-31", b"2023-05-30"))
        if each.topic == Topic.DEREGISTRATIONS
        else each
        for each in in_core_order(places)
    ]
    path = write(tmp_path / "recording.jsonl", records)
    done = verify(path)
    assert done.exit_code == 2
    assert "1 different" in done.output
    assert "sorbro.cvr-facts.v1" in done.output
    said = json.loads(verify(path, "--json").stdout)
    assert (said["verdict"], len(said["differences"])) == ("cannot-be-compared", 1)
    assert "sorbro.cvr-facts.v1" in said["because"]
