"""The main job on real Kafka: what `replay` says, exactly once, whoever dies."""

from datetime import UTC, datetime

import pytest

from adapters.samples import generate_register
from contracts.danish_time import start_of_day
from contracts.records import OutputRecord
from contracts.topics import Topic
from support.running import Worker, await_outputs, by_key, eventually, outputs, publish, replayed, running
from workers.demo.story import ENDS, tell

pytestmark = pytest.mark.kafka

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def story():
    return tell(generate_register(600, seed=3).entities, seed=3)


def test_kafka_gives_what_replay_gives(broker, story, tmp_path):
    """Same ids, same values, same order per key; the clock of the worker is the machine's own."""
    publish(broker, story)
    due = replayed(story, NOW)
    with running(Worker(broker, tmp_path)) as worker:
        found = await_outputs(broker, len(due))
        assert worker.stop() == 0
    assert by_key(found) == by_key(due)


def test_kill_9_and_restart_lose_and_double_nothing(broker, story, tmp_path):
    """Killed three times in the middle of its work; a reader finds each effect once."""
    for part in _parts(story, 3):
        before = len(outputs(broker))
        publish(broker, part)
        with running(Worker(broker, tmp_path, SORBRO_CLOCK="demo")) as worker:
            eventually(lambda before=before: len(outputs(broker)) > before, "nothing comes out")
            worker.kill()
    due = replayed(story, start_of_day(ENDS))
    with running(Worker(broker, tmp_path, SORBRO_CLOCK="demo")):
        found = await_outputs(broker, len(due))
    assert by_key(found) == by_key(due)


def test_two_workers_share_the_partitions_and_either_can_die(broker, story, tmp_path):
    parts = _parts(story, 3)
    publish(broker, parts[0])
    first, second, third = (Worker(broker, tmp_path, SORBRO_CLOCK="demo") for _ in range(3))
    with running(first), running(second):
        shared = eventually(lambda: _shared(first, second), "the partitions are not shared")
        assert [len(each) for each in shared] == [2, 2]
        publish(broker, parts[1])
        first.kill()
        eventually(lambda: second.page("readyz").get("open") == [0, 1, 2, 3], "the survivor does not take over")
        with running(third):
            eventually(lambda: _shared(second, third), "the newcomer gets no partitions")
            publish(broker, parts[2])
            second.kill()
            eventually(lambda: third.page("readyz").get("open") == [0, 1, 2, 3], "nobody takes over")
            due = replayed(story, start_of_day(ENDS))
            found = await_outputs(broker, len(due))
    assert by_key(found) == by_key(due)


def _parts(story: list[OutputRecord], count: int) -> list[list[OutputRecord]]:
    """The story divided by time; each part ends with the clock at its last instant, the last one at the end."""
    size = len(story) // count + 1
    parts = [story[start : start + size] for start in range(0, len(story), size)]
    instants = [part[-1].time for part in parts[:-1]] + [start_of_day(ENDS)]
    return [
        [*part, OutputRecord(Topic.DEMO_CLOCK, None, instant.isoformat().encode(), (), instant, 0)]
        for part, instant in zip(parts, instants, strict=True)
    ]


def _shared(first: Worker, second: Worker) -> list[list[int]]:
    """The open partitions of both, once they are divided between them; empty until then."""
    held = [worker.page("readyz").get("open", []) for worker in (first, second)]
    return held if all(held) and sorted(held[0] + held[1]) == [0, 1, 2, 3] else []
