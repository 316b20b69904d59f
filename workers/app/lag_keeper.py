"""Asks the brokers every few seconds how far the group has come, and shows it for the partitions of this worker."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import mode
import structlog

from adapters.kafka.group_view import group_view
from adapters.telemetry import lag as metrics
from workers.operations.lag import read_lag
from workers.operations.movement import History, Movement, waiting_since

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from adapters.clock import Clock
    from adapters.kafka.connection import Connection
    from workers.operations.lag import Lag, PartitionLag

_log = structlog.get_logger("sorbro.lag")

_EVERY_SECONDS: Final = 15.0


class LagKeeper(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """`assigned` gives the numbers of the partitions that are this worker's now."""

    def __init__(
        self,
        connection: Connection,
        group: str,
        clock: Clock,
        assigned: Callable[[], Collection[int]],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._connection = connection
        self._group = group
        self._clock = clock
        self._shown = ShownLag(assigned)

    async def on_start(self) -> None:
        """Begin to ask."""
        self.add_future(self._keep_asking())

    async def _keep_asking(self) -> None:
        while not self.should_stop:
            try:
                await self._ask_until_it_fails()
            except Exception as error:  # noqa: BLE001  an outage shows elsewhere; here it means that nothing is known
                _log.debug("lag cannot be asked for", error=type(error).__name__)
            await self.sleep(_EVERY_SECONDS)

    async def _ask_until_it_fails(self) -> None:
        async with group_view(self._connection, self._group) as view:
            while not self.should_stop:
                self._shown.show(await read_lag(view, self._clock.now()))
                await self.sleep(_EVERY_SECONDS)


class ShownLag:
    """What Prometheus is shown of one look after the other."""

    def __init__(self, assigned: Callable[[], Collection[int]]) -> None:
        self._assigned = assigned
        self._histories: defaultdict[tuple[str, int], History] = defaultdict(History)

    def show(self, lag: Lag) -> None:
        """Show the partitions that are ours; the others are shown by whose they are."""
        ours = self._assigned()
        for each in lag.partitions:
            if each.partition in ours:
                history = self._histories[each.topic, each.partition]
                history.add(lag.look(each))
                self._show(each, history, lag)
            else:
                self._histories.pop((each.topic, each.partition), None)
        metrics.ASKED_AT.set(lag.at.timestamp())

    @staticmethod
    def _show(each: PartitionLag, history: History, lag: Lag) -> None:
        place = (each.topic, each.partition)
        if each.records is not None:
            metrics.RECORDS.labels(*place).set(each.records)
        since = waiting_since(history.looks, each.oldest_at)
        metrics.OLDEST_AGE.labels(*place).set(max(0.0, (lag.at - since).total_seconds()) if since is not None else 0.0)
        metrics.LOST.labels(*place).set(each.lost)
        now = history.movement(lag.at)
        for movement in Movement:
            metrics.MOVEMENT.labels(*place, movement.value.lower()).set(movement is now)
