"""Keeps looking whether the partitions get on, and says so in the log and the metrics when one does not."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
from typing import TYPE_CHECKING, Any, Final

import mode
import structlog

from adapters.telemetry import write_side
from workers.app.watch import NOT_TURNING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.kafka.open_transactions import OpenTransactions
    from workers.app.watch import Reason, Stuck, Watch

_log = structlog.get_logger("sorbro.watch")

_EVERY_SECONDS: Final = 5.0
_TOPICS_EVERY_SECONDS: Final = 60.0
_PATIENCE_SECONDS: Final = 5.0


class Watchkeeper(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """Looks every few seconds. Should the whole process hang, its stacks are written to standard error."""

    def __init__(
        self,
        watch: Watch,
        open_transactions: OpenTransactions | None,
        missing_topics: Callable[[], Awaitable[frozenset[str]]],
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._watch = watch
        self._open_transactions = open_transactions
        self._missing_topics = missing_topics
        self._known: set[tuple[Reason, int, str | None]] = set()

    async def on_start(self) -> None:
        """Begin to look."""
        self.add_future(self._keep_watch())
        self.add_future(self._look_for_topics())

    async def on_stop(self) -> None:
        """Look no more."""
        faulthandler.cancel_dump_traceback_later()
        if self._open_transactions is not None:
            with contextlib.suppress(Exception):  # of a broker that is gone there is nothing to let go of
                await self._open_transactions.close()

    async def _keep_watch(self) -> None:
        while not self.should_stop:
            faulthandler.dump_traceback_later(NOT_TURNING_SECONDS)
            await self.look()
            await self.sleep(_EVERY_SECONDS)

    async def _look_for_topics(self) -> None:
        while not self.should_stop:
            await self.look_for_topics()
            await self.sleep(_TOPICS_EVERY_SECONDS)

    async def look_for_topics(self) -> None:
        """See once whether a topic is gone; while the brokers do not answer, what was known before stands."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                missing = await self._missing_topics()
        except Exception as error:  # noqa: BLE001  an outage shows elsewhere
            _log.debug("topics cannot be looked for", error=type(error).__name__)
            return
        if missing - self._watch.missing_topics:
            _log.error("topics are missing: create them anew, or start a worker, which does", topics=sorted(missing))
        self._watch.missing_topics = missing

    async def look(self) -> None:
        """Look once."""
        if self._open_transactions is not None:
            try:
                found = await self._open_transactions.find(self._watch.partitions)
            except Exception as error:  # noqa: BLE001  an outage shows elsewhere; here it means that nothing is known
                _log.debug("open transactions cannot be asked for", error=f"{type(error).__name__}: {error}")
                found = {}
            self._watch.open_transactions(found, asyncio.get_running_loop().time())
        self._tell(self._watch.stuck(asyncio.get_running_loop().time()))

    def _tell(self, stuck: list[Stuck]) -> None:
        now = {(each.reason, each.partition, each.topic): each for each in stuck}
        for of, each in now.items():
            write_side.STUCK.labels(each.reason, each.partition, each.topic or "").set(each.seconds)
            if of not in self._known:
                _log.error("stuck", reason=each.reason, partition=each.partition, topic=each.topic, says=each.says)
        for reason, partition, topic in self._known - now.keys():
            write_side.STUCK.remove(reason, partition, topic or "")
            _log.info("no longer stuck", reason=reason, partition=partition, topic=topic)
        self._known = set(now)
