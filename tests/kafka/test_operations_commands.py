"""`sorbro status`, `lag` and `dead-letters` about a real broker: what they show is what the topics hold."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from adapters.kafka.connection import Connection
from adapters.kafka.partitioner import partition_of
from adapters.kafka.publisher import publisher
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.running import PARTITIONS, Worker, await_outputs, eventually, publish, running
from support.scenario import Scenario, instant
from support.trees import private_clinic
from workers.commands import main
from workers.stream.changelog import PROGRESS

pytestmark = pytest.mark.kafka

CLINIC = private_clinic()
PERSONAL = ("Jens Hansen", "0101501234", "jens@example.dk", "29439846", "BCD12")


def ask(broker: str, *arguments: str):
    return CliRunner().invoke(main, [*arguments, "--broker", broker])


def asked(broker: str, *arguments: str):
    return json.loads(ask(broker, *arguments, "--json").stdout)


def as_sent(record, **changes) -> OutputRecord:
    fields = {"key": record.key, "value": record.value, "headers": record.headers} | changes
    return OutputRecord(record.topic, time=record.timestamp, **fields)


def test_they_tell_what_waits_what_is_due_and_what_was_set_aside_and_nothing_personal_r49(broker, tmp_path):
    world = Scenario()
    world.at("2026-11-02 09:00").registered(
        CLINIC, responsible_physician={"authorisationId": "BCD12", "name": PERSONAL[0]}
    )
    world.sor(CLINIC.place, to_date="2090-05-20", name="Klinik Jens Hansen", email="jens@example.dk")
    last = world.records[-1]
    bad = as_sent(last, value=b'{"sorId":"Jens Hansen","version":"0101501234","email":"jens@example.dk"}')
    stranger = as_sent(last, headers=(("ce_type", b"Jens Hansen"),))
    publish(broker, [as_sent(each) for each in world.records])
    publish(broker, [bad, stranger, as_sent(last, value=b"\xff Jens Hansen")])
    with running(Worker(broker, tmp_path)):
        await_outputs(broker, 3, [Topic.DEAD_LETTERS])
        well = asked(broker, "status")
        assert ask(broker, "status").exit_code == 0
        lag = eventually(lambda: (found := asked(broker, "lag"))["records"] == 0 and found, "records keep waiting")
        assert {each["host"] for each in lag["partitions"]} == {"127.0.0.1"}
    assert (well["level"], well["dues"]["ahead"], well["dues"]["overdue"]) == ("well", 2, 0)
    assert well["dues"]["nextAt"] == "2090-05-20T22:00:00Z"
    assert well["says"].startswith("Well: ")
    assert well["deadLetters"] == 3
    assert len(lag["partitions"]) == 6 * PARTITIONS
    groups = asked(broker, "dead-letters")
    assert [(each["reason"], each["ceType"], each["count"]) for each in groups["groups"]] == [
        ("contract-violation", "dk.sor.entity.changed.v1", 1),
        ("unknown-type", "(unknown)", 1),
        ("unparsable", "dk.sor.entity.changed.v1", 1),
    ]
    assert asked(broker, "dead-letters", "--reason", "unparsable")["waiting"] == 1
    shown = [ask(broker, *each).output for each in (["dead-letters", "--samples"], ["redrive"], ["lag"])]
    assert "string(11)" in shown[0]
    assert not [mark for mark in PERSONAL for text in [*shown, json.dumps([groups, well, lag])] if mark in text]


def test_a_closure_not_done_and_nobody_at_work_is_late_r25(broker):
    world = Scenario()
    world.registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-05-20")
    number = partition_of(CLINIC.owner.sor_id.encode(), PARTITIONS)

    async def write() -> None:
        async with publisher(Connection(broker)) as target:
            await target.publish(
                OutputRecord(Topic.STATE, each.key, each.value, each.headers, each.time, number)
                for each in world.changelog
                if each.key != PROGRESS
            )

    asyncio.run(write())
    answer = ask(broker, "status", "--json")
    assert answer.exit_code == 1
    late = json.loads(answer.stdout)
    assert late["level"] == "late"
    assert {each["kind"]: each["count"] for each in late["troubles"]} == {"overdue": 2, "nobody-works": PARTITIONS}
    assert instant(late["dues"]["overdueSince"]) == instant("2023-05-21")
