"""Keeps the page's picture up to date: follows the topics, looks at the lag, and hears the worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import structlog

from adapters.kafka.consumed import instant_of
from adapters.kafka.group_view import group_view
from adapters.kafka.tail import tail
from contracts.topics import Topic
from workers.operations.lag import Lag, read_lag
from workers.operations.letter_groups import LetterGroups
from workers.operations.letter_reading import read_groups
from workers.operations.movement import History
from workers.operations.read_side import TOPICS, ReadSide
from workers.page.recent_calls import RecentCalls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from adapters.clock import Clock
    from adapters.kafka.connection import Connection
    from contracts.tariffs import TariffTable
    from workers.app.standing import WorkerStanding
    from workers.operations.reconciliation import Difference

_log = structlog.get_logger("sorbro.page")

_LOOK_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 3.0
_REST_SECONDS: Final = 0.25
"""Between two looks at what has come: much at once is quicker than little often."""
_LITTLE: Final = 1000
"""Records: so few are read with rests between, for something is always on its way while closures go through."""
_RESTS_PER_WORK: Final = 19
"""While a flood lasts the page takes a twentieth of a processor, and shows how far it is behind: the rest is the write
side's. When it is over the page catches up at full speed."""
_SETTLE_SECONDS: Final = 1.0
"""So often are owners looked at while a flood lasts."""


class Follower:
    """What the page knows, and the tasks that keep it so."""

    def __init__(self, connection: Connection, group: str, clock: Clock, tariffs: TariffTable) -> None:
        self._connection = connection
        self._group = group
        self.clock = clock
        self.tariffs = tariffs
        self.side = ReadSide(tariffs)
        self.left: int | None = None
        """Records still to be read of those there were at the last look; None before the first."""
        self.is_complete = False
        """Whether all that was there at the start has been read."""
        self.lag: Lag | None = None
        self.lag_failed_at: datetime | None = None
        """Since when the brokers have not answered."""
        self.histories: defaultdict[tuple[str, int], History] = defaultdict(History)
        self.last_commits: dict[int, datetime] = {}
        self.worker: WorkerStanding | None = None
        self.recent_calls = RecentCalls()
        self.differences: list[Difference] = []
        """Where state and topics have not agreed at two looks in a row."""
        self.groups = LetterGroups()
        """The dead letters, as they were at the last look."""
        self._letters_seen = 0
        self._suspected: list[Difference] = []
        self._positions: dict[tuple[str, int], int] = {}

    async def run(self) -> None:
        """Follow, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again_and_again(self._follow))
            tasks.create_task(self._again_and_again(self._look))

    def compare(self) -> None:
        """Look for differences between state and topics. Only one that stays is one: the two are read apart."""
        found = self.side.reconciliation.differences() if self.is_complete else []
        self.differences = [each for each in found if each in self._suspected]
        self._suspected = found if self.left == 0 else []

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        settled = loop.time()
        async for followed in tail(self._connection, [topic.value for topic in TOPICS], self._positions):
            began = loop.time()
            for (topic, partition), records in followed.records.items():
                self.side.take(topic, partition, records)
                if topic == Topic.STATE:
                    self._note_commit(partition, records[-1].timestamp)
            before, self.left = self.left or 0, followed.left
            self.is_complete = self.is_complete or followed.left == 0
            # An owner with much to tell would be looked at again and again, and while the register is read every owner.
            if self.is_complete and (followed.left == 0 or began - settled > _SETTLE_SECONDS):
                await self.side.settle()
                settled = loop.time()
            read = sum(map(len, followed.records.values()))
            await asyncio.sleep(rest(before, read, self.left, loop.time() - began) if self.is_complete else 0)

    def _note_commit(self, partition: int, stamped: int) -> None:
        """When something was committed: as we see it come, and of what was there before by its own word."""
        told = instant_of(stamped)
        self.last_commits[partition] = self.clock.now() if self.is_complete else told

    async def _look(self) -> None:
        async with group_view(self._connection, self._group) as view:
            while True:
                lag = await read_lag(view, self.clock.now())
                for each in lag.partitions:
                    self.histories[each.topic, each.partition].add(lag.look(each))
                self.lag, self.lag_failed_at = lag, None
                self.compare()
                await self._sort_letters()
                await asyncio.sleep(_LOOK_SECONDS)

    async def _sort_letters(self) -> None:
        """Put the dead letters into groups anew when there are others, or some have been sent once more."""
        seen = self.side.sightings.count(Topic.DEAD_LETTERS) + self.side.sightings.count(Topic.AUDIT)
        if self.is_complete and seen != self._letters_seen:
            self.groups = await read_groups(self._connection)
            self._letters_seen = seen

    async def _again_and_again(self, do: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await do()
            # Whatever it was, the page says how old its picture is, and starts again.
            except Exception as error:  # noqa: BLE001
                self.lag_failed_at = self.lag_failed_at or self.clock.now()
                _log.warning("the page cannot read from the brokers", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_AGAIN_SECONDS)


def rest(before: int, read: int, left: int, worked: float) -> float:
    """How many seconds the page leaves the processor to others, after it has `worked` so long on the records `read`.

    It was `before` records behind, and is `left` behind now.
    """
    if left <= _LITTLE:
        return _REST_SECONDS
    is_flood = left + read > before
    return _RESTS_PER_WORK * worked if is_flood else 0.0
