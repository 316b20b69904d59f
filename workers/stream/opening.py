"""Opening a partition: fence, restore, find the position; this order is part of the delivery guarantee (design.md)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from adapters.kafka.gap import passed_over
from adapters.kafka.port import CALL_SECONDS, LogError
from workers.stream.changelog import IncompleteRestoreError, Restoring

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from adapters.kafka.gap import Gap
    from adapters.kafka.port import PartitionLog
    from contracts.tariffs import TariffTable
    from workers.stream.reporter import Reporter
    from workers.stream.world import World

_DECODED_AT_ONCE: Final = 100
"""Owners."""


class Opening:
    """One attempt. `gaps` are what a person has said may be passed over."""

    def __init__(self, partition: int, log: PartitionLog, reporter: Reporter, gaps: Collection[Gap]) -> None:
        self._partition = partition
        self._log = log
        self._reporter = reporter
        self._gaps = gaps
        self._restoring = Restoring()

    @property
    def restored(self) -> int:
        """How many records of the changelog have been read."""
        return self._restoring.records

    async def world(self, tariffs: TariffTable) -> World:
        """The state as it was last committed, the log standing where that left off.

        Raises `IncompleteRestoreError`, `LogError`, `ChangelogError`, `TimeoutError`, and whatever the client raises.
        """
        # Fence first: what is read before may still be changed by a predecessor who does not know it is one.
        async with asyncio.timeout(6 * CALL_SECONDS):
            await self._log.fence()
        await self._restore(tariffs)
        progress = self._restoring.progress
        async with asyncio.timeout(CALL_SECONDS):
            _is_whole(progress.positions, await self._log.committed())
            partitions = await self._partition_count(progress.partitions)
        async with asyncio.timeout(2 * CALL_SECONDS):
            await self._log.seek(self._behind_gaps(progress.positions))
        return self._restoring.world(tariffs, partitions)

    async def _restore(self, tariffs: TariffTable) -> None:
        async for records in self._log.changelog():
            for record in records:
                self._restoring.take(record.key, record.value, record.headers)
            await self._breathe()
        while self._restoring.decode_some(tariffs, _DECODED_AT_ONCE):
            await self._breathe()

    async def _breathe(self) -> None:
        """A long restore must leave the heartbeats room, and show that it goes on."""
        self._reporter.restoring(self._partition)
        await asyncio.sleep(0)

    async def _partition_count(self, before: int) -> int:
        counts = await self._log.partition_counts()
        if len(set(counts.values()) | ({before} if before else set())) != 1:
            raise LogError(
                f"the topics have {counts} partitions, the state was written for {before or 'as many'}: owners would "
                "be looked for where their state is not. Make the topics as they were; if that cannot be, see "
                'docs/runbook.md, "State lost"'
            )
        return next(iter(counts.values()))

    def _behind_gaps(self, positions: Mapping[str, int]) -> Mapping[str, int]:
        """Where to read on: behind what is gone, where a person has named exactly that."""
        gaps = passed_over(self._gaps, self._partition, positions)
        for each in gaps:
            self._reporter.passed_over(self._partition, each)
        return {**positions, **{each.topic: each.held for each in gaps}}


def _is_whole(restored: Mapping[str, int], committed: Mapping[str, int]) -> None:
    """Hold the changelog's own progress against the group's offsets, which come from the same transactions."""
    ahead = {topic: at for topic, at in committed.items() if at > restored.get(topic, 0)}
    if ahead:
        raise IncompleteRestoreError(
            f"committed {ahead}, restored only up to {dict(restored)}; opening again. If this stays so, records of "
            'sorbro.state.v1 are gone: see docs/runbook.md, "State lost"'
        )
