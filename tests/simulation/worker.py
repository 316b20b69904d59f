"""A worker process that holds one partition: it runs the real loop, and it can die, freeze and lose the partition."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from adapters.clock import SettableClock
from adapters.kafka.memory.broker import MemoryBroker
from adapters.kafka.memory.partition_log import MemoryPartitionLog
from contracts.tariffs import TariffTable
from simulation.faults import RoughNetwork, Weather
from workers.stream.loop import PartitionLoop

GROUP: Final = "sorbro"
REVOKE_SECONDS: Final = 8.0
"""As the real service waits for a running transaction."""
_JUMP: Final = timedelta(minutes=50)


class WorkerClock:
    """The machine's clock: the time of the world, but for what it is wrong by."""

    def __init__(self, world_time: SettableClock) -> None:
        self._world_time = world_time
        self._wrong_by = timedelta()

    def now(self) -> datetime:
        return self._world_time.now() + self._wrong_by

    def latest(self) -> datetime:
        return self.now()

    def jump(self, rng: Random) -> None:
        """Forward or back."""
        self._wrong_by = _JUMP * rng.uniform(-1, 1)


class Silent:
    """A reporter that nobody listens to, but for errors."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def opened(self, partition, restored, owners, seconds): ...
    def committed(self, partition, turn, took): ...
    def aborted(self, partition): ...
    def closed(self, partition): ...
    def turned(self, partition): ...
    def restoring(self, partition): ...
    def passed_over(self, partition, gap): ...
    def caught_up(self, partition): ...
    def failed(self, partition, error):
        self.errors.append(f"{type(error).__name__}: {error}")


class Worker:
    """`on_gone` is told when the worker has died, frozen or lost its partition, so that another takes over."""

    def __init__(
        self,
        broker: MemoryBroker,
        partition: int,
        world_time: SettableClock,
        weather: Weather,
        on_gone: Callable[[Worker], None],
        loop_class: type[PartitionLoop],
    ) -> None:
        self.clock = WorkerClock(world_time)
        self.network = RoughNetwork(self, weather)
        self.reporter = Silent()
        self._weather = weather
        self._on_gone = on_gone
        self._thawed = asyncio.Event()
        self._thawed.set()
        self.loop = loop_class(
            partition,
            lambda: MemoryPartitionLog(broker, GROUP, partition, self.network),
            self.clock,
            TARIFFS,
            self.reporter,
            flood_limit=100,
        )
        self.partition = partition
        self.task = asyncio.get_running_loop().create_task(self.loop.run())

    @property
    def is_at_rest(self) -> bool:
        """Whether it has nothing under way and nothing due."""
        world = self.loop.world
        if world is None or self.network.calls:
            return False
        instant = world.next_instant()
        return instant is None or instant > self.clock.now()

    def crash(self) -> None:
        """Kill -9: nothing is tidied up, for the broker hears nothing more of this client than a broken connection."""
        self.task.cancel()
        self._on_gone(self)

    def lose_partition(self) -> None:
        """A rebalance: finish the running transaction within bounds, as `StreamService` does."""
        self.loop.stop()
        asyncio.get_running_loop().call_later(REVOKE_SECONDS, self.task.cancel)
        self.task.add_done_callback(lambda _: self._on_gone(self))

    async def freeze(self) -> None:
        """SIGSTOP: not even a time-out or a cancellation is noticed before the worker is thawed."""
        self._thawed.clear()
        self._on_gone(self)
        interrupted: asyncio.CancelledError | None = None
        while not self._thawed.is_set():
            try:
                await self._thawed.wait()
            except asyncio.CancelledError as error:
                interrupted = error
        if interrupted is not None and self._weather.rng.random() < 0.5:
            raise interrupted  # else the answer was there as early as the time-out

    @property
    def is_frozen(self) -> bool:
        return not self._thawed.is_set()

    def thaw(self) -> None:
        """SIGCONT."""
        self._thawed.set()


TARIFFS = TariffTable.load()
