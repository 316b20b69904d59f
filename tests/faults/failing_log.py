"""Failpoints: a log in front of the real one that ends the worker, stops it, or fails, after a chosen step of the loop.

``after-commit:kill@7`` kills the worker with signal 9 the seventh time it has committed. It is read from the file that
``SORBRO_FAILPOINT`` names, which may be written while the worker works. Only the worker of the fault campaign
(`faults.worker`) reads it; `sorbro run` knows nothing of this.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from adapters.kafka.port import ChangelogRecord, PartitionLog
from contracts.records import InputRecord, OutputRecord

OPENING: Final = ("before-fence", "after-fence", "in-restore", "after-restore", "after-committed", "after-position")
WORKING: Final = (
    "after-poll",
    "before-begin",
    "after-begin",
    "after-send-outputs",
    "after-send-state",
    "after-delivered",
    "after-send-offsets",
    "in-commit",
    "after-commit",
)
"""The steps of a transaction, in order; ``after-commit`` is before the loop adopts the new state."""
STEPS: Final = (*OPENING, *WORKING, "before-close")


class FailpointError(RuntimeError):
    """The failure that was asked for."""


@dataclass(frozen=True)
class Failpoint:
    """What happens, at which step, at which of its turns (from 1)."""

    step: str
    action: str
    turn: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``step:action@turn``."""
        step, _, rest = text.partition(":")
        action, _, turn = rest.partition("@")
        if step not in STEPS or action not in {"kill", "stop", "fail"}:
            raise ValueError(f"{text!r} is not step:kill|stop|fail@turn with one of the steps {', '.join(STEPS)}")
        return cls(step, action, int(turn or 1))

    def strike(self) -> None:
        """Do what was asked for."""
        if self.action == "fail":
            raise FailpointError(f"{self.step}, turn {self.turn}")
        os.kill(os.getpid(), signal.SIGKILL if self.action == "kill" else signal.SIGSTOP)


class Failpoints:
    """The failpoint of this process; `file` may hold another one at any time, or none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written = 0
        self._turn = 0
        self._failpoint: Failpoint | None = None

    def reached(self, step: str) -> None:
        """Called at every step; strikes when it is time."""
        self._look()
        if self._failpoint is None or step != self._failpoint.step:
            return
        self._turn += 1
        if self._turn == self._failpoint.turn:
            self._failpoint.strike()

    def _look(self) -> None:
        try:
            written = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if written != self._written:
            text = self._file.read_text(encoding="utf-8").strip()
            self._written, self._turn = written, 0
            self._failpoint = Failpoint.read(text) if text else None


class FailingLog:
    """See `PartitionLog`: passes everything on, and tells the failpoint where the loop is."""

    def __init__(self, log: PartitionLog, failpoints: Failpoints) -> None:
        self._log = log
        self._reached = failpoints.reached
        self._sends = 0
        self.is_transactional = log.is_transactional

    async def fence(self) -> None:
        self._reached("before-fence")
        await self._log.fence()
        self._reached("after-fence")

    async def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        async for records in self._log.changelog():
            yield records
            self._reached("in-restore")
        self._reached("after-restore")

    async def partition_counts(self) -> Mapping[str, int]:
        return await self._log.partition_counts()

    async def committed(self) -> Mapping[str, int]:
        committed = await self._log.committed()
        self._reached("after-committed")
        return committed

    async def seek(self, positions: Mapping[str, int]) -> None:
        await self._log.seek(positions)
        self._reached("after-position")

    async def poll(self, topics: Sequence[str], max_records: int, seconds: float) -> Sequence[InputRecord]:
        records = await self._log.poll(topics, max_records, seconds)
        if records:
            self._reached("after-poll")
        return records

    async def drained(self) -> AbstractSet[str]:
        return await self._log.drained()

    async def ends(self) -> Mapping[str, int]:
        return await self._log.ends()

    async def positions(self) -> Mapping[str, int]:
        return await self._log.positions()

    async def begin(self) -> None:
        self._reached("before-begin")
        await self._log.begin()
        self._sends = 0
        self._reached("after-begin")

    async def send(self, records: Sequence[OutputRecord]) -> None:
        await self._log.send(records)
        self._sends += 1
        self._reached("after-send-outputs" if self._sends == 1 else "after-send-state")

    async def delivered(self) -> None:
        await self._log.delivered()
        self._reached("after-delivered")

    async def send_offsets(self, positions: Mapping[str, int]) -> None:
        await self._log.send_offsets(positions)
        self._reached("after-send-offsets")

    async def commit(self) -> None:
        committing = asyncio.ensure_future(self._log.commit())
        await asyncio.sleep(0.002)  # about as long as the request needs to leave; either side of it is a case
        self._reached("in-commit")
        await committing
        self._reached("after-commit")

    async def close(self) -> None:
        self._reached("before-close")
        await self._log.close()
