"""Finding out how everything stands, from the brokers alone: no worker needs to run for it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from adapters.kafka.group_view import group_view
from workers.operations.dues import read_dues
from workers.operations.lag import read_lag
from workers.operations.letter_reading import read_groups
from workers.operations.movement import History
from workers.operations.status import PATIENCE, Status, is_settled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from adapters.clock import Clock
    from adapters.kafka.connection import Connection
    from adapters.kafka.group_view import GroupView
    from contracts.tariffs import TariffTable
    from workers.operations.lag import Lag
    from workers.operations.movement import Movement

_PAUSE_SECONDS: Final = 1.0


class Watching:
    """The histories of all partitions, one look after the other."""

    def __init__(self) -> None:
        self.histories: defaultdict[tuple[str, int], History] = defaultdict(lambda: History(PATIENCE))

    def add(self, lag: Lag) -> None:
        """Take in one look at everything."""
        for each in lag.partitions:
            self.histories[each.topic, each.partition].add(lag.look(each))

    def movements(self, now: datetime) -> Mapping[tuple[str, int], Movement]:
        """What the histories say at `now`."""
        return {place: history.movement(now) for place, history in self.histories.items()}

    @property
    def is_settled(self) -> bool:
        """Whether another look would tell nothing new."""
        return all(is_settled(history.looks) for history in self.histories.values())


async def read_status(
    connection: Connection,
    group: str,
    clock: Clock,
    tariffs: TariffTable,
    report: Callable[[int, int], None] = lambda *_: None,
) -> Status:
    """Look at everything; again for up to 15 s where records wait and nothing is seen to move, or nobody works.

    Raises `LogError`, `ChangelogError` and what aiokafka raises: then nothing can be told.
    """
    watching = Watching()
    async with group_view(connection, group) as view:
        watching.add(await read_lag(view, clock.now()))
        dues = await read_dues(connection, tariffs, clock.now(), report)
        groups = await read_groups(connection)
        lag = await _until_settled(view, watching, clock)
    return Status(lag, watching.movements(lag.at), dues, groups.waiting)


async def _until_settled(view: GroupView, watching: Watching, clock: Clock) -> Lag:
    started = clock.now()
    while True:
        lag = await read_lag(view, clock.now())
        watching.add(lag)
        is_worked_on = {each.partition for each in lag.partitions} <= lag.hosts.keys()
        if (watching.is_settled and is_worked_on) or lag.at - started > PATIENCE:
            return lag
        await asyncio.sleep(_PAUSE_SECONDS)
