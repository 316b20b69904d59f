"""The benchmark's own judgement: who is disqualified, what is a ratio, and when CI is to fail."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("confluent_kafka", reason="the benchmark's packages are not installed (uv sync --group bench)")

from benchmarks.peers import roster
from benchmarks.peers.contest import Trial
from benchmarks.peers.contestants.plain_turn import plain_job
from benchmarks.peers.findings import findings, ratio_to_bare_copy
from benchmarks.peers.generated_input import register_with_history
from benchmarks.peers.jobs import JOBS
from benchmarks.peers.judge import Forwards, verdict
from benchmarks.peers.measurements import bursts
from benchmarks.peers.measurements.growth import Size
from benchmarks.peers.measurements.latency import Latency
from benchmarks.peers.page import page
from benchmarks.peers.quick import BARE_COPY, PLAIN_BARE_COPY, compared, is_far_below, stated
from benchmarks.peers.run import Results
from benchmarks.restore import Restored
from contracts.topics import Topic
from support.memory_log import MemoryBroker
from support.work import work
from workers.stream.changelog import PROGRESS


def forwards(*records):
    found = Forwards()
    for key, value in records:
        found.take(key, json.dumps(value).encode())
    return found


DUE = forwards((b"1", {"a": 1, "b": 2}), (b"2", {"c": 3}), (b"1", {"a": 4}))


def test_values_may_be_written_otherwise_and_keys_come_in_any_order():
    assert verdict(DUE, forwards((b"2", {"c": 3}), (b"1", {"b": 2, "a": 1}), (b"1", {"a": 4}))) is None


@pytest.mark.parametrize(
    "found",
    [
        forwards((b"1", {"a": 1, "b": 2}), (b"1", {"a": 4})),
        forwards((b"1", {"a": 4}), (b"2", {"c": 3}), (b"1", {"a": 1, "b": 2})),
        forwards((b"1", {"a": 1, "b": 2}), (b"2", {"c": 4}), (b"1", {"a": 4})),
        forwards((b"1", {"a": 1, "b": 2}), (b"2", {"c": 3}), (b"1", {"a": 4}), (b"1", {"a": 4})),
        forwards((b"1", {"a": 1, "b": 2}), (b"2", {"c": 3}), (b"1", {"a": 4}), (b"3", {"a": 4})),
    ],
    ids=["missing", "out of order", "other content", "twice", "unknown"],
)
def test_output_that_is_not_what_is_due_is_wrong(found):
    assert verdict(DUE, found) is not None


def test_the_plain_job_forwards_a_place_when_its_content_changes_and_not_otherwise():
    records = list(register_with_history(400))
    arrived = {record.key for record in records}
    due = Forwards.of(JOBS["plain"](), records)
    places = [json.loads(each.value) for each in records if json.loads(each.value)["isTreatmentPlace"]]
    first = {each["sorId"] for each in places}
    telephones = {each["sorId"] for each in places if each["version"] == 2}
    assert arrived
    assert due.count == len(first) + len(telephones)
    assert due.digests.keys() == {sor_id.encode() for sor_id in first}


async def test_the_plain_job_in_sorbros_loop_forwards_and_remembers_as_the_others_do():
    records = [each.as_input() for each in register_with_history(40)]
    broker = MemoryBroker()
    for each in records:
        broker.receive(each)
    with plain_job():
        await work(broker)
    found = Forwards()
    for each in broker.committed:
        if each.topic == Topic.REGISTRATIONS:
            found.take(each.key, each.value)
    assert verdict(Forwards.of(JOBS["plain"](), register_with_history(40)), found) is None
    remembered = {each.key for each in broker.committed if each.topic == Topic.STATE} - {PROGRESS}
    assert remembered == {b"node/" + sor_id(each) for each in records}


def sor_id(record):
    return json.loads(record.value)["sorId"].encode()


def test_the_rules_refuse_nothing_of_the_generated_input():
    topics = {out.topic for out in _outputs(list(register_with_history(400)))}
    assert topics == {"bsr.registrations.v1", "sorbro.cvr-requests.v1"}


def _outputs(records):
    class Memory(dict):
        set = dict.__setitem__

    job, memory = JOBS["rules"](), Memory()
    for record in records:
        yield from job(record.as_input(), memory)


def results(**rates):
    made = Results("2026-11-22", "a machine", 10, 100, 600.0)
    made.trials = {name: [Trial(rate, 1.0, 1.0, 1) for rate in each] for name, each in rates.items()}
    return made


def test_a_ratio_is_of_medians():
    found = results(**{roster.SORBRO.name: [50.0, 60.0, 900.0], roster.BARE_COPY.name: [100.0, 1.0, 100.0]})
    assert ratio_to_bare_copy(found) == pytest.approx(0.6)


def test_a_contestant_that_was_wrong_once_has_no_rate_and_is_named():
    found = results(**{roster.SORBRO.name: [60.0], roster.BARE_COPY.name: [100.0]})
    found.trials[roster.BARE_COPY.name].append(Trial(100.0, 1.0, 1.0, 1, "9 records of 10"))
    assert ratio_to_bare_copy(found) is None
    assert "disqualified: 9 records of 10" in page(found)


def test_a_contestant_that_could_not_take_part_is_on_the_page_with_the_reason():
    found = results(**{roster.SORBRO.name: [60.0]})
    found.absent[roster.KAFKA_STREAMS.name] = "no Java"
    assert "did not take part: no Java" in page(found)


def test_what_was_measured_of_one_size_or_one_count_only_has_its_row_all_the_same():
    found = results(**{roster.SORBRO.name: [60.0]})
    found.sizes, found.restores = [Size(1_000, 2700.4, 220.0)], [Restored(2_000, 4_100, 5_000_000, 1.0, 1.5)]
    found.workers = {1: [Trial(60.0, 1.0, 0.01, 1)], 2: [Trial(110.0, 1.0, 0.01, 1)]}
    found.latencies = {1: Latency(500.0, 14_000, 24.0, 63.0, 97.0, 164.0)}
    found.midnights = {2: [bursts.Burst(20_000, 1.5, None), bursts.Burst(19_999, 1.25, "1 missing")]}
    rows = page(found).splitlines()
    assert "| 1,000 | 2,700 bytes | 220 µs |  |  |  |" in rows
    assert "| 2,000 |  |  | 1.5 s | 4,100 | 1.0 s |" in rows
    assert "| 1 | 60 | 100 µs | 24 ms | 97 ms |  |" in rows
    assert "| 2 | 110 | 100 µs |  |  | 1.50 s, 1.25 s (1 missing) |" in rows


def test_what_is_wanted_and_not_reached_is_said():
    found = results(**{roster.SORBRO_PLAIN.name: [50.0], roster.FAUST.name: [10.0]})
    assert [(each.value, each.holds) for each in findings(found)] == [(5.0, False)]


@pytest.mark.parametrize(("ratio", "fails"), [(0.61, False), (0.29, True), (0.31, False)])
def test_ci_fails_only_under_half_of_the_stated_ratio_to_the_bare_copy_loop(ratio, fails):
    wanted = {BARE_COPY: 0.6, PLAIN_BARE_COPY: 0.6}
    assert is_far_below({BARE_COPY: ratio, PLAIN_BARE_COPY: 0.6}, wanted) is fails
    assert is_far_below({BARE_COPY: 0.6, PLAIN_BARE_COPY: ratio}, wanted) is fails


def test_a_run_without_the_ratio_fails():
    assert is_far_below({}, {BARE_COPY: 0.6, PLAIN_BARE_COPY: 0.6})


def test_what_is_stated_is_there_and_compared():
    assert [line.split()[-1] for line in compared({BARE_COPY: 0.3}, stated())] == [f"{stated()[BARE_COPY]:g}"]


@pytest.mark.parametrize("story", [bursts.midnight, bursts.cascade])
def test_at_midnight_each_place_leaves_and_its_fee_is_owed(story):
    before, due = bursts.replayed(list(story(12)))
    assert before >= 12
    assert due.count == 2 * 12
