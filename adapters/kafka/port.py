"""What the write side needs of a log, for one input partition of every input topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from contracts.cloudevents import Headers
    from contracts.records import InputRecord, OutputRecord

CALL_SECONDS: Final = 10.0
"""The longest any single call to the broker may take; aiokafka itself has no limit (notes/engine.md R3)."""


class LogError(RuntimeError):
    """The log cannot serve this partition; the message tells the operator what to do."""


@dataclass(frozen=True, slots=True)
class ChangelogRecord:
    """One committed record of the state changelog."""

    key: bytes
    value: bytes | None
    headers: Headers


class PartitionLog(Protocol):
    """One partition's inputs, outputs and state, with transactions. Used in this order; after any error, never again.

    Every call may raise; what happened is then unknown, and only a fresh `fence` and restore can tell.
    """

    is_transactional: bool
    """Whether outputs, state and offsets are one transaction; else they are safe one after the other."""

    async def fence(self) -> None:
        """Take the partition's transactional id: ends the predecessor's transaction and shuts the predecessor out."""

    def changelog(self) -> AsyncIterator[Sequence[ChangelogRecord]]:
        """The committed changelog from its beginning to the high watermark as it is now."""
        ...

    async def partition_counts(self) -> Mapping[str, int]:
        """How many partitions each input topic and the state topic have now."""
        ...

    async def committed(self) -> Mapping[str, int]:
        """The group's committed offset by input topic; topics never committed are left out."""
        ...

    async def seek(self, positions: Mapping[str, int]) -> None:
        """Read on from these offsets; topics left out from their explicit beginning.

        Raises `LogError` when a position lies before what the broker still holds.
        """

    async def poll(self, topics: Sequence[str], max_records: int, seconds: float) -> Sequence[InputRecord]:
        """Records of these input topics, in order per topic; empty when none come in time."""
        ...

    async def drained(self) -> AbstractSet[str]:
        """The input topics of which everything the broker last told has been polled."""
        ...

    async def ends(self) -> Mapping[str, int]:
        """Ask the broker afresh where each input topic ends now."""
        ...

    async def positions(self) -> Mapping[str, int]:
        """The offset to be polled next, by input topic."""
        ...

    async def begin(self) -> None:
        """Begin a transaction."""

    async def send(self, records: Sequence[OutputRecord]) -> None:
        """Hand records to the transaction; they are not safe before `delivered`."""

    async def delivered(self) -> None:
        """Wait until the broker has acknowledged every record sent. Raises if any failed."""

    async def send_offsets(self, positions: Mapping[str, int]) -> None:
        """Make the input positions part of the transaction."""

    async def commit(self) -> None:
        """Commit. Only after `delivered`: aiokafka commits a transaction with a failed batch (notes/engine.md A1)."""

    async def close(self) -> None:
        """Let go of everything, leaving an unfinished transaction aborted. Never raises."""
