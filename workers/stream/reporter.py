"""What the loop tells of itself; logs, metrics and health pages hang here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from workers.stream.world import Turn


class Reporter(Protocol):
    """Told at every step, by number of the partition."""

    def opened(self, partition: int, restored: int, owners: int, seconds: float) -> None:
        """The partition is restored and works."""

    def committed(self, partition: int, turn: Turn, seconds: float) -> None:
        """A turn is committed and adopted."""

    def failed(self, partition: int, error: BaseException) -> None:
        """Something went wrong; the partition is being opened again."""

    def closed(self, partition: int) -> None:
        """The partition is no longer worked on here."""

    def turned(self, partition: int) -> None:
        """The loop has come round once more, with or without work."""

    def restoring(self, partition: int) -> None:
        """Opening has come one step further."""

    def caught_up(self, partition: int) -> None:
        """Everything there is has been read and decided, and nothing is due."""
