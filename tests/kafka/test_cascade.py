"""Ten thousand places under one owner on real Kafka: once each, in bounded batches, whoever dies (R11, R22)."""

from __future__ import annotations

from collections import Counter

import pytest

from contracts.records import InputRecord, OutputRecord
from contracts.topics import Topic
from support.outputs import Outputs
from support.running import Worker, await_outputs, by_key, eventually, outputs, publish, replayed, running
from support.scenario import Scenario, instant
from support.trees import wide_owner
from workers.decide import STEP
from workers.stream.world import FULL

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

SIZE = 10_000
PATIENCE = 240
"""Seconds, for a machine that has much else to do; alone, no wait here takes half a minute."""
LARGEST_STEP = 3 * STEP
"""What one decision can send here: a record for each unit reviewed, and a closing with its fee decision."""


class Script(Scenario):
    """A story that is only written down; nobody decides it yet."""

    def play(self, record: InputRecord) -> Outputs:
        self.records.append(record)
        return Outputs()

    def as_sent(self) -> list[OutputRecord]:
        return [OutputRecord(each.topic, each.key, each.value, each.headers, each.timestamp) for each in self.records]


def story() -> list[OutputRecord]:
    """Everybody is there before the owner, whose arrival sets them all off at once (R13); then the company closes."""
    script, tree = Script(), wide_owner(SIZE)
    for place in tree.places:
        script.sor(place)
        script.self_registers(place)
    script.at("2023-02-01 10:00").sor(tree.owner)
    script.at("2023-03-01 10:00").sor(tree.owner, to_date="2023-03-20")
    return script.as_sent()


def test_ten_thousand_places_come_and_go_once_though_the_worker_is_killed_twice_r11_r22(broker, tmp_path):
    records = story()
    publish(broker, records)
    first, second, third = workers = [Worker(broker, tmp_path) for _ in range(3)]
    kill_in_the_middle_of(Topic.REGISTRATIONS, first, broker)
    kill_in_the_middle_of(Topic.DEREGISTRATIONS, second, broker)
    with running(third):
        due = replayed(records, instant("2023-03-21"))
        eventually(lambda: len(outputs(broker, [Topic.DEREGISTRATIONS])) >= SIZE, "the cascade does not end", PATIENCE)
        found = await_outputs(broker, len(due))
    assert Counter(each.topic for each in found) == {
        Topic.REGISTRATIONS: 2 * SIZE,  # as they come, and once more with the day they close
        Topic.DEREGISTRATIONS: SIZE,
        Topic.INVOICE_TRIGGERS: 2 * SIZE,  # the fee of the year, and at the closure that nothing more is due
    }
    assert by_key(found) == by_key(due)
    largest = max(size for worker in workers for size in worker.transactions())
    assert largest < FULL + LARGEST_STEP


def kill_in_the_middle_of(burst: Topic, worker: Worker, broker: str) -> None:
    """Kill -9 when some of the burst can be read, and not all."""
    with running(worker):
        # By its own log and not by what can be read: reading takes so long that the burst might be over.
        eventually(lambda: worker.has_sent(burst), f"nothing comes out on {burst}", PATIENCE)
        worker.kill()
    assert len(outputs(broker, [burst])) < SIZE, "the worker was killed too late to prove anything"
