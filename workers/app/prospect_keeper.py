"""Shows every few seconds what is to come on the partitions of this worker, as metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import mode

from adapters.telemetry import closures as metrics
from workers.stream.prospects import BUCKETS, Prospects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.clock import Clock
    from workers.stream.prospects import Prospect
    from workers.stream.world import World

EVERY_SECONDS: Final = 15.0
"""As often as Prometheus usually comes."""


class ProspectKeeper(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """`worlds`: what each assigned partition holds, None while it is not open; then what was known before counts."""

    def __init__(self, worlds: Callable[[], Mapping[int, World | None]], clock: Clock, **options: Any) -> None:
        super().__init__(**options)
        self._worlds = worlds
        self._clock = clock
        self._known: dict[int, Prospects] = {}

    async def on_start(self) -> None:
        """Begin to look."""
        self.add_future(self._keep_looking())

    async def _keep_looking(self) -> None:
        while not self.should_stop:
            await self.look()
            await self.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Look once, in small pieces: the loops work on the same thread."""
        worlds = self._worlds()
        self._known = {partition: self._known.get(partition, Prospects()) for partition in worlds}
        for partition, world in worlds.items():
            if world is not None:
                for _ in self._known[partition].look(world.owners):
                    await asyncio.sleep(0)
        now, worlds = self._clock.now(), self._worlds()  # meanwhile another worker may have come to have some
        for partition in self._known.keys() & worlds.keys():
            prospect, world = self._known[partition].at(now), worlds[partition]
            since = prospect.overdue_since
            if world is not None:
                metrics.OWNERS.labels(partition).set(len(world.owners))
            _show(partition, prospect, (now - since).total_seconds() if since is not None else 0.0)


def _show(partition: int, prospect: Prospect, overdue_seconds: float) -> None:
    for bucket in BUCKETS:
        metrics.PENDING.labels(partition, bucket).set(prospect.pending[bucket])
    metrics.OVERDUE.labels(partition).set(prospect.overdue)
    metrics.OVERDUE_SECONDS.labels(partition).set(overdue_seconds)
    for of in ("tariff", "cvr"):
        metrics.PARKED.labels(partition, of).set(prospect.parked[of])
    for of in ("sor", "tariff", "cvr"):
        metrics.WAITING.labels(partition, of).set(prospect.waiting[of])
