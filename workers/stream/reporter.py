"""What the loop tells of itself; logs, metrics and health pages hang here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from adapters.kafka.gap import Gap
    from workers.stream.world import Turn


@dataclass(frozen=True, slots=True)
class Took:
    """How long the two halves of a turn took, in seconds: deciding it, and bringing it home in a transaction."""

    deciding: float
    committing: float


class Reporter(Protocol):
    """Told at every step, by number of the partition."""

    def opened(self, partition: int, restored: int, owners: int, seconds: float) -> None:
        """The partition is restored and works."""

    def passed_over(self, partition: int, gap: Gap) -> None:
        """Reading goes on behind records that are gone, because a person has said so."""

    def committed(self, partition: int, turn: Turn, took: Took) -> None:
        """A turn is committed and adopted."""

    def aborted(self, partition: int) -> None:
        """A transaction is given up: nothing of it was ever there, or, if its commit was under way, all of it is."""

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
