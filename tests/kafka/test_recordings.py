"""The demo's story on a real broker: recorded while the worker is at it and when it is through, and verified."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import date

import pytest
from click.testing import CliRunner

from adapters.broker.cluster import KafkaCluster
from adapters.cvr.standin import CvrStandIn
from adapters.kafka.connection import Connection
from adapters.recordings.reading import about_of, records_of
from adapters.samples import generate_register
from contracts.danish_time import start_of_day
from contracts.topics import Topic
from support.recorded import write
from support.running import OUTPUTS, Sent, Worker, by_key, eventually, outputs, publish
from workers.commands import main
from workers.demo.cvr_documents import documents_of
from workers.demo.play import play
from workers.demo.story import tell

pytestmark = pytest.mark.kafka

REGISTER = generate_register(300, seed=5)
STORY = tell(REGISTER.entities, seed=5)
OWNER = REGISTER.owners[0].sor_id


def sorbro(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


def verdict(path):
    done = sorbro("verify", path, "--json")
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture(scope="module")
def recordings(kafka_possible, tmp_path_factory):
    """A folder with recordings, and what a reader found on the topics in the end."""
    folder = tmp_path_factory.mktemp("recordings")

    def record(servers, name, *options):
        done = sorbro("record", *options, "--out", folder / name, "--broker", servers)
        assert done.exit_code == 0, done.output

    with KafkaCluster(folder / "kafka") as cluster:
        servers = cluster.bootstrap_servers
        publish(servers, [])  # only creates the topics
        asyncio.run(_play(servers, folder, lambda: record(servers, "running.jsonl.zst")))
        record(servers, "whole.jsonl.zst")
        record(servers, "owner.jsonl", "--key", OWNER)
        record(servers, "without-people.jsonl", "--pseudonymise")
        record(servers, "later.jsonl", "--from", "2023-12-01")
        record(servers, "changes.jsonl", Topic.ENTITY_CHANGES)
        record(servers, "inputs.jsonl", Topic.ENTITY_CHANGES, Topic.NOTICES, "--until", "2023-11-02")
        yield folder, outputs(servers)


async def _play(servers, folder, record):
    """Tell the worker the story while CVR comes and answers, and record in the middle of it."""
    standin = CvrStandIn(documents_of(REGISTER))
    await standin.start()
    settings = {"SORBRO_CVR_PAUSE_SECONDS": "1", "SORBRO_CVR_CALLS_PER_SECOND": "50", "SORBRO_CLOCK": "demo"}
    worker = Worker(servers, folder, SORBRO_CVR_URL=standin.url, **settings)
    try:
        await asyncio.to_thread(worker.start().await_ready)
        await play(STORY, Connection(servers), standin, 5, lambda *_: None)
        await asyncio.to_thread(record)
        await asyncio.to_thread(eventually, lambda: not _pending(servers), "records stay pending")
        assert await asyncio.to_thread(worker.stop) == 0
    finally:
        worker.kill()
        await standin.stop()


def _pending(servers):
    newest = {each.key: json.loads(each.value) for each in outputs(servers, [Topic.REGISTRATIONS])}
    return [key for key, record in newest.items() if record.get("enrichment") == "pending"]


def test_a_recording_holds_every_output_as_a_reader_finds_it(recordings):
    folder, found = recordings
    recorded = [each for each in records_of(folder / "whole.jsonl.zst") if each.topic in OUTPUTS]
    sent = [Sent.of(each.topic, each.key, each.value, each.headers) for each in recorded]
    assert by_key(sent) == by_key(found)


def test_a_recording_of_the_demo_verifies_r20(recordings):
    """CVR's answers came when they came, and closures took effect by the clock: all of it comes out the same."""
    folder, found = recordings
    status, said = verdict(folder / "whole.jsonl.zst")
    assert (status, said["verdict"], said["differences"]) == (0, "same", [])
    assert said["compared"] == len(found)


def test_a_recording_made_while_the_worker_is_at_it_verifies_too(recordings):
    folder, found = recordings
    status, said = verdict(folder / "running.jsonl.zst")
    assert (status, said["differences"]) == (0, [])
    assert 0 < said["compared"] <= len(found)


def test_an_output_that_is_not_there_is_named_with_the_input_that_caused_it(recordings, tmp_path):
    folder, _ = recordings
    whole = folder / "whole.jsonl.zst"
    records = list(records_of(whole))
    number = next(n for n, each in enumerate(records) if each.topic == Topic.DEREGISTRATIONS)
    missing = records.pop(number)
    status, said = verdict(write(tmp_path / "tampered.jsonl", records, about_of(whole)))
    (difference,) = said["differences"]
    assert (status, difference["kind"], difference["id"]) == (1, "missing", dict(missing.headers)["ce_id"].decode())
    cause = difference["cause"]
    (announced,) = [
        each
        for each in records
        if [each.topic, each.partition, each.offset] == [cause["topic"], cause["partition"], cause["offset"]]
    ]
    assert dict(announced.headers)["ce_id"].decode() == cause["event_id"] == difference["caused_by"]


def test_one_owner_s_recording_holds_what_was_sent_of_its_units_and_verifies(recordings):
    folder, found = recordings
    path = folder / "owner.jsonl"
    units = {unit.sor_id.encode() for unit in REGISTER.entities if unit.owner_sor_id == OWNER}
    recorded = Counter(each.key for each in records_of(path) if each.topic in OUTPUTS)
    assert recorded == Counter(each.key for each in found if each.key in {*units, OWNER.encode()})
    assert recorded
    assert verdict(path)[0] == 0


def test_a_recording_without_people_verifies_and_holds_none_r49(recordings):
    path = recordings[0] / "without-people.jsonl"
    assert verdict(path)[0] == 0
    told = path.read_text(encoding="utf-8")
    names = {unit.name for unit in REGISTER.entities} | {unit.email for unit in REGISTER.entities if unit.email}
    assert [name for name in names if name in told] == []


def test_a_recording_from_the_middle_on_cannot_be_verified(recordings):
    folder, _ = recordings
    since = start_of_day(date(2023, 12, 1))
    assert min(each.timestamp for each in records_of(folder / "later.jsonl")) >= since
    status, said = verdict(folder / "later.jsonl")
    assert (status, said["verdict"]) == (2, "cannot-be-compared")
    assert "begins in the middle" in said["because"]


def test_topics_may_be_chosen_and_a_day_to_end_with(recordings):
    folder, _ = recordings
    records = list(records_of(folder / "inputs.jsonl"))
    assert {each.topic for each in records} - {Topic.STATE} == {Topic.ENTITY_CHANGES}
    assert len([each for each in records if each.topic == Topic.ENTITY_CHANGES]) == len(REGISTER.entities)


def test_each_line_is_a_record_of_the_topic_that_was_asked_for(recordings):
    lines = (recordings[0] / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["topic"] for line in lines} == {Topic.ENTITY_CHANGES}


def test_a_replay_of_the_recording_gives_what_the_story_gives(recordings, tmp_path):
    folder, _ = recordings
    out = tmp_path / "out.jsonl"
    assert sorbro("replay", folder / "whole.jsonl.zst", "--out", out).exit_code == 0
    ended = {each.key: each.value for each in records_of(out) if each.topic == Topic.DEREGISTRATIONS}
    sent = {each.key: each.value for each in recordings[1] if each.topic == Topic.DEREGISTRATIONS}
    assert ended == sent


def test_a_topic_that_is_not_there_is_named(recordings, tmp_path):
    done = sorbro("record", "sor.entity-changes.v2", "--out", tmp_path / "x.jsonl", "--broker", "localhost:1")
    assert done.exit_code == 2
    assert "sor.entity-changes.v2" in done.output
