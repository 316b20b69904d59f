"""`sorbro_broker`: a real broker, with the topics on it."""

from __future__ import annotations

import pytest

from support.trees import private_clinic

CLINIC = private_clinic()


@pytest.mark.kafka
def test_a_recording_is_published_and_read_back_in_order_per_key(world, sorbro_broker, tmp_path):
    from adapters.record_lines import input_line

    world.registered(CLINIC)
    world.sor(CLINIC.place, telephone="1")
    file = tmp_path / "night.jsonl"
    file.write_text("".join(input_line(record) + "\n" for record in world.records), encoding="utf-8")
    assert sorbro_broker.publish(file) == len(world.records)
    changes = [record for record in world.records if record.topic == "sor.entity-changes.v1"]
    found = sorbro_broker.records("sor.entity-changes.v1")
    assert [(each.key, each.value, each.headers) for each in found] == [
        (each.key, each.value, each.headers) for each in changes
    ]
    assert len({each.partition for each in found}) == 1


def test_where_there_can_be_no_broker_it_says_why_and_skips(stranger, monkeypatch):
    from adapters.broker import embedded
    from adapters.broker.errors import BrokerError

    def impossible(*_):
        raise BrokerError("no local broker is possible here")

    monkeypatch.setattr(embedded, "choose_broker", impossible)
    done = stranger("def test_it(sorbro_broker):\n    pass", "-rs")
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["*no local broker is possible here*"])
