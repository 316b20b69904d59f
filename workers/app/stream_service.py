"""The write side as a service of the Faust app: one loop per partition the group gives us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import mode
import structlog

from adapters.kafka.membership import Membership
from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import LogError
from workers.stream.loop import PartitionLoop
from workers.stream.tracing import NO_TRACING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from collections.abc import Set as AbstractSet

    from adapters.clock import Clock
    from adapters.kafka.connection import Connection
    from adapters.kafka.gap import Gap
    from adapters.kafka.port import PartitionLog
    from contracts.tariffs import TariffTable
    from workers.app.reporter import LogAndMetrics
    from workers.stream.tracing import Tracing
    from workers.stream.world import World

_log = structlog.get_logger("sorbro.stream")

_REVOKE_SECONDS: Final = 8.0
"""How long a running transaction may take to finish when partitions are revoked; then it is left uncommitted."""
_CANCELLED: Final = "{} was cancelled, and not by us. Restart the worker; if it comes again, report it as a fault"


class StreamService(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """Runs partition loops for as long as the partitions are ours."""

    def __init__(
        self,
        connection: Connection,
        group: str,
        clock: Clock,
        tariffs: TariffTable,
        reporter: LogAndMetrics,
        flood_limit: int,
        open_log: Callable[[Connection, str, int], PartitionLog] = KafkaPartitionLog,
        tracing: Tracing = NO_TRACING,
        gaps: Collection[Gap] = (),
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._connection = connection
        self._group = group
        self._clock = clock
        self._tariffs = tariffs
        self._reporter = reporter
        self._flood_limit = flood_limit
        self._open_log = open_log
        self._tracing = tracing
        self._gaps = gaps
        self._stopping = False
        self._polling: asyncio.Task[None] | None = None
        self._loops: dict[PartitionLoop, asyncio.Task[None]] = {}
        self._membership = Membership(connection, group, self._assigned, self._revoked)

    async def on_start(self) -> None:
        """Join the group."""
        await self._membership.start()
        self._polling = asyncio.get_running_loop().create_task(self._membership.poll_forever(), name="membership")
        self._polling.add_done_callback(self._ended)

    async def on_stop(self) -> None:
        """Finish running transactions, then leave the group."""
        self._stopping = True
        if self._polling is not None:
            self._cancel(self._polling)
        await self._revoked()
        await self._membership.stop()

    def worlds(self) -> dict[int, World | None]:
        """What each assigned partition holds, for those who only look; None while it is not open."""
        return {loop.partition: loop.world for loop in self._loops}

    async def _assigned(self, partitions: AbstractSet[int]) -> None:
        await self._revoked()
        if self._stopping:
            return  # a rebalance that ends while we leave must not set us to work again
        self._reporter.assign(partitions)
        _log.info("partitions assigned", partitions=sorted(partitions))
        for partition in sorted(partitions):
            loop = self._new_loop(partition)
            task = asyncio.get_running_loop().create_task(loop.run(), name=f"partition-{partition}")
            task.add_done_callback(self._ended)
            self._loops[loop] = task

    async def _revoked(self) -> None:
        tasks = list(self._loops.values())
        for loop in self._loops:
            loop.stop()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_REVOKE_SECONDS)
            for task in late:
                self._cancel(task)
            await asyncio.gather(*late, return_exceptions=True)
        for loop in [loop for loop, task in self._loops.items() if task in tasks]:
            del self._loops[loop]

    def _new_loop(self, partition: int) -> PartitionLoop:
        return PartitionLoop(
            partition,
            lambda: self._open_log(self._connection, self._group, partition),
            self._clock,
            self._tariffs,
            self._reporter,
            self._flood_limit,
            self._tracing,
            self._gaps,
            lambda: self._membership.holds(partition),
        )

    def _ended(self, task: asyncio.Task[None]) -> None:
        """End the worker when a loop does: what opening again cannot mend is for a person."""
        error = LogError(_CANCELLED.format(task.get_name())) if task.cancelled() else task.exception()
        if error is not None:
            self.add_future(self.crash(error))

    def _cancel(self, task: asyncio.Task[None]) -> None:
        """Cancel a task of ours: the only way in which one may end so. Any other cancellation is a fault."""
        task.remove_done_callback(self._ended)
        task.cancel()
