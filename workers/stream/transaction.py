"""One turn brought home in one transaction: outputs, changed state, progress, offsets (design.md)."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Final

from adapters.kafka.port import CALL_SECONDS
from workers.stream.changelog import changelog_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.kafka.port import PartitionLog
    from workers.stream.seat import Seat
    from workers.stream.world import Turn

_AT_ONCE: Final = 250
"""Records of the changelog; while they are written, those before them are on their way."""


async def transact(seat: Seat, turn: Turn, partition: int) -> None:
    """Commit what the turn has decided. Everything is acknowledged before the commit.

    Raises `TimeoutError` and whatever the client raises: then only the log itself can say what happened.
    """
    log = seat.log
    async with asyncio.timeout(CALL_SECONDS):
        polled = await log.positions()
        positions = {topic: seat.merge.position(topic, polled) for topic in polled}
        await log.begin()
    async with asyncio.timeout(CALL_SECONDS):
        await log.send(turn.outputs)
        if not log.is_transactional:
            await log.delivered()  # the progress record must not be safe before what it speaks of
        await _send_changelog(log, turn, partition, positions)
        await log.delivered()
    async with asyncio.timeout(CALL_SECONDS):
        await log.send_offsets(positions)
        await log.commit()


async def _send_changelog(log: PartitionLog, turn: Turn, partition: int, positions: Mapping[str, int]) -> None:
    """Write it part by part, so that the client can send, and the heartbeats get through, meanwhile."""
    records = changelog_of(turn, partition, positions)
    while some := list(islice(records, _AT_ONCE)):
        await log.send(some)
        await asyncio.sleep(0)
