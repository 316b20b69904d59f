"""Loops with one mistake each: what the simulation is there to catch (issue 4). Nothing of this is in the product."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from adapters.kafka.port import ChangelogRecord, PartitionLog
from workers.stream.changelog import changelog_of
from workers.stream.loop import PartitionLoop, Seat
from workers.stream.world import Turn, World


class _Wrapped:
    """A log that is as it is but for what a subclass changes."""

    def __init__(self, log: PartitionLog) -> None:
        self._log = log

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


class _WithAnotherLog(PartitionLoop):
    wrapper: type[_Wrapped] = _Wrapped

    def __init__(self, partition, new_log, *rest, **named) -> None:
        super().__init__(partition, lambda: self.wrapper(new_log()), *rest, **named)


class _NeverWaiting(_Wrapped):
    async def delivered(self) -> None:
        """The client has them; that must do."""


class CommitsBeforeSendsAreAwaited(_WithAnotherLog):
    wrapper = _NeverWaiting


class _ReadBefore(_Wrapped):
    async def fence(self) -> None:
        self._read = [records async for records in self._log.changelog()]
        self._committed = await self._log.committed()
        await self._log.fence()

    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        for records in self._read:
            yield records

    async def committed(self):
        return self._committed


class ReadsPositionsBeforeFencing(_WithAnotherLog):
    wrapper = _ReadBefore


class CommitsOffsetsOutsideTheTransaction(PartitionLoop):
    """Outputs and state in one transaction, how far it has come in the next."""

    async def _bring_home(self, seat: Seat, turn: Turn) -> None:
        log, polled = seat.log, await seat.log.positions()
        positions = {topic: seat.merge.position(topic, polled) for topic in polled}
        *state, progress = changelog_of(turn, self.partition, positions)
        for records, offsets in (([*turn.outputs, *state], {}), ([progress], positions)):
            async with asyncio.timeout(10):
                await log.begin()
                await log.send(records)
                await log.delivered()
                if offsets:
                    await log.send_offsets(offsets)
                await log.commit()


class AdoptsStateBeforeTheCommit(PartitionLoop):
    """What was decided is remembered, come of the transaction what may."""

    _kept: World | None = None

    async def _open(self, log: PartitionLog) -> Seat:
        seat = await super()._open(log)
        seat.world = self._kept = self._kept or seat.world
        return seat

    async def _bring_home(self, seat: Seat, turn: Turn) -> None:
        turn.adopt()
        await super()._bring_home(seat, turn)


class _ForgettingAll(_Wrapped):
    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        for nothing in ():
            yield nothing


class RestoresNothing(_WithAnotherLog):
    """The loop's own check finds it out and opens again, for ever: nothing wrong is told, and nothing more at all."""

    wrapper = _ForgettingAll


class _ForgettingWhatItForgot(_ForgettingAll):
    async def committed(self) -> dict[str, int]:
        return {}


class RestoresNothingUnchecked(_WithAnotherLog):
    """The same without the check."""

    wrapper = _ForgettingWhatItForgot


class UsesAProducerAgainAfterAnError(PartitionLoop):
    """A transaction that failed is tried once more, on the same producer."""

    async def _bring_home(self, seat: Seat, turn: Turn) -> None:
        try:
            await super()._bring_home(seat, turn)
        except (OSError, TimeoutError):
            await super()._bring_home(seat, turn)


BROKEN = (
    CommitsBeforeSendsAreAwaited,
    ReadsPositionsBeforeFencing,
    CommitsOffsetsOutsideTheTransaction,
    AdoptsStateBeforeTheCommit,
    RestoresNothing,
    RestoresNothingUnchecked,
    UsesAProducerAgainAfterAnError,
)
