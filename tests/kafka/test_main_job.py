"""The main job on real Kafka: what `replay` says, exactly once, whoever dies."""

from datetime import UTC, datetime

import pytest
from support.running import Worker, await_outputs, by_key, eventually, outputs, publish, replayed, running

from adapters.broker.cluster import KafkaCluster
from adapters.samples import generate_register
from contracts.records import OutputRecord
from workers.demo.story import tell

pytestmark = pytest.mark.kafka

NOW = datetime.now(UTC)


@pytest.fixture
def broker(kafka_possible, tmp_path):
    with KafkaCluster(tmp_path / "kafka") as cluster:
        yield cluster.bootstrap_servers


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
    due = replayed(story, NOW)
    for part in _parts(story, 3):
        before = len(outputs(broker))
        publish(broker, part)
        with running(Worker(broker, tmp_path)) as worker:
            eventually(lambda before=before: len(outputs(broker)) > before, "nothing comes out")
            worker.kill()
    with running(Worker(broker, tmp_path)):
        found = await_outputs(broker, len(due))
    assert by_key(found) == by_key(due)


def test_two_workers_share_the_partitions_and_either_can_die(broker, story, tmp_path):
    due = replayed(story, NOW)
    parts = _parts(story, 3)
    publish(broker, parts[0])
    first, second, third = (Worker(broker, tmp_path) for _ in range(3))
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
            found = await_outputs(broker, len(due))
    assert by_key(found) == by_key(due)


def _parts(story: list[OutputRecord], count: int) -> list[list[OutputRecord]]:
    """The story divided by owner, so that each part is whole: closures wait for no record of another part."""
    owners = sorted({record.key for record in story})
    part_of = {owner: position % count for position, owner in enumerate(owners)}
    return [[record for record in story if part_of[record.key] == part] for part in range(count)]


def _shared(first: Worker, second: Worker) -> list[list[int]]:
    """The open partitions of both, once they are divided between them; empty until then."""
    held = [worker.page("readyz").get("open", []) for worker in (first, second)]
    return held if all(held) and sorted(held[0] + held[1]) == [0, 1, 2, 3] else []
