"""Recordings of earlier days replay and verify for ever, and a reader passes over what it does not know.

`recording-2026-11.jsonl.zst` was made on 22 November 2026 by `sorbro record --pseudonymise --until 2024-01-25` of some
owners in the demo's story of a made-up register, on Apache Kafka. When one of these fails, old recordings have become
useless, or what receivers get has changed: say so in the changelog, and add a recording of the new kind.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from adapters.record_lines import LineError
from adapters.recordings.about import ABOUT
from adapters.recordings.files import lines_of
from adapters.recordings.reading import about_of, holds, records_of, survey
from contracts.topics import Topic
from support.recorded import write
from workers.commands import main

RECORDINGS = sorted(Path(__file__).parent.glob("recording-*.jsonl.zst"))


def sorbro(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(params=RECORDINGS, ids=lambda path: path.name)
def recording(request):
    return request.param


def test_there_is_a_recording_to_test():
    assert RECORDINGS


def test_an_old_recording_verifies(recording):
    done = sorbro("verify", recording, "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["differences"]) == (0, [])
    assert said["compared"] > 30


def test_an_old_recording_replays_to_what_was_sent(recording, tmp_path):
    out = tmp_path / "out.jsonl"
    assert sorbro("replay", recording, "--out", out).exit_code == 0
    ended = {each.key: each.value for each in records_of(out) if each.topic == Topic.DEREGISTRATIONS}
    sent = {each.key: each.value for each in records_of(recording) if each.topic == Topic.DEREGISTRATIONS}
    assert ended == sent != {}


def from_the_future(recording, path):
    """The same recording as a later Sorbro might write it: more fields, more topics, more in its first line."""
    records = [orjson.loads(line) for line in lines_of(recording)]
    records[0]["value"] |= {
        "weather": "fine",
        "extents": [each | {"rack": 7} for each in records[0]["value"]["extents"]],
    }
    later = [each | {"leaderEpoch": 3, "schema": {"a": 1}} for each in records]
    unknown = {"topic": "sorbro.moods.v1", "timestamp": "2024-01-01T00:00:00Z", "value": {"mood": "good"}}
    path.write_bytes(b"\n".join(map(orjson.dumps, [*later[:5], unknown, *later[5:]])))
    return path


def test_what_a_later_sorbro_adds_is_passed_over_and_counted(recording, tmp_path):
    later = from_the_future(recording, tmp_path / "later.jsonl")
    assert sorbro("verify", later).exit_code == 0
    done = sorbro("replay", later, "--out", tmp_path / "out.jsonl")
    assert done.exit_code == 0
    assert "1 records of sorbro.moods.v1 left out: the worker does not read that topic" in done.output


def test_a_recording_that_says_nothing_of_itself_is_looked_through(recording, tmp_path):
    bare = write(tmp_path / "bare.jsonl", records_of(recording))
    assert about_of(bare) is None
    topics = Counter(each.topic for each in records_of(recording))
    assert survey(bare).topics == topics.keys()
    assert holds(bare, Topic.CVR_FACTS)
    assert not holds(bare, Topic.TRANSFERS)


def test_a_first_line_of_its_own_is_no_record_to_be_replayed(recording):
    assert ABOUT not in {each.topic for each in records_of(recording)}
    about = about_of(recording)
    assert about is not None
    assert about.pseudonymised
    assert about.topics >= {Topic.ENTITY_CHANGES, Topic.REGISTRATIONS, Topic.STATE}


def test_what_a_recording_says_of_itself_stands_beside_its_first_record(recording, tmp_path):
    records, said = list(records_of(recording)), about_of(recording)
    path = write(tmp_path / "today.jsonl", records, said)
    assert about_of(path) == said
    lines = path.read_bytes().splitlines()
    assert [orjson.loads(line)["topic"] for line in lines] == [each.topic for each in records]
    assert list(records_of(path)) == records


def test_beside_a_message_that_is_no_text_it_is_read_too(recording, tmp_path):
    first, said = next(records_of(recording))._replace(value=b"\xff{"), about_of(recording)
    path = write(tmp_path / "broken.jsonl", [first], said)
    assert about_of(path) == said
    assert list(records_of(path)) == [first]


DAMAGED = ['"topic":"sorbro.recording.v1","value":{}', '"topic":"stps.notices.v1","sorbro.recording.v1":{}']


@pytest.mark.parametrize("damaged", DAMAGED)
def test_what_it_says_of_itself_is_named_when_damaged(damaged, tmp_path):
    path = tmp_path / "damaged.jsonl"
    path.write_text(f'{{"timestamp":"1970-01-01T00:00:00Z",{damaged}}}\n', encoding="utf-8")
    with pytest.raises(LineError, match="on its first line is damaged"):
        about_of(path)
