"""What happens to workers: killed at a step of the loop or anywhere, stopped until others have taken over, come and gone."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from aiokafka.errors import KafkaError

from faults.brokers import forget
from faults.failing_log import OPENING, WORKING
from faults.fleet import Worker, until
from faults.plan import Plan
from faults.stage import PARTITIONS, Stage

_PATIENCE: Final = 60.0
_COUNT = Callable[[str, str], None]


class Workforce:
    """The workers of a campaign and what befalls them, one at a time."""

    def __init__(self, scene: Stage, rng: random.Random, count: _COUNT) -> None:
        self._scene = scene
        self._rng = rng
        self._count = count
        self._steps = self._drawn_steps()
        self._stops = self._drawn_stops()
        self._kills_left = 0
        self._dead_by_us: set[Worker] = set()
        self.steps: Counter[str] = Counter()
        """At which steps of the loop workers have died or been stopped."""
        self.recoveries: list[float] = []
        """Seconds from a death until every partition worked again, other faults notwithstanding."""

    async def gather(self) -> None:
        """Hire everybody and wait until all partitions are worked on."""
        self._scene.workers += [self._scene.worker(place) for place in range(1, len(self._scene.links) + 1)]
        for worker in self._scene.workers:
            worker.start()
        if not await until(self._all_held, 90):
            raise RuntimeError(f"the workers do not get going; see the logs in {self._scene.folder}")

    def episodes(self, plan: Plan) -> list[Callable[[], Awaitable[None]]]:
        """As many of each kind as planned; an episode of dying at a step is of one to three workers."""
        self._kills_left = plan.kills
        return [
            *[self._kill_some] * plan.kills,
            *[self.die] * plan.random_kills,
            *[self.be_a_zombie] * plan.zombies,
            *[self.leave] * plan.joins,
            *[self.fill_a_disk] * plan.full_disks,
            *[self.expire_offsets] * plan.expired_offsets,
            *[self.jump] * plan.clock_jumps,
        ]

    async def _kill_some(self) -> None:
        if self._kills_left:
            await self.die_at_a_step()

    async def die_at_a_step(self) -> None:
        """Let some workers, or all, start with the next steps of the list to die at."""
        doomed = self._rng.sample(self._scene.workers, k=min(self._kills_left, self._rng.choice([1, 2, 2, 3])))
        self._kills_left -= len(doomed)
        await self._all_start_but(doomed)
        await asyncio.gather(*(self._die_at(next(self._steps), worker) for worker in doomed))
        await self._recovered()

    async def _die_at(self, step: str, worker: Worker) -> None:
        """Let the worker come to its end at this step; kill it where it does not come there."""
        if step in OPENING:
            await self._send_away(worker)
        self._arm(worker, f"{step}:kill@{1 if step in OPENING else self._rng.randint(1, 8)}")
        if not await until(lambda: not worker.is_alive, _PATIENCE):
            worker.kill()
            step = "anywhere"
        self._died(worker, step)

    def _arm(self, worker: Worker, failpoint: str) -> None:
        if worker.is_alive:
            worker.arm(failpoint)
        else:
            self._start(worker, failpoint)

    async def die(self) -> None:
        """Kill a worker wherever it is."""
        await self._all_start_but([])
        worker = self._rng.choice(self._scene.workers)
        await asyncio.sleep(self._rng.random())
        worker.kill()
        self._died(worker, "anywhere")
        await self._recovered()

    async def be_a_zombie(self) -> None:
        """Stop a worker in the middle of a transaction; let it go on when the others have all its partitions."""
        step = next(self._stops)
        worker = self._rng.choice(self._scene.workers)
        await self._all_start_but([worker])
        self._arm(worker, f"{step}:stop@{self._rng.randint(1, 8)}")
        if not await until(lambda: worker.is_stopped or not worker.is_alive, _PATIENCE):
            worker.signal(signal.SIGSTOP)
            step = "anywhere"
        others = [each for each in self._scene.workers if each is not worker]
        taken_over = await until(lambda: self._all_held(others), _PATIENCE)
        worker.signal(signal.SIGCONT)
        if taken_over:
            self.steps[f"zombie {step}"] += 1
            self._count("zombie", f"{worker.name} at {step}, let go when the others had all partitions")
        await self._goes_on()

    async def leave(self) -> None:
        """Let a worker leave in good order, and come back when the others have its partitions."""
        worker = self._rng.choice([each for each in self._scene.workers if each.is_alive])
        await self._send_away(worker)
        others = [each for each in self._scene.workers if each is not worker]
        await until(lambda: self._all_held(others), _PATIENCE)
        self._start(worker)
        self._count("leave and join", worker.name)
        await until(self._all_held, _PATIENCE)

    async def fill_a_disk(self) -> None:
        """From now on until its end one worker can write no file."""
        await self._all_start_but([])
        worker = self._rng.choice(self._scene.workers)
        worker.fill_disk()
        self._count("full disk", worker.name)
        await self._goes_on()

    async def expire_offsets(self) -> None:
        """Everybody leaves, and when they come back the brokers have forgotten how far they had come."""
        await asyncio.gather(*(self._send_away(worker) for worker in self._scene.workers))
        if await until(self._forget, _PATIENCE, pause=1):
            self._count("expired offsets", "of the group sorbro")
        await self._all_start_but([])
        await self._goes_on()

    async def _forget(self) -> bool:
        """Not while the brokers take a worker that was cut off for one that is still there."""
        with contextlib.suppress(KafkaError, RuntimeError, TimeoutError, OSError):
            async with asyncio.timeout(10):
                await forget(self._scene.servers, "sorbro")
                return True
        return False

    async def jump(self) -> None:
        """The workers' clock goes wrong, and half a second later is set right; who has seen a later day stays there."""
        days = self._rng.choice([-5, 5, 20])
        self._scene.clock_error = timedelta(days=days)
        if await until(lambda: not self._scene.clock_error, _PATIENCE):
            self._count("clock jump", f"{days:+} days on {self._scene.day}")
        await self._goes_on()

    async def _goes_on(self) -> None:
        before = self._scene.observer.snapshot()
        await until(lambda: self._scene.observer.has_moved_since(before), _PATIENCE)

    async def calm(self) -> None:
        """Let everybody work in peace."""
        for worker in self._scene.workers:
            worker.signal(signal.SIGCONT)
            worker.arm("")
        await self._all_start_but([])

    async def _send_away(self, worker: Worker) -> None:
        if worker.is_alive:
            await asyncio.to_thread(worker.leave)
            self._dead_by_us.add(worker)

    async def _all_start_but(self, some: list[Worker]) -> None:
        """Start whoever is dead; each rebalance they cause is one more fault."""
        for worker in self._scene.workers:
            if not worker.is_alive and worker not in some:
                self._start(worker)

    def _start(self, worker: Worker, failpoint: str = "") -> None:
        if worker not in self._dead_by_us and worker.was_started:
            self._count("worker gave up", worker.last_words())
        self._dead_by_us.discard(worker)
        worker.start(failpoint)

    def _died(self, worker: Worker, step: str) -> None:
        self._dead_by_us.add(worker)
        self.steps[step] += 1
        self._count("worker kill", f"{worker.name} {step}")

    async def _recovered(self) -> None:
        """Wait until every partition works again, in whose hands whatever."""
        died, before = time.monotonic(), self._scene.observer.snapshot()
        await self._all_start_but([])
        if await until(lambda: self._scene.observer.has_moved_since(before), _PATIENCE):
            self.recoveries.append(time.monotonic() - died)

    async def _all_held(self, by: list[Worker] | None = None) -> bool:
        held = [await worker.held() for worker in by or self._scene.workers if worker.is_alive]
        return set().union(*held) >= set(range(PARTITIONS))

    def _drawn_steps(self):
        """Yield every step of the loop in a drawn order, over and over; those of a transaction twice as often."""
        while True:
            steps = [*OPENING, *WORKING, *WORKING]
            self._rng.shuffle(steps)
            yield from steps

    def _drawn_stops(self):
        while True:
            steps = list(WORKING[1:])
            self._rng.shuffle(steps)
            yield from steps
