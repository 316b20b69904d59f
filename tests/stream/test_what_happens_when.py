"""A worker that dies between any two steps of the loop: what it leaves on the broker, and what its successor makes of it.

`docs/what-happens-when.md` tells the same in words; each of its lines names its test here or elsewhere.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from adapters.clock import SettableClock
from adapters.kafka.memory.broker import MemoryBroker
from adapters.kafka.memory.network import GoodNetwork
from adapters.kafka.memory.partition_log import MemoryPartitionLog
from contracts.records import InputRecord, OutputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.scenario import Scenario
from support.trees import private_clinic
from support.work import Counting
from workers.stream.loop import PartitionLoop

CLINIC = private_clinic()
CLOCK = SettableClock(datetime(2023, 3, 10, tzinfo=UTC))
OUTPUTS = (Topic.REGISTRATIONS, Topic.DEREGISTRATIONS, Topic.INVOICE_TRIGGERS)
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "what-happens-when.md"

Leaves = Literal["nothing", "an open transaction", "everything"]


@dataclass(frozen=True)
class Death:
    """`before` or `after` the call takes effect on the broker, the `turn`-th time it is made."""

    side: Literal["before", "after"]
    step: str
    leaves: Leaves
    turn: int = 1

    def __str__(self) -> str:
        return f"{self.side} {self.step}" + (f" {self.turn}" if self.turn > 1 else "")


OPENING = ("fence", "changelog end", "changelog", "committed", "partition counts", "seek", "poll", "begin", "send")
DEATHS = [
    *(Death(side, step, "nothing") for step in OPENING for side in ("before", "after")),
    Death("after", "send", "nothing", turn=2),
    Death("before", "produce", "nothing"),
    Death("after", "produce", "an open transaction"),
    Death("after", "produce", "an open transaction", turn=2),
    Death("before", "send offsets", "an open transaction"),
    Death("after", "send offsets", "an open transaction"),
    Death("before", "commit", "an open transaction"),
    Death("after", "commit", "everything"),
]


@dataclass
class Deadly(GoodNetwork):
    """The wire of a worker that is killed at one step: from then on nothing comes and nothing goes."""

    death: Death
    died: asyncio.Event = field(default_factory=asyncio.Event)
    _turns: int = 0

    async def carry(self, step, call):
        self._turns += step == self.death.step
        if step == self.death.step and self._turns == self.death.turn:
            if self.death.side == "after":
                call()
            self.died.set()
            await asyncio.Event().wait()
        return await super().carry(step, call)


class Resting(Counting):
    """Tells when the loop has long had nothing to do."""

    def __init__(self, clock) -> None:
        super().__init__(clock)
        self.rests = asyncio.Event()

    def turned(self, partition):
        super().turned(partition)
        if self.idle > 5:
            self.rests.set()


class Register:
    """A broker, the workers that follow one another on its partition, and what should be on it."""

    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.story = Scenario().at("2023-03-01 10:00")
        self._published = 0

    def tell(self) -> None:
        """Publish what the story has told since the last time."""
        fresh = self.story.records[self._published :]
        self._published += len(fresh)
        self.broker.publish(*map(as_sent, fresh))

    @property
    def readable(self) -> list[str]:
        """The ids of what a read_committed reader finds, topic by topic."""
        return [ce_id(each.headers) for topic in OUTPUTS for each in self.broker.log(topic, 0).history()]

    @property
    def due(self) -> list[str]:
        """The ids that should be there."""
        return [each.headers["ce_id"] for topic in OUTPUTS for each in self.story.outputs if each.topic == topic]

    async def work(self) -> None:
        """A worker that nothing happens to works until it has long had nothing to do."""
        reporter = Resting(CLOCK)
        loop = self._loop(GoodNetwork(), reporter)
        task = asyncio.create_task(loop.run())
        async with asyncio.timeout(60):
            await reporter.rests.wait()
        loop.stop()
        await task

    async def die(self, death: Death) -> None:
        """A worker is killed."""
        network = Deadly(death)
        task = asyncio.create_task(self._loop(network, Counting(CLOCK)).run())
        async with asyncio.timeout(60):
            await network.died.wait()
        task.cancel()
        await asyncio.wait({task})

    def _loop(self, network, reporter) -> PartitionLoop:
        return PartitionLoop(
            0,
            lambda: MemoryPartitionLog(self.broker, "sorbro", 0, network),
            CLOCK,
            TariffTable.load(),
            reporter,
            flood_limit=100,
        )


def as_sent(record: InputRecord) -> OutputRecord:
    return OutputRecord(Topic(record.topic), record.key, record.value, record.headers, record.timestamp)


def ce_id(headers) -> str:
    return dict(headers)["ce_id"].decode()


@pytest.mark.parametrize("death", DEATHS, ids=str)
async def test_a_worker_is_killed(death, monkeypatch):
    monkeypatch.setattr("workers.stream.loop._IDLE_SECONDS", 0.01)
    register = Register()
    register.story.registered(CLINIC)
    register.tell()
    await register.work()
    before = register.due
    assert register.readable == before
    register.story.at("2023-03-02 10:00").sor(CLINIC.place, telephone="99", to_date="2023-03-09")
    register.story.until(CLOCK.now())
    register.tell()
    await register.die(death)
    is_open = [each.state for each in register.broker.open_transactions()] == ["open"]
    assert is_open == (death.leaves == "an open transaction")
    assert (register.readable != before) == (death.leaves == "everything")
    await register.work()
    assert register.readable == register.due
    assert register.broker.open_transactions() == []


def test_every_call_to_the_broker_that_takes_effect_has_its_death():
    """Between two of them there is nothing that a crash could cut; `ends` and `drained` only look."""
    from simulation.test_simulation import STEPS

    assert {death.step for death in DEATHS} == STEPS - {"ends"}


def test_every_line_of_the_page_names_a_test_that_is_there():
    page = PAGE.read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| A ")]
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)(?:\[([^\]]+)\])?`", line) for line in lines]
    assert lines
    assert all(named), [line for line, tests in zip(lines, named, strict=True) if not tests]
    deaths = {str(death) for death in DEATHS}
    for path, function, case in (test for tests in named for test in tests):
        assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8"), (path, function)
        assert not case or path != "tests/stream/test_what_happens_when.py" or case in deaths, case
    assert {case for tests in named for _, _, case in tests if case} >= deaths
