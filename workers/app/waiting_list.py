"""Which units wait on the partitions of this worker, for `/waiting` (R13, R20, R32, R39).

The loops work on the same thread, and anybody may ask: however many do, one walk at a time is under way, in small
pieces, and what it has found is kept for some seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workers.tree.waiting import waiting_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.stream.world import World
    from workers.tree.waiting import Waiting

KEPT_SECONDS: Final = 5.0
MOST_LISTED: Final = 1000
_UNITS_AT_ONCE: Final = 2000
"""Some milliseconds; an owner with more is looked at in one go."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many wait, the first of them, and the yearly runs that do: their partitions and how far they have come."""

    count: int
    listed: tuple[Waiting, ...]
    fee_runs: tuple[tuple[int, str], ...]


class WaitingList:
    """`worlds`: what each assigned partition holds, None while it is not open."""

    def __init__(self, worlds: Callable[[], Mapping[int, World | None]]) -> None:
        self._worlds = worlds
        self._walk: asyncio.Task[Found] | None = None
        self._kept_until = 0.0

    async def read(self) -> Found:
        """What waits, as found some seconds ago at most; as far as a restore has been decoded."""
        if self._walk is None or (self._walk.done() and asyncio.get_running_loop().time() >= self._kept_until):
            self._walk = asyncio.create_task(self._look())
        # Who goes away before the end must not end it for the others.
        return await asyncio.shield(self._walk)

    async def _look(self) -> Found:
        count, seen = 0, 0
        listed: list[Waiting] = []
        fee_runs: list[tuple[int, str]] = []
        for partition, world in self._worlds().items():
            if world is None:
                continue
            fee_runs += [(partition, run.progress(world.owners)) for run in world.fee_runs if run.is_waiting]
            for state in world.owners.decoded():  # a list of its own: they may be others after the next breath
                for waiting in waiting_in(state):
                    count += 1
                    if count <= MOST_LISTED:
                        listed.append(waiting)
                seen += len(state.nodes)
                if seen >= _UNITS_AT_ONCE:
                    seen = 0
                    await asyncio.sleep(0)
        self._kept_until = asyncio.get_running_loop().time() + KEPT_SECONDS
        return Found(count, tuple(listed), tuple(fee_runs))
