"""One history under faults: a seed decides all of it, and gives the same run every time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Final
from unittest.mock import patch

from adapters.clock import SettableClock
from adapters.kafka.memory.broker import MemoryBroker
from contracts.records import InputRecord, OutputRecord
from contracts.topics import WORKER_INPUTS
from simulation.enrichment import Enrichment
from simulation.faults import Weather
from simulation.recount import recounted, replayed
from simulation.story import END, tell
from simulation.verdict import Verdict, judged
from simulation.worker import GROUP, Worker
from support.virtual_time import run_in_virtual_time
from workers.stream.loop import PartitionLoop

_CHANCES: Final = (0.0, 0.003, 0.01, 0.03, 0.08)
_DELAYS: Final = (0.0, 0.0, 0.05, 3.0)
_IDLE_SECONDS: Final = 2.0
"""Longer than in production: a partition with nothing to do need not come round so often. Records wake it at once."""
_RETENTION: Final = 0.1
_PATIENCE: Final = 3600.0
"""Seconds in which everything must be done once nothing more goes wrong; virtual ones, like all here."""
_GLANCE: Final = 0.05
_LAST_LOOK: Final = 10.0
"""Longer than a slow topic hides its end: a zombie may have handled what the worker in charge has not even seen."""
_AFTERMATH: Final = 60.0
"""Seconds until every frozen worker is thawed and gone, every late call has arrived, every transaction timed out."""


def simulate(seed: int, loop_class: type[PartitionLoop] = PartitionLoop) -> Verdict:
    """Run the history of this seed and judge it."""
    return Simulation(seed, loop_class).judge()


class Simulation:
    """Workers on every partition, one after the other and sometimes two at once, and what befalls them."""

    def __init__(self, seed: int, loop_class: type[PartitionLoop] = PartitionLoop) -> None:
        self._rng = rng = Random(seed)  # noqa: S311  # chance, not secrecy
        self._loop_class = loop_class
        self.story = tell(rng)
        self.weather = Weather(rng, rng.choice(_CHANCES), clocks_jump=self.story.clocks_jump)
        self._partitions = rng.choice((1, 2, 3))
        self._full = rng.choice((1, 3, 2000, 2000))
        """How much a turn takes on: little, so that one day or one message is spread over several transactions."""
        self._step = rng.choice((1, 2, 500))
        """How many units one decision touches: few, so that a cascade goes on after a restart."""
        longest = rng.choice(_DELAYS), rng.choice(_DELAYS)
        self.broker = MemoryBroker(
            self._partitions,
            marker_delay=lambda: longest[0] * rng.random(),
            offset_delay=lambda: longest[1] * rng.random(),
        )
        self._enrichment = Enrichment(self.broker)
        self._world_time = SettableClock(self.story.arrivals[0].at)
        self._current: dict[int, Worker | None] = dict.fromkeys(range(self._partitions))
        self.workers: list[Worker] = []
        self.notes: list[str] = []

    def judge(self) -> Verdict:
        """Run it, in virtual time, and lay what came of it beside what had to come."""
        with (
            patch("workers.stream.loop._IDLE_SECONDS", _IDLE_SECONDS),
            patch("workers.stream.world.FULL", self._full),
            patch("workers.decide.STEP", self._step),
        ):
            return run_in_virtual_time(self._run())

    async def _run(self) -> Verdict:
        for partition in self._current:
            self._start(partition)
        await (self._tell_calmly() if self.story.is_calm else self._tell_busily())
        self.weather.chance = 0.0
        await self._wait_until(END)
        await asyncio.sleep(_LAST_LOOK)
        await self._settle()
        await self._end()
        sources = (
            [replayed(self.story, self._partitions)]
            if self.story.is_calm
            else [recounted(self.broker, partition) for partition in range(self._partitions)]
        )
        clocks_were_right = not any(fault == "clock jump" for _, fault in self.weather.came)
        verdict = judged(self.broker, self._partitions, sources, by_the_minute=clocks_were_right)
        verdict.faults = self.weather.came.total()
        verdict.lost += len(self.notes)
        verdict.notes += self.notes
        return verdict

    async def _tell_calmly(self) -> None:
        """Each message when all before it is done, and each day alone."""
        for arrival in self.story.arrivals:
            await self._wait_until(arrival.at)
            self.broker.publish(_as_sent(arrival.record))
            await self._settle()

    async def _tell_busily(self) -> None:
        """All that a day brings in quick succession; each day when all before it is done."""
        for arrival in self.story.arrivals:
            if arrival.at.date() > self._world_time.now().date():
                await self._wait_until(arrival.at)
            self._world_time.set(arrival.at)
            self.broker.publish(_as_sent(arrival.record))
            await asyncio.sleep(self._rng.choice((0, 0, 0.01, 0.3, 3)) * self._rng.random())

    async def _wait_until(self, instant: datetime) -> None:
        """Let the days up to the instant come one by one."""
        await self._settle()
        while (due := self._next_due()) is not None and due < instant:
            self._world_time.set(due)
            await self._settle()
        if self._rng.random() < _RETENTION:
            self._delete_what_is_handled()
        self._world_time.set(instant)
        await self._settle()

    def _delete_what_is_handled(self) -> None:
        """What retention does to the inputs, at the latest moment that is allowed."""
        for topic, partition in self._inputs():
            handled = self.broker.committed(GROUP, topic, partition)
            self.broker.log(topic, partition).delete_before(handled or 0)

    def _inputs(self) -> Iterator[tuple[str, int]]:
        return ((topic, partition) for topic in WORKER_INPUTS for partition in range(self._partitions))

    def _next_due(self) -> datetime | None:
        worlds = [worker.loop.world for worker in self._current.values() if worker is not None]
        instants = [world.next_instant() for world in worlds if world is not None]
        now = self._world_time.now()
        return min((each for each in instants if each is not None and each > now), default=None)

    async def _settle(self) -> None:
        """Wait until everything is done that can be done now, and whoever was woken last has looked."""
        give_up = _now() + _PATIENCE
        while not self.notes:
            await self._until_settled(give_up)
            await asyncio.sleep(_GLANCE)
            if self._is_settled():
                return

    async def _until_settled(self, give_up: float) -> None:
        pause = 0.01
        while not self._is_settled() and not self.notes:
            await asyncio.sleep(pause)
            pause = min(1.0, pause * 1.5)
            if _now() > give_up:
                errors = [worker.reporter.errors[-1:] for worker in self._current.values() if worker is not None]
                self.notes.append(f"stuck: {errors}")

    def _is_settled(self) -> bool:
        if self._enrichment.answer():
            return False
        at_rest = all(worker is not None and worker.is_at_rest for worker in self._current.values())
        return at_rest and not self.broker.open_transactions() and self._is_handled()

    def _is_handled(self) -> bool:
        return not any(
            self.broker.log(topic, partition).read(self.broker.committed(GROUP, topic, partition) or 0, 1)[0]
            for topic, partition in self._inputs()
        )

    async def _end(self) -> None:
        """Every worker stops; what is still on its way arrives."""
        self._current = {}
        for worker in self.workers:
            worker.loop.stop()
        await asyncio.sleep(_AFTERMATH)
        for worker in self.workers:
            worker.thaw()
            worker.task.cancel()
        await asyncio.gather(*(worker.task for worker in self.workers), return_exceptions=True)

    def _start(self, partition: int) -> None:
        if partition in self._current:  # else all is over
            worker = Worker(self.broker, partition, self._world_time, self.weather, self._gone, self._loop_class)
            worker.task.add_done_callback(lambda _: self._gone(worker))
            self._current[partition] = worker
            self.workers.append(worker)

    def _gone(self, worker: Worker) -> None:
        """A worker died, froze, or had to let go: another takes its place, sooner or later."""
        rng, loop = self._rng, asyncio.get_running_loop()
        if worker.is_frozen:
            loop.call_later(rng.random() * 30, self._thaw, worker)
        if self._current.get(worker.partition) is worker:
            self._current[worker.partition] = None
            loop.call_later(rng.choice((0.1, 1, 15)) * rng.random(), self._start, worker.partition)

    def _thaw(self, worker: Worker) -> None:
        """A frozen worker goes on, and only then hears that its partition is somebody else's."""
        worker.thaw()
        asyncio.get_running_loop().call_later(self._rng.random() * 5, worker.lose_partition)


def _as_sent(record: InputRecord) -> OutputRecord:
    return OutputRecord(record.topic, record.key, record.value, record.headers, record.timestamp)


def _now() -> float:
    return asyncio.get_running_loop().time()
