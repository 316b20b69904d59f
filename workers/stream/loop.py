"""The loop of one input partition: open, restore, position, work; any error: let go of everything and open again.

The order of the steps is the delivery guarantee (design.md). Nothing here is retried in place: after an error, or a
call that did not come back in time, only the log itself can say what happened, and opening again asks it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from adapters.kafka.port import LogError, PartitionLog
from contracts.topics import WORKER_INPUTS
from workers.stream.changelog import ChangelogError, Restoring, changelog_of
from workers.stream.merge import Merge
from workers.stream.world import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from adapters.clock import Clock
    from contracts.tariffs import TariffTable
    from workers.stream.world import World

CALL_SECONDS: Final = 10.0
"""The longest any single call to the broker may take; aiokafka itself has no limit (notes/engine.md R3)."""
_BATCH: Final = 500
_IDLE_SECONDS: Final = 0.25
_PATIENCE_SECONDS: Final = 1.0
_REOPEN_SECONDS: Final = (0.1, 0.5, 2.0, 5.0)


class FloodError(RuntimeError):
    """Too many records in a row were bad: stop before the topic is drained into the dead letters."""


class Reporter(Protocol):
    """Where the loop tells what it does; logs and metrics hang here."""

    def opened(self, partition: int, restored: int, owners: int, seconds: float) -> None:
        """The partition is restored and works."""

    def committed(self, partition: int, turn: Turn, seconds: float) -> None:
        """A turn is committed and adopted."""

    def failed(self, partition: int, error: BaseException) -> None:
        """Something went wrong; the partition is being opened again."""

    def turned(self, partition: int) -> None:
        """The loop has come round once more, with or without work."""


@dataclass(slots=True)
class Seat:
    """One opened partition: its log, its world, and the records waiting in front of it."""

    log: PartitionLog
    world: World
    merge: Merge = field(default_factory=lambda: Merge(topic.value for topic in WORKER_INPUTS))
    drained: frozenset[str] = frozenset()
    held_back_since: float | None = None
    barrier: tuple[datetime, Mapping[str, int]] | None = None
    is_behind: bool = False
    """Whether the last turn was full, so that there is more to do without waiting for records."""


class PartitionLoop:
    """Keeps one partition going until it is told to stop."""

    def __init__(
        self,
        partition: int,
        new_log: Callable[[], PartitionLog],
        clock: Clock,
        tariffs: TariffTable,
        reporter: Reporter,
        flood_limit: int,
    ) -> None:
        self._partition = partition
        self._new_log = new_log
        self._clock = clock
        self._tariffs = tariffs
        self._reporter = reporter
        self._flood_limit = flood_limit
        self._bad_in_a_row = 0
        self._stopping = False
        self.world: World | None = None
        """What the partition holds, for those who only look; None while it is not open."""

    def stop(self) -> None:
        """Ask the loop to end after the transaction it is in."""
        self._stopping = True

    async def run(self) -> None:
        """Run until stopped. Raises `FloodError`, and errors that opening again cannot mend."""
        attempt = 0
        while not self._stopping:
            log = self._new_log()
            try:
                seat = await self._open(log)
                self.world = seat.world
                attempt = 0
                while not self._stopping:
                    await self._turn(seat)
                    self._reporter.turned(self._partition)
            except (FloodError, ChangelogError, LogError):
                raise
            # Every other failure has the one cure; which ones a client library can raise is not knowable.
            except Exception as error:  # noqa: BLE001
                self._reporter.failed(self._partition, error)
                await asyncio.sleep(_REOPEN_SECONDS[min(attempt, len(_REOPEN_SECONDS) - 1)])
                attempt += 1
            finally:
                self.world = None
                await log.close()

    async def _open(self, log: PartitionLog) -> Seat:
        started = asyncio.get_running_loop().time()
        # Fence first: what is read before may still be changed by a predecessor who does not know it is one.
        async with asyncio.timeout(6 * CALL_SECONDS):
            await log.fence()
        restoring = Restoring()
        async for records in log.changelog():
            for record in records:
                restoring.take(record.key, record.value, record.headers)
            await asyncio.sleep(0)  # a long restore must leave the heartbeats room
        progress = restoring.progress.positions
        async with asyncio.timeout(CALL_SECONDS):
            committed = await log.committed()
        ahead = {topic: offset for topic, offset in committed.items() if offset > progress.get(topic, 0)}
        if ahead:
            raise RuntimeError(f"the restore is incomplete: committed {ahead}, progress {progress}; opening again")
        async with asyncio.timeout(2 * CALL_SECONDS):
            await log.seek(progress)
        world = restoring.world(self._tariffs)
        seconds = asyncio.get_running_loop().time() - started
        self._reporter.opened(self._partition, restoring.records, len(world.owners), seconds)
        seat = Seat(log, world)
        turn = Turn(world)
        turn.ask_again()
        if not turn.is_empty:
            await self._bring_home(seat, turn)
        return seat

    async def _turn(self, seat: Seat) -> None:
        await self._poll(seat)
        started = asyncio.get_running_loop().time()
        turn = Turn(seat.world)
        self._take_records(seat, turn)
        await self._let_days_come(seat, turn)
        seat.is_behind = turn.is_full
        if not turn.is_empty:
            await self._bring_home(seat, turn)
            turn.adopt()
            self._reporter.committed(self._partition, turn, asyncio.get_running_loop().time() - started)
        if self._bad_in_a_row >= self._flood_limit:
            raise FloodError(
                f"partition {self._partition}: {self._bad_in_a_row} bad records in a row. The worker stops before the "
                "topic is drained into the dead letters. Look at sor-bsr.dead-letters.v1 for the reason, mend the "
                "sender (or raise SORBRO_FLOOD_LIMIT), and start again: it goes on where it stopped"
            )

    async def _poll(self, seat: Seat) -> None:
        wanted = seat.merge.topics_below(_BATCH)
        if not wanted:
            return
        at_once = seat.is_behind or seat.merge.peek(seat.drained) is not None
        async with asyncio.timeout(CALL_SECONDS):
            seat.merge.add(await seat.log.poll(wanted, _BATCH, 0.0 if at_once else _IDLE_SECONDS))
            seat.drained = frozenset(await seat.log.drained())
        self._lose_patience(seat)
        await asyncio.sleep(0)

    def _lose_patience(self, seat: Seat) -> None:
        """A topic whose end stays out of sight does not hold the others back for longer than a second."""
        now = asyncio.get_running_loop().time()
        if len(seat.merge) == 0 or seat.merge.peek(seat.drained) is not None:
            seat.held_back_since = None
        elif seat.held_back_since is None:
            seat.held_back_since = now
        elif now - seat.held_back_since > _PATIENCE_SECONDS:
            seat.drained = frozenset(topic.value for topic in WORKER_INPUTS)

    def _take_records(self, seat: Seat, turn: Turn) -> None:
        while not turn.is_full and self._bad_in_a_row < self._flood_limit:
            record = seat.merge.peek(seat.drained)
            if record is None:
                return
            # A record from the future, by a sender's wrong clock, must not bring a closure forward (R25).
            now = min(record.timestamp, self._clock.latest())
            if not turn.let_days_come(now):
                return
            refused = turn.outcomes["refused"]
            turn.receive(record, now)
            self._bad_in_a_row = self._bad_in_a_row + 1 if turn.outcomes["refused"] > refused else 0
            seat.merge.take(record)

    async def _let_days_come(self, seat: Seat, turn: Turn) -> None:
        """Let the days come that the clock has reached, once every record written before then has been read.

        So an undo that was on the topic in time is heeded in time, however far the worker lags behind (R24, R26).
        """
        now = self._clock.now()
        if seat.barrier is None and (soonest := seat.world.agenda.next()) is not None and soonest <= now:
            async with asyncio.timeout(CALL_SECONDS):
                seat.barrier = (now, await seat.log.ends())
        if seat.barrier is None:
            return
        until, ends = seat.barrier
        positions = await self._positions(seat)
        if all(positions[topic] >= end for topic, end in ends.items()) and turn.let_days_come(until):
            seat.barrier = None

    async def _positions(self, seat: Seat) -> dict[str, int]:
        polled = await seat.log.positions()
        return {topic: seat.merge.position(topic, polled) for topic in polled}

    async def _bring_home(self, seat: Seat, turn: Turn) -> None:
        """One transaction: outputs, changed state, progress, offsets. Everything is acknowledged before the commit."""
        positions = await self._positions(seat)
        log = seat.log
        async with asyncio.timeout(CALL_SECONDS):
            await log.begin()
        async with asyncio.timeout(CALL_SECONDS):
            await log.send(turn.outputs)
            await log.send(list(changelog_of(turn, self._partition, positions)))
            await log.delivered()
        async with asyncio.timeout(CALL_SECONDS):
            await log.send_offsets(positions)
            await log.commit()
