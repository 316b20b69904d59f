"""`sorbro replay`: the pinned interface of contracts.md."""

from __future__ import annotations

import json
from datetime import date

import pytest

from adapters.cvr.sample import sample_company, sample_production_unit
from adapters.record_lines import as_line
from contracts.identifiers import CvrNumber, PNumber
from contracts.tariffs import TariffTable
from support.trees import private_clinic, private_hospital, wide_owner
from workers.replay.replay import TO_ITSELF
from workers.stream.world import Turn, World

CLINIC = private_clinic()
FIELDS = ["topic", "key", "timestamp", "headers", "value"]
TYPE = "dk.sor.entity.changed.v1"


def line(tree_or_data, **changes):
    data = getattr(tree_or_data, "first", tree_or_data)
    fields = {
        "topic": "sor.entity-changes.v1",
        "key": data["ownerSorId"] if isinstance(data, dict) else CLINIC.owner.sor_id,
        "timestamp": "2023-01-02T08:00:00Z",
        "headers": {"ce_type": TYPE},
        "value": data,
    }
    return fields | changes


@pytest.fixture
def story(world):
    """A clinic that registers and announces its closure, and a hospital that closes whole."""
    hospital = private_hospital()
    world.registered(CLINIC)
    world.at("2023-01-03 09:00").registered(hospital, *hospital.departments)
    world.sor(hospital.owner, to_date="2023-02-15")
    world.at("2023-01-04 09:00").sor(CLINIC.place, to_date="2023-01-31")
    world.at("2023-03-01 09:00").sor(CLINIC.place, to_date=None)
    return world


def test_the_same_input_gives_the_same_bytes(replay, story):
    records = replay.story(story.records)
    for out in ("one.jsonl", "two.jsonl"):
        assert replay.run(records, "--until", "2023-12-31", out=out).exit_code == 0
    assert replay.read("one.jsonl") == replay.read("two.jsonl")
    assert replay.read("one.jsonl")


def test_the_command_writes_what_the_core_sends_in_the_order_of_emission(replay, story):
    replay.run(replay.story(story.records), "--until", "2023-12-31")
    story.until("2023-12-31")
    lines = replay.read().decode("utf-8").splitlines()
    assert lines == [as_line(each.record) for each in story.outputs]


def test_every_output_has_the_form_of_an_input(replay, story):
    records = replay.story(story.records)
    replay.run(records, "--until", "2023-12-31")
    outputs = replay.outputs()
    assert all(list(each) == FIELDS for each in outputs)
    assert all(each["timestamp"].endswith("Z") for each in outputs)
    assert all(isinstance(each["value"], dict) for each in outputs)
    again = replay.run(replay.folder / "out.jsonl", out="again.jsonl")
    assert again.exit_code == 0
    assert "left out" in again.output


def test_a_closure_fires_at_its_own_instant_before_the_record_that_follows(replay, story):
    replay.run(replay.story(story.records))
    outputs = replay.outputs()
    ended = [each for each in outputs if each["topic"] == "bsr.deregistrations.v1"]
    assert [each["timestamp"] for each in ended] == [
        "2023-01-31T23:00:00Z",
        "2023-02-15T23:00:00Z",
        "2023-02-15T23:00:00Z",
    ]
    assert outputs[-1]["headers"]["dlq.reason"] == "undo-after-effect"
    assert outputs[-1]["timestamp"] == "2023-03-01T08:00:00Z"


@pytest.mark.parametrize(
    ("options", "fired"), [((), 0), (("--until", "2023-05-20"), 0), (("--until", "2023-05-21"), 1)]
)
def test_until_is_inclusive_at_midnight_in_copenhagen(replay, world, options, fired):
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    assert replay.run(replay.story(world.records), *options).exit_code == 0
    ended = [each for each in replay.outputs() if each["topic"] == "bsr.deregistrations.v1"]
    assert [each["timestamp"] for each in ended] == ["2023-05-20T22:00:00Z"] * fired


def test_a_value_that_is_a_string_is_the_raw_text_of_the_message(replay):
    records = replay.write([line(CLINIC.owner, value="{not json"), line(CLINIC.owner, value="")])
    assert replay.run(records).exit_code == 0
    outputs = replay.outputs()
    assert [each["headers"]["dlq.reason"] for each in outputs] == ["unparsable", "unparsable"]
    assert [each["value"] for each in outputs] == ["{not json", ""]
    assert {each["key"] for each in outputs} == {CLINIC.owner.sor_id}


def test_bytes_that_are_no_utf8_come_back_as_they_were(replay):
    start = '{"topic":"sor.entity-changes.v1","key":"\\udcff","timestamp":"2023-01-02T08:00:00Z"'
    records = replay.write([start + ',"headers":{"x":"\\udcfe"},"value":"\\udcff{"}'])
    assert replay.run(records).exit_code == 0
    output = replay.outputs()[0]
    assert (output["key"], output["value"], output["headers"]["x"]) == ("\udcff", "\udcff{", "\udcfe")
    assert b"\\udcff{" in replay.read()


def test_raw_text_that_is_a_whole_message_is_read_like_any_other(replay):
    records = replay.write([line(CLINIC.owner), line(CLINIC.place, value=json.dumps(CLINIC.place.first))])
    replay.run(records)
    assert [each["topic"] for each in replay.outputs()] == ["bsr.registrations.v1"]


def test_missing_headers_and_a_missing_key_are_allowed(replay):
    bare = {"topic": "sor.entity-changes.v1", "timestamp": "2023-01-02T08:00:00Z", "value": CLINIC.owner.first}
    assert replay.run(replay.write([bare])).exit_code == 0
    assert replay.outputs()[0]["headers"]["dlq.reason"] == "wrong-key"


def test_a_timestamp_may_carry_any_zone(replay):
    records = replay.write([line(CLINIC.owner), line(CLINIC.place, timestamp="2023-01-02T09:00:00+01:00")])
    replay.run(records)
    assert replay.outputs()[0]["timestamp"] == "2023-01-02T08:00:00Z"


def test_blank_lines_are_passed_over(replay):
    assert replay.run(replay.write([line(CLINIC.owner), "", "   ", line(CLINIC.place)])).exit_code == 0
    assert len(replay.outputs()) == 1


def test_without_cvr_every_enrichment_stays_pending(replay, story):
    replay.run(replay.story(story.records))
    forwards = [each["value"] for each in replay.outputs() if each["topic"] == "bsr.registrations.v1"]
    assert {each["enrichment"] for each in forwards} == {"pending"}


def test_with_cvr_a_look_up_is_answered_at_the_instant_it_is_asked(replay, world):
    cvr, p_number = CvrNumber(CLINIC.owner.first["cvr"]), PNumber(CLINIC.place.first["pNumber"])
    documents = [
        sample_company(cvr, "Prøve ApS", started=date(2010, 1, 1)),
        sample_production_unit(p_number, "Prøve", cvr=cvr, started=date(2010, 1, 1)),
    ]
    world.sor(CLINIC)
    answers = replay.write(documents, "cvr.jsonl")
    assert replay.run(replay.story(world.records), "--cvr", answers).exit_code == 0
    outputs = replay.outputs()
    assert [each["value"]["enrichment"] for each in outputs] == ["pending", "complete"]
    assert {each["timestamp"] for each in outputs} == {"2023-01-02T08:00:00Z"}
    assert outputs[-1]["value"]["companyFacts"]["fetchedAt"] == "2023-01-02T08:00:00Z"


def test_a_number_that_is_not_in_the_cvr_file_is_not_found(replay, world):
    world.sor(CLINIC)
    replay.run(replay.story(world.records), "--cvr", replay.write([], "cvr.jsonl"))
    assert replay.outputs()[-1]["value"]["enrichment"] == "not-found"


def test_our_own_questions_to_cvr_are_not_among_the_outputs(replay, story):
    replay.run(replay.story(story.records), "--cvr", replay.write([], "cvr.jsonl"))
    assert not [each for each in replay.outputs() if each["topic"].startswith("sorbro.")]


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "7",
        '{"topic":"sor.entity-changes.v1"}',
        '{"topic":"sor.entity-changes.v1","timestamp":"2023-01-02T08:00:00","value":{}}',
        '{"topic":"sor.entity-changes.v1","timestamp":"yesterday","value":{}}',
        '{"topic":"sor.entity-changes.v1","timestamp":7,"value":{}}',
        '{"topic":"sor.entity-changes.v1","timestamp":"2023-01-02T08:00:00Z","headers":[],"key":7}',
    ],
)
def test_a_bad_line_ends_the_replay_and_is_named(replay, bad):
    done = replay.run(replay.write([line(CLINIC.owner), "", bad]))
    assert done.exit_code != 0
    assert "line 3" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("bad", ["{", "[]", '{"Vrandet":{}}'])
def test_a_bad_cvr_line_ends_the_replay_and_is_named(replay, bad):
    answers = replay.write(["", bad], "cvr.jsonl")
    done = replay.run(replay.write([line(CLINIC.owner)]), "--cvr", answers)
    assert done.exit_code != 0
    assert "line 2" in done.output


@pytest.mark.parametrize("options", [("--until", "21-05-2023"), ("--until", "2023-02-30"), ("--cvr", "missing.jsonl")])
def test_a_bad_option_ends_before_anything_is_written(replay, options):
    done = replay.run(replay.write([line(CLINIC.owner)]), *options)
    assert done.exit_code != 0
    assert not (replay.folder / "out.jsonl").exists()


def test_a_missing_file_is_named(replay):
    done = replay.run(replay.folder / "nowhere.jsonl")
    assert done.exit_code != 0
    assert "nowhere.jsonl" in done.output


def test_an_empty_file_gives_an_empty_file(replay):
    assert replay.run(replay.write([])).exit_code == 0
    assert replay.read() == b""


def test_topics_that_are_not_read_are_told_and_change_nothing(replay):
    records = replay.write([line(CLINIC.owner), line(CLINIC.owner, topic="somebody.elses.v1")])
    done = replay.run(records)
    assert done.exit_code == 0
    assert "1 records of somebody.elses.v1 left out" in done.output


@pytest.fixture
def year(world):
    """A run that waits for its day, and a place that moves to another owner before and one after it."""
    world.at("2023-05-01 10:00")
    clinics = [private_clinic(1000 + 10 * number) for number in range(4)]
    for clinic in clinics:
        world.registered(clinic)
    world.at("2024-05-02 10:00").fee_run(2024, "2024-06-01")
    world.at("2024-05-20 10:00").moves(clinics[0].place, clinics[1].owner)
    world.at("2024-07-01 10:00").moves(clinics[2].place, clinics[3].owner)
    return world


def test_what_the_worker_tells_itself_is_heard_at_once_and_is_no_output_r4_r39(replay, year):
    assert replay.run(replay.story(year.records)).exit_code == 0
    outputs = replay.outputs()
    assert not [each for each in outputs if each["topic"].startswith("sorbro.")]
    asked = [each for each in outputs if each["value"].get("occasion") == "yearly-run"]
    assert [each["timestamp"] for each in asked] == ["2024-05-31T22:00:00Z"] * 4
    moved = [each for each in outputs if each["value"].get("cause") == "new-cvr"]
    assert [each["timestamp"] for each in moved] == ["2024-05-20T08:00:00Z", "2024-07-01T08:00:00Z"]


def told_to_itself(records):
    """What a worker writes for itself while it decides these records."""
    world = World(TariffTable.load())
    for record in records:
        turn = Turn(world)
        turn.receive(record, record.timestamp)
        turn.adopt()
        yield from (sent.as_input() for sent in turn.outputs if sent.topic in TO_ITSELF)


def test_what_a_recording_of_production_holds_of_it_does_not_count_twice_r39(replay, year):
    replay.run(replay.story(year.records))
    recording = sorted([*year.records, *told_to_itself(year.records)], key=lambda each: each.timestamp)
    done = replay.run(replay.story(recording), out="again.jsonl")
    assert replay.read("again.jsonl") == replay.read()
    assert "1 records of sorbro.fee-runs.v1 left out: the replay makes its own" in done.output
    assert "2 records of sorbro.transfers.v1 left out: the replay makes its own" in done.output


def test_a_long_cascade_is_finished_before_the_next_record(replay, world):
    tree = wide_owner(600)
    world.sor(tree)
    world.sor(tree.owner, telephone="1")
    world.sor(tree.places[0], name="Nyt navn")
    replay.run(replay.story(world.records))
    assert len(replay.outputs()) == 1_201
    assert replay.outputs()[-1]["value"]["name"] == "Nyt navn"


def test_a_fee_table_of_your_own_is_used(replay, world, tmp_path):
    header = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"
    table = tmp_path / "tariffs.csv"
    table.write_text(header + "own-2023-5,2023,5,1.00,,,,,test\n", encoding="utf-8")
    assert TariffTable.load(table).years == (2023,)
    world.registered(CLINIC)
    assert replay.run(replay.story(world.records), "--tariffs", table).exit_code == 0
    assert replay.outputs()[-1]["value"]["amount"] == "1.00"
