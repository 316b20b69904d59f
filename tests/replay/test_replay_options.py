"""`sorbro replay` on recordings, in part, and up to an instant."""

from __future__ import annotations

import gzip
import json

import pytest
from click.testing import CliRunner

from adapters.record_lines import input_line
from adapters.recordings.files import zstd
from contracts.cvr_facts import CompanyFact, NotFoundFact
from contracts.identifiers import SorId
from contracts.records import InputRecord
from contracts.topics import Topic
from support.recorded import about, by_place, write
from support.scenario import instant
from support.structured import structured
from support.trees import private_clinic
from workers.commands import main
from workers.enrichment.answers import answer_record
from workers.replay.recording import Wanted

ONE, OTHER, THIRD = (private_clinic(1000 + 10 * number) for number in range(3))


@pytest.fixture
def story(world):
    """Three clinics; a place moves from the second owner to the third, and the first one closes."""
    for clinic in (ONE, OTHER, THIRD):
        world.registered(clinic)
    world.at("2023-03-01 09:00").moves(OTHER.place, THIRD.owner)
    world.at("2023-04-01 09:00").sor(ONE.place, to_date="2023-05-31")
    world.at("2023-07-01 09:00").sor(ONE.owner, telephone="1")
    return world


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstd.compress)])
def test_a_packed_recording_gives_the_same_bytes(replay, story, suffix, pack):
    plain = replay.story(story.records)
    packed = replay.folder / f"records.jsonl.{suffix}"
    packed.write_bytes(pack(plain.read_bytes()))
    assert replay.run(plain, out="plain.jsonl").exit_code == 0
    assert replay.run(packed, out="packed.jsonl").exit_code == 0
    assert replay.read("plain.jsonl") == replay.read("packed.jsonl") != b""


def test_outputs_can_be_packed_too(replay, story):
    replay.run(replay.story(story.records))
    replay.run(replay.story(story.records), out="out.jsonl.zst")
    assert zstd.decompress(replay.read("out.jsonl.zst")) == replay.read()


def fact(clinic, at, number, of):
    owner = SorId(clinic.owner.sor_id)
    return answer_record(owner, number, of, instant(at)).as_input()


def answers(clinic, at):
    cvr, p_number = clinic.owner.first["cvr"], clinic.place.first["pNumber"]
    company = CompanyFact(cvr=cvr, name="Ejer 1000", status="active")
    return [fact(clinic, at, cvr, company), fact(clinic, at, p_number, NotFoundFact(number=p_number))]


@pytest.mark.parametrize("says_so", [True, False])
def test_recorded_answers_of_cvr_are_heard_and_none_are_made_r20(replay, world, says_so):
    world.sor(ONE)
    records = [*world.records, *answers(ONE, "2023-01-02 09:30")]
    path = write(replay.folder / "records.jsonl", records, about(by_place(records)) if says_so else None)
    assert replay.run(path).exit_code == 0
    forwards = replay.outputs()
    assert [each["value"]["enrichment"] for each in forwards] == ["pending", "not-found"]
    assert forwards[1]["timestamp"] == "2023-01-02T08:30:00Z"


def test_cvr_s_documents_on_the_command_line_come_before_recorded_answers(replay, world):
    world.sor(ONE)
    path = replay.story([*world.records, *answers(ONE, "2023-01-02 09:30")])
    done = replay.run(path, "--cvr", replay.write([], "cvr.jsonl"))
    assert "2 records of sorbro.cvr-facts.v1 left out: --cvr answers instead" in done.output
    assert [each["value"]["companyFacts"] for each in replay.outputs()] == [None, None]


def test_recorded_outputs_are_left_out_and_said_to_be(replay, story):
    replay.run(replay.story(story.records))
    sent = [line.decode() for line in replay.read().splitlines()]
    done = replay.run(replay.write([*map(input_line, story.records), *sent]), out="again.jsonl")
    assert replay.read("again.jsonl") == replay.read()
    assert "of bsr.registrations.v1 left out: the replay makes its own; `sorbro verify`" in done.output


@pytest.mark.parametrize("clinic", [ONE, OTHER, THIRD])
def test_one_owner_alone_gives_what_it_gives_among_all_r4(replay, story, clinic):
    """Also where a place has come from another owner, or gone to one."""
    records = replay.story(story.records)
    replay.run(records, "--until", "2023-12-31")
    moved_here = [OTHER.place.sor_id] if clinic is THIRD else []
    due = [each for each in replay.outputs() if each["key"] in {*(unit.sor_id for unit in clinic.units), *moved_here}]
    replay.run(records, "--until", "2023-12-31", "--owner", clinic.owner.sor_id, out="part.jsonl")
    assert replay.outputs("part.jsonl") == due
    assert due


def test_one_unit_alone_gives_what_it_gives_among_all_r4(replay, story):
    records = replay.story(story.records)
    replay.run(records)
    due = [each for each in replay.outputs() if each["key"] == OTHER.place.sor_id]
    replay.run(records, "--sor-id", OTHER.place.sor_id, out="part.jsonl")
    assert replay.outputs("part.jsonl") == due
    assert {each["value"]["ownerSorId"] for each in due if "affiliation" in each["value"]} == {
        OTHER.owner.sor_id,
        THIRD.owner.sor_id,
    }


def test_structured_events_are_theirs_too_r4(replay, story):
    """A place has moved between two owners; SOR says so with the envelope in the value."""
    sor = Topic.ENTITY_CHANGES
    records = replay.story([structured(each) if each.topic == sor else each for each in story.records])
    replay.run(records)
    due = [each for each in replay.outputs() if each["key"] == OTHER.place.sor_id]
    replay.run(records, "--sor-id", OTHER.place.sor_id, out="part.jsonl")
    assert replay.outputs("part.jsonl") == due != []


def test_a_yearly_run_is_held_for_one_owner_as_for_all_r39(replay, story):
    story.at("2024-05-02 10:00").fee_run(2024, "2024-06-01")
    records = replay.story(story.records)
    replay.run(records, "--owner", THIRD.owner.sor_id, "--until", "2024-06-01")
    asked = [each["key"] for each in replay.outputs() if each["value"].get("occasion") == "yearly-run"]
    assert sorted(asked) == sorted([THIRD.place.sor_id, OTHER.place.sor_id])


def places(done):
    return {each["sor_id"]: each for each in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize(
    ("at", "standing", "fees"),
    [
        ("2023-01-02T07:00:00Z", None, []),
        ("2023-01-03", "registered", ["triggered"]),
        ("2023-05-31T21:59:59Z", "registered", ["triggered"]),
        ("2023-06-01", "deregistered (closure)", ["triggered", "not-due (already-triggered)"]),
    ],
)
def test_at_an_instant_it_stops_and_shows_what_is_known_then(replay, story, at, standing, fees):
    done = replay.run(replay.story(story.records), "--at", at, "--json")
    assert done.exit_code == 0
    place = places(done).get(ONE.place.sor_id)
    assert (place and place["standing"]) == standing
    assert [fee["answer"] for fee in place["fees"]] == fees if place else fees == []


def test_an_announced_closure_is_shown_before_its_day(replay, story):
    done = replay.run(replay.story(story.records), "--at", "2023-04-02", "--json", "--owner", ONE.owner.sor_id)
    assert places(done)[ONE.place.sor_id]["closes_on"] == "2023-05-31"
    assert places(done).keys() == {unit.sor_id for unit in ONE.units}


def test_the_table_names_units_by_sor_id_and_nobody_by_name_r49(replay, story):
    done = replay.run(replay.story(story.records), "--at", "2023-06-01")
    assert ONE.place.sor_id in done.stdout
    assert "deregistered" in done.stdout
    assert "fodterapi" not in done.stdout


def test_outputs_up_to_that_instant_are_written_where_asked_for(replay, story):
    replay.run(replay.story(story.records), "--at", "2023-03-02")
    stamps = [each["timestamp"] for each in replay.outputs()]
    assert max(stamps) == "2023-03-01T08:00:00Z"


def test_it_must_be_said_where_the_outputs_go_or_when_to_look(replay, story):
    done = CliRunner().invoke(main, ["replay", str(replay.story(story.records))])
    assert done.exit_code == 2
    assert "--out" in done.output


def test_an_unfinished_replay_leaves_nothing_behind(replay, story):
    bad = replay.write([*map(input_line, story.records), "{"])
    assert replay.run(bad).exit_code == 1
    assert [each.name for each in replay.folder.iterdir()] == ["records.jsonl"]


def test_progress_in_a_recording_lets_days_come_and_is_no_input(replay, world):
    world.registered(ONE)
    world.sor(ONE.place, to_date="2023-01-31")
    value = json.dumps({"positions": {}, "stream_time": "2023-01-31T23:00:00Z"}).encode()
    mark = InputRecord(Topic.STATE, 0, 5, b"progress", value, (("schema", b"1"),), instant("2023-01-20"))
    done = replay.run(replay.story([*world.records, mark]))
    assert replay.outputs()[-1]["topic"] == "stps.invoice-triggers.v1"
    assert "sorbro.state.v1" not in done.output


def test_a_recording_of_one_owner_knows_its_units_from_structured_events(story):
    """Outputs are keyed by unit; whose they are only the changes in SOR tell."""
    wanted = Wanted(keys=frozenset({ONE.owner.sor_id.encode()}))
    for record in story.records:
        wanted.learn(structured(record))
    assert wanted.units == {unit.sor_id.encode() for unit in ONE.units}
