"""Loops that break the delivery guarantee, each in one way: what the verifier must catch.

Each is installed over the real one in the campaign's worker (``SORBRO_BROKEN=name``); nothing else is changed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer

from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import ChangelogRecord, PartitionLog
from workers.stream.changelog import changelog_of
from workers.stream.loop import PartitionLoop, Seat
from workers.stream.world import Turn


def commit_before_delivered() -> None:
    """Commit without having waited for what was sent."""

    async def delivered(self: Any) -> None:
        self._in_flight.clear()

    KafkaPartitionLog.delivered = delivered  # type: ignore[method-assign]


def offsets_outside() -> None:
    """Commit the positions in a transaction of their own, before the outputs."""

    async def bring_home(self: PartitionLoop, seat: Seat, turn: Turn) -> None:
        polled = await seat.log.positions()
        positions = {topic: seat.merge.position(topic, polled) for topic in polled}
        *state, progress = changelog_of(turn, self.partition, positions)
        await seat.log.begin()
        await seat.log.send([progress])
        await seat.log.delivered()
        await seat.log.send_offsets(positions)
        await seat.log.commit()
        await seat.log.begin()
        await seat.log.send([*turn.outputs, *state])
        await seat.log.delivered()
        await seat.log.commit()

    PartitionLoop._bring_home = bring_home  # type: ignore[method-assign]


def adopt_before_commit() -> None:
    """Make the new state one's own before it is committed, and keep it when the transaction fails."""
    open_, bring_home = PartitionLoop._open, PartitionLoop._bring_home

    async def keep(self: Any, log: PartitionLog) -> Seat:
        seat = await open_(self, log)
        self.kept = getattr(self, "kept", seat.world)
        seat.world = self.kept
        return seat

    async def adopt_and_bring_home(self: PartitionLoop, seat: Seat, turn: Turn) -> None:
        turn.adopt()
        await bring_home(self, seat, turn)

    PartitionLoop._open = keep  # type: ignore[method-assign]
    PartitionLoop._bring_home = adopt_and_bring_home  # type: ignore[method-assign]


def restore_nothing() -> None:
    """Read no state, only how far one had come."""
    whole = KafkaPartitionLog.changelog

    async def changelog(self: KafkaPartitionLog) -> AsyncIterator[Sequence[ChangelogRecord]]:
        async for records in whole(self):
            yield [each for each in records if each.key == b"progress"]

    KafkaPartitionLog.changelog = changelog  # type: ignore[method-assign]


def position_before_fence() -> None:
    """Read state and positions first, and shut the predecessor out only then."""
    fence, seek = KafkaPartitionLog.fence, KafkaPartitionLog.seek

    async def only_ask(self: Any) -> None:
        self._asker = AIOKafkaConsumer(
            **self._connection.client_options(), group_id=self._group, enable_auto_commit=False
        )
        await self._asker.start()

    async def seek_and_fence(self: Any, positions: Mapping[str, int]) -> None:
        await seek(self, positions)
        await self._asker.stop()
        await fence(self)

    KafkaPartitionLog.fence = only_ask  # type: ignore[method-assign]
    KafkaPartitionLog.seek = seek_and_fence  # type: ignore[method-assign]


def producer_used_again() -> None:
    """Try a transaction that failed once more, on the same producer."""
    bring_home = PartitionLoop._bring_home

    async def once_more(self: PartitionLoop, seat: Seat, turn: Turn) -> None:
        try:
            await bring_home(self, seat, turn)
        except Exception:  # noqa: BLE001  that is the mistake
            await bring_home(self, seat, turn)

    PartitionLoop._bring_home = once_more  # type: ignore[method-assign]


BROKEN: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (
        commit_before_delivered,
        offsets_outside,
        adopt_before_commit,
        restore_nothing,
        position_before_fence,
        producer_used_again,
    )
}
