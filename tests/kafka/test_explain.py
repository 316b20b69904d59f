"""`sorbro explain` on the live topics tells what a recording of the same story tells."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from adapters.kafka.partitioner import partition_of
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.running import Worker, await_outputs, publish, running
from support.scenario import Scenario
from support.trees import private_clinic
from workers.commands import main

pytestmark = pytest.mark.kafka

CLINIC, OTHER, NEVER_TOLD = private_clinic(), private_clinic(1500), private_clinic(1700)


@pytest.fixture
def world():
    """A clinic that moves to another owner, which then closes; and one whose only message was refused."""
    world = Scenario()
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.registered(OTHER)
    world.at("2023-06-01 10:00").moves(CLINIC.place, OTHER.owner)
    world.at("2023-06-02 10:00").sor(OTHER.owner, to_date="2024-02-29")
    world.sor(NEVER_TOLD.place, to_date="2023-06-03")
    world.until(datetime.now(UTC))
    return world


def explained(broker, unit, *options):
    done = CliRunner().invoke(main, ["explain", unit.sor_id, "--broker", broker, *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_live_topics_tell_the_unit_s_whole_story(broker, world, tmp_path):
    publish(broker, [as_sent(record) for record in world.records])
    with running(Worker(broker, tmp_path)):
        await_outputs(broker, len(world.outputs))
    story = json.loads(explained(broker, CLINIC.place, "--json"))
    assert story["outputsAre"] == "on-record"
    assert story["present"]["unit"]["ownerSorId"] == OTHER.owner.sor_id
    assert story["present"]["standing"]["cause"] == "company-closure"
    kinds = [event["kind"] for event in story["events"]]
    assert [kind for kind in kinds if kind in {"deregistered", "invoiced"}].count("deregistered") == 2
    own_inputs = [event["place"] for event in story["events"] if event["kind"] == "sor-version"]
    homes = {partition_of(tree.owner.sor_id.encode(), 4) for tree in (CLINIC, OTHER)}
    assert {place["partition"] for place in own_inputs} == homes
    refused = explained(broker, NEVER_TOLD.place)
    assert "self-service must give seven days' notice (R21)" in refused


def test_a_unit_nobody_has_spoken_of_is_an_error(broker, tmp_path):
    done = CliRunner().invoke(main, ["explain", CLINIC.place.sor_id, "--broker", broker])
    assert done.exit_code != 0
    assert "no topic speaks of" in done.output


def as_sent(record):
    """A record as its sender sends it: the key decides the partition."""
    return OutputRecord(Topic(record.topic), record.key, record.value, record.headers, record.timestamp)
