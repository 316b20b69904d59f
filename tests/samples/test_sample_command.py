"""`sorbro sample`: files that the other commands take, and a folder that is never overwritten unasked."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from adapters.cvr.documents import DocumentStore
from adapters.record_lines import read_lines
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from contracts.topics import Topic

MODELS = {Topic.ENTITY_CHANGES: EntityChanged, Topic.SELF_REGISTRATIONS: SelfRegistered}


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def records(path):
    with path.open(encoding="utf-8") as lines:
        return list(read_lines(lines))


@pytest.mark.parametrize(
    ("form", "first", "last"),
    [
        ("xml1", "Sor_2024-02-27.xml", "Sor_2024-03-01.xml"),
        ("xml2", "Sor_2024-02-27.xml", "Sor_2024-03-01.xml"),
        ("csv", "SorEntity_daily_2024-02-27.csv", "SorEntity_daily_2024-03-01.csv"),
    ],
)
def test_every_night_has_a_snapshot_beside_what_goes_with_them(sample, form, first, last):
    result, folder = sample("--units", 60, "--format", form, "--date", "2024-02-27", "--nights", 3)
    assert result.exit_code == 0, result.output

    names = sorted(files(folder))
    assert {first, last, "cvr.jsonl", "self-registrations.jsonl"} < set(names)
    assert len(names) == 6


@pytest.mark.parametrize("form", ["xml1", "xml2", "csv", "events"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(sample, tmp_path, form):
    for seed, out in ((1, "one"), (1, "again"), (2, "other")):
        result, _ = sample("--units", 60, "--as", form, "--nights", 5, "--seed", seed, out=out)
        assert result.exit_code == 0, result.output
    one, again, other = (files(tmp_path / out) for out in ("one", "again", "other"))
    assert one == again
    assert all(one[name] != other[name] for name in one)


def test_events_are_one_file_in_the_order_of_its_timestamps_and_of_the_contract(sample):
    result, folder = sample("--units", 60, "--as", "events", "--nights", 200)
    assert sorted(files(folder)) == ["cvr.jsonl", "events.jsonl"]
    told = records(folder / "events.jsonl")
    assert all(one.timestamp <= then.timestamp for one, then in pairwise(told))
    assert {record.topic for record in told} == MODELS.keys()
    for record in told:
        message = MODELS[Topic(record.topic)].from_json(record.value)
        assert record.key.decode() == message.owner_sor_id
    assert f"sorbro replay {folder / 'events.jsonl'}" in result.output


def test_some_places_speak_before_sor_does_and_the_others_within_forty_days(sample):
    _, folder = sample("--units", 1_000, "--as", "events")
    spoken, days = set(), []
    early = 0
    for record in records(folder / "events.jsonl"):
        data = json.loads(record.value)
        if record.topic == Topic.ENTITY_CHANGES:
            spoken.add(data["sorId"])
        else:
            early += data["sorId"] not in spoken
            days.append(data["registeredOn"])
    assert early
    assert (min(days), max(days)) == ("2024-01-14", "2024-02-23")


def test_self_registrations_beside_snapshots_are_those_of_the_events(sample):
    _, events = sample("--units", 60, "--as", "events", "--nights", 30, out="events")
    _, snapshots = sample("--units", 60, "--as", "csv", "--nights", 30, out="snapshots")
    said = [record.value for record in records(events / "events.jsonl") if record.topic == Topic.SELF_REGISTRATIONS]
    assert [record.value for record in records(snapshots / "self-registrations.jsonl")] == said
    assert (events / "cvr.jsonl").read_bytes() == (snapshots / "cvr.jsonl").read_bytes()
    assert len(DocumentStore.from_jsonl(events / "cvr.jsonl")) > 20


def test_a_folder_that_is_not_empty_is_left_alone_unless_told_otherwise(sample):
    _, folder = sample("--units", 10)
    before = files(folder)
    result, _ = sample("--units", 11)
    assert result.exit_code == 1
    assert "not empty" in result.output
    assert "--force" in result.output
    assert files(folder) == before
    assert sample("--units", 11, "--force")[0].exit_code == 0
    assert files(folder) != before


@pytest.mark.parametrize(
    "options",
    [("--units", 9), ("--units", 1_000_001), ("--format", "xlsx"), ("--nights", -1), ("--date", "1899-01-01")],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(sample, options):
    result, folder = sample(*options)
    assert result.exit_code == 2
    assert not folder.exists()


def test_the_last_line_says_what_was_written(sample):
    result, folder = sample("--units", 10, "--format", "csv")
    size = sum(map(len, files(folder).values()))
    assert result.output.splitlines()[-1] == f"3 files, {size:,} bytes written to {folder}"
    assert "SorEntity_daily_2024-01-15.csv: 10 units" in result.output


def test_help_teaches_with_an_example(sample):
    result, _ = sample("--help")
    assert "sorbro sample --units 500 --as events" in result.output
    assert "sorbro replay" in result.output
