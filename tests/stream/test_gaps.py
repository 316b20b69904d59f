"""Records that are gone before they were read: refused, and passed over only when a person names exactly these."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest

from adapters.clock import SettableClock
from adapters.kafka.gap import Gap, parse_gaps
from adapters.kafka.memory.broker import MemoryBroker
from adapters.kafka.memory.partition_log import MemoryPartitionLog
from adapters.kafka.port import LogError
from contracts.records import OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.scenario import Scenario
from support.trees import private_clinic
from support.virtual_time import run_in_virtual_time
from workers.app.reporter import LogAndMetrics
from workers.app.settings import Settings
from workers.stream.loop import PartitionLoop

CHANGES = Topic.ENTITY_CHANGES.value
REGISTERED = Topic.SELF_REGISTRATIONS.value
CLINIC, ANOTHER = private_clinic(1000), private_clinic(1500)
READ = 3
"""Changes that the first clinic makes: the owner's, its institution's and its own."""


class Reporter(LogAndMetrics):
    def __init__(self, clock) -> None:
        super().__init__(clock)
        self.passed: list[Gap] = []

    def passed_over(self, partition, gap):
        super().passed_over(partition, gap)
        self.passed.append(gap)


class Story:
    """One partition, worked on by one loop after another."""

    def __init__(self) -> None:
        self.clock = SettableClock(datetime(2023, 3, 10, tzinfo=UTC))
        self.broker = MemoryBroker()
        self.tell(CLINIC)
        self.work()

    def tell(self, clinic) -> None:
        world = Scenario()
        world.at("2023-03-01 10:00").registered(clinic)
        self.broker.publish(
            *(OutputRecord(each.topic, each.key, each.value, each.headers, each.timestamp) for each in world.records)
        )

    def work(self, gaps: str = "") -> list[Gap]:
        """Open, read all there is, end; the gaps passed over on the way. Raises what ends the loop."""
        reporter = Reporter(self.clock)
        loop = PartitionLoop(
            0,
            lambda: MemoryPartitionLog(self.broker, "sorbro", 0),
            self.clock,
            TariffTable.load(),
            reporter,
            flood_limit=100,
            gaps=parse_gaps(gaps),
        )

        async def run() -> None:
            asyncio.get_running_loop().call_later(30, loop.stop)
            await loop.run()

        run_in_virtual_time(run())
        return reporter.passed

    def refusal(self, gaps: str = "") -> str:
        """What the refusal says has to be set."""
        with pytest.raises(LogError) as refused:
            self.work(gaps)
        (named,) = re.findall(r"SORBRO_PASS_OVER=([^\s]+)\. ", str(refused.value))
        return named

    def forwarded(self) -> list[str]:
        """The SOR-ids of what has been sent to BSR."""
        return [each.key.decode() for each in self.broker.log(Topic.REGISTRATIONS, 0).history()]


@pytest.fixture
def story() -> Story:
    return Story()


def test_records_deleted_before_they_were_read_are_refused_until_exactly_they_are_named(story):
    story.tell(ANOTHER)
    story.tell(CLINIC)
    story.broker.log(CHANGES, 0).delete_before(READ + 2)
    named = story.refusal()
    assert named == f"{CHANGES}[0]:{READ}-{READ + 2}"
    assert list(map(str, story.work(named))) == [named]
    assert story.work() == [], "once read on, nothing has to be named any more"


def test_what_is_named_holds_for_no_other_gap(story):
    story.tell(ANOTHER)
    story.tell(CLINIC)
    story.broker.log(CHANGES, 0).delete_before(READ + 1)
    named = story.refusal()
    story.broker.log(CHANGES, 0).delete_before(READ + 2)
    assert story.refusal(named) != named


def test_a_topic_made_anew_is_read_from_its_beginning_when_that_is_named(story):
    story.broker.make_anew(CHANGES)
    named = story.refusal()
    assert named == f"{CHANGES}[0]:{READ}-0"
    story.tell(ANOTHER)
    story.work(named)
    assert ANOTHER.place.sor_id in story.forwarded()


def test_all_gaps_of_a_partition_are_named_at_once(story):
    for topic in (CHANGES, REGISTERED):
        story.broker.make_anew(topic)
    assert story.refusal() == f"{CHANGES}[0]:{READ}-0,{REGISTERED}[0]:1-0"


@pytest.mark.parametrize("text", ["sor.entity-changes.v1[3]:1200", "all", "a[1]:2-3;b[1]:2-3", "[1]:2-3"])
def test_what_names_no_gap_is_refused_at_the_start(text):
    with pytest.raises(ValueError, match=re.escape("sor.entity-changes.v1[3]:1200-5312")):
        Settings(pass_over=text)
