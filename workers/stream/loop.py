"""The loop of one input partition: open, restore, position, work; any error: let go of everything and open again.

The order of the steps is the delivery guarantee (design.md). Nothing here is retried in place: after an error, or a
call that did not come back in time, only the log itself can say what happened, and opening again asks it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from adapters.kafka.closing import is_told_to_end
from adapters.kafka.port import CALL_SECONDS, LogError, PartitionLog
from workers.stream.changelog import ChangelogError
from workers.stream.lookout import Lookout
from workers.stream.opening import Opening
from workers.stream.reporter import Took
from workers.stream.seat import INPUTS, Seat
from workers.stream.tracing import NO_TRACING
from workers.stream.transaction import transact
from workers.stream.world import Turn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime

    from adapters.clock import Clock
    from adapters.kafka.gap import Gap
    from contracts.tariffs import TariffTable
    from workers.stream.reporter import Reporter
    from workers.stream.tracing import Tracing
    from workers.stream.world import World

_BATCH: Final = 2000
"""Records: as many as a turn takes, so that a backlog costs few transactions."""
_BATCH_BYTES: Final = 8 * 1024 * 1024
"""Of each input; no more is asked for while so much waits, so that large messages do not fill the memory."""
_DECODE_SECONDS: Final = 0.1
"""So long may each round take on what a restore has only laid by, a fifth of it when there is much else to do."""
_IDLE_SECONDS: Final = 0.1
_ASKING_SECONDS: Final = 0.02
_TURN_SECONDS: Final = 0.5
"""So long may a turn be decided before it is brought home; `world.FULL` bounds its size."""
_BREATH_SECONDS: Final = 0.1
"""So long may deciding keep the heartbeats waiting, and the other partitions."""
_PATIENCE_SECONDS: Final = 1.0
_OVERDUE_SECONDS: Final = 60.0
_REOPEN_SECONDS: Final = (0.1, 0.5, 2.0, 5.0)
_ASK_AGAIN_SECONDS: Final = (60.0, 3600.0)
"""How long a question to CVR may go unanswered before it is asked again: at first, and at most."""


class FloodError(RuntimeError):
    """Too many records in a row were bad: stop before the topic is drained into the dead letters."""


async def _always() -> bool:
    return True


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
        tracing: Tracing = NO_TRACING,
        gaps: Collection[Gap] = (),
        is_ours: Callable[[], Awaitable[bool]] = _always,
    ) -> None:
        self.partition = partition
        self._new_log = new_log
        self._clock = clock
        self._tariffs = tariffs
        self._reporter = reporter
        self._flood_limit = flood_limit
        self._tracing = tracing
        self._gaps = gaps
        self._is_ours = is_ours
        self._ask_again_at = 0.0
        self._ask_again_after = _ASK_AGAIN_SECONDS[0]
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
            if attempt:
                await asyncio.sleep(_REOPEN_SECONDS[min(attempt, len(_REOPEN_SECONDS)) - 1])
                if self._stopping or not await self._is_ours():  # to open it would shut out whoever has it now
                    self._reporter.turned(self.partition)  # it waits for the brokers, and is not stuck
                    attempt += 1
                    continue
            log = self._new_log()
            try:
                seat = await self._open(log)
                self.world = seat.world
                while not self._stopping:
                    await self._turn(seat)
                    self._reporter.turned(self.partition)
                    attempt = 0
            except (FloodError, ChangelogError, LogError):
                raise
            # Every other failure has the one cure; which ones a client library can raise is not knowable.
            except (Exception, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError) and is_told_to_end():
                    raise
                self._reporter.failed(self.partition, error)
                attempt += 1
            finally:
                self.world = None
                await log.close()
                self._reporter.closed(self.partition)

    async def _open(self, log: PartitionLog) -> Seat:
        started = _now()
        opening = Opening(self.partition, log, self._reporter, self._gaps)
        world = await opening.world(self._tariffs)
        world.tracing = self._tracing
        # Who starts a worker again that a flood has stopped is often no person: it takes one bad record more at most.
        world.bad_in_a_row = min(world.bad_in_a_row, self._flood_limit - 1)
        seat = Seat(log, world, Lookout(_now()))
        self._reporter.opened(self.partition, opening.restored, len(world.owners), _now() - started)
        return seat

    async def _ask_again(self, seat: Seat) -> None:
        """Ask CVR once more what is still open, ever more seldom: whoever had the question may have died with it.

        So an answer comes also when the agent lost a question in a rebalance (R20); an error in between asks nothing.
        """
        if _now() < self._ask_again_at or not seat.world.owners.are_decoded:
            return
        are_any_open = False
        for turn in Turn.asking_again(seat.world):
            await self._bring_home(seat, turn)
            are_any_open = True
        first, longest = _ASK_AGAIN_SECONDS
        self._ask_again_after = min(2 * self._ask_again_after, longest) if are_any_open else first
        self._ask_again_at = _now() + self._ask_again_after

    @staticmethod
    def _decode_some(seat: Seat) -> None:
        """Go on with what the restore has left: soon all owners are there, and each is planned by its own state."""
        until = _now() + (_DECODE_SECONDS / 5 if seat.is_behind else _DECODE_SECONDS)
        while seat.world.owners.decode_one() and _now() < until:
            pass

    async def _turn(self, seat: Seat) -> None:
        seat.horizon.forget_after(self._clock.latest())
        await self._ask_again(seat)  # before what this turn asks for the first time
        await self._poll(seat)
        started = _now()
        seat.enough_at = started + _TURN_SECONDS
        turn = Turn(seat.world)
        await self._take_records(seat, turn)
        if len(seat.merge) == 0:
            await self._let_days_come(seat, turn, self._clock.now())
        seat.is_behind = not _has_room(seat, turn)
        if not turn.is_empty:
            decided = _now()
            await self._bring_home(seat, turn)
            turn.adopt()
            self._reporter.committed(self.partition, turn, Took(decided - started, _now() - decided))
        self._decode_some(seat)
        self._refuse_flood(seat.world.bad_in_a_row)

    def _refuse_flood(self, bad_in_a_row: int) -> None:
        if bad_in_a_row >= self._flood_limit:
            raise FloodError(
                f"partition {self.partition}: {bad_in_a_row} bad records in a row. The worker stops before the topic "
                "is drained into the dead letters. Look at sor-bsr.dead-letters.v1 for the reason, mend the sender and "
                "start again: it goes on where it stopped, and stops at the next bad record. Where many of them are on "
                "the topic still, let them become dead letters: start it once with a higher SORBRO_FLOOD_LIMIT"
            )

    async def _poll(self, seat: Seat) -> None:
        wanted = seat.merge.topics_below(_BATCH, _BATCH_BYTES)
        async with asyncio.timeout(CALL_SECONDS):
            if wanted:
                at_once = seat.is_behind or seat.horizon.has_question or seat.merge.peek(seat.drained) is not None
                at_hand = _ASKING_SECONDS if seat.horizon.asked is not None else 0.0
                polled = await seat.log.poll(wanted, _BATCH, at_hand if at_once else _IDLE_SECONDS)
                seat.merge.add(polled)
                seat.drained = frozenset(await seat.log.drained())
            await self._ask_for_ends(seat)
            await self._look_out(seat)
        self._lose_patience(seat)
        await asyncio.sleep(0)

    async def _ask_for_ends(self, seat: Seat) -> None:
        """Learn where the topics end when a day waits for it."""
        horizon = seat.horizon
        if horizon.wanted is not None and horizon.asked is None:
            # Read the clock before asking: what is written later than this instant is not promised to be seen.
            instant = max(self._clock.now(), horizon.wanted)
            horizon.asked = (instant, await seat.log.ends())
            horizon.wanted = None
        if horizon.asked is not None:
            horizon.answer(await seat.log.positions())

    async def _look_out(self, seat: Seat) -> None:
        """Now and then, see that the broker lives and reading goes on; and say so when nothing is left to do."""
        if not seat.lookout.is_due(_now()):
            return
        ends, positions = await seat.log.ends(), await seat.log.positions()
        is_all_read = seat.lookout.sees_all_read(ends, positions, seat.merge.topics_below(_BATCH, _BATCH_BYTES), _now())
        soonest = seat.world.next_instant()
        if is_all_read and len(seat.merge) == 0 and (soonest is None or soonest > self._clock.now()):
            self._reporter.caught_up(self.partition)

    def _lose_patience(self, seat: Seat) -> None:
        """A topic whose end stays out of sight does not hold the others' records back for longer than a second."""
        if len(seat.merge) == 0 or seat.merge.peek(seat.drained) is not None:
            seat.held_back_since = None
        elif seat.held_back_since is None:
            seat.held_back_since = _now()
        elif _now() - seat.held_back_since > _PATIENCE_SECONDS:
            seat.drained = frozenset(INPUTS)

    async def _take_records(self, seat: Seat, turn: Turn) -> None:
        # A record from the future, by a sender's wrong clock, must not bring a closure forward (R25).
        latest = self._clock.latest()
        while _has_room(seat, turn) and turn.bad_in_a_row < self._flood_limit:
            record = seat.merge.peek(seat.drained)
            if record is None:
                return
            now = min(record.timestamp, latest)
            if not await self._let_days_come(seat, turn, now):
                return
            turn.receive(record, now)
            seat.merge.take(record)
            await self._breathe(seat)

    async def _let_days_come(self, seat: Seat, turn: Turn, until: datetime) -> bool:
        """Let the days up to `until` come, as far as every record written before them has been read; False if not all.

        So an undo that was on the topic in time is heeded in time, however far the worker lags behind (R24, R26).
        Raises `TimeoutError` when that stays unknown for a minute: a day that does not come must not be silent.
        """
        soonest = seat.world.next_instant()
        # The next record may be stamped earlier, by a sender's clock that is behind; its cascade still waits its turn.
        if soonest is None or soonest > (until := max(until, min(turn.came_to, self._clock.latest()))):
            seat.overdue_since = None
            return True
        bound = seat.horizon.bound(until, seat.merge.empty_topics())
        if bound is not None and soonest <= bound:
            seat.overdue_since = None
            while _has_room(seat, turn) and turn.wake_next(bound):
                await self._breathe(seat)
            return not turn.is_due(bound) and bound == until
        seat.overdue_since = seat.overdue_since or _now()
        if _now() - seat.overdue_since > _OVERDUE_SECONDS:
            raise TimeoutError(f"what is due at {soonest} waits: the inputs cannot be read to their ends")
        return False

    @staticmethod
    async def _breathe(seat: Seat) -> None:
        """Let the heartbeats through now and then: on a busy machine a whole turn may outlast the session."""
        if _now() - seat.breathed >= _BREATH_SECONDS:
            await asyncio.sleep(0)
            seat.breathed = _now()

    async def _bring_home(self, seat: Seat, turn: Turn) -> None:
        try:
            await transact(seat, turn, self.partition)
        except BaseException:
            turn.traced.given_up()
            self._reporter.aborted(self.partition)
            raise


def _has_room(seat: Seat, turn: Turn) -> bool:
    """Whether the turn may take on more: it is bounded in size and in time, but always takes something."""
    return not turn.is_full and (turn.is_empty or _now() < seat.enough_at)


def _now() -> float:
    """The event loop's own clock, in seconds: for time-outs and durations, never for decisions."""
    return asyncio.get_running_loop().time()
