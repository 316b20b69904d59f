"""Signs of life of each partition, and what is wrong when they stay away. Instants are the event loop's, in seconds.

Alive is not the same as getting on: a loop may come round and round while nothing it reads ever comes home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from contracts.topics import WORKER_INPUTS, Topic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

NOT_TURNING_SECONDS: Final = 90.0
"""Beyond what any step of the loop may take: fencing has the longest time-out, a minute."""
NOT_PROGRESSING_SECONDS: Final = 300.0
"""Longer than brokers need to come back from a restart; shorter than anybody wants to wait for a closure."""
OPEN_TRANSACTION_SECONDS: Final = 30.0
"""Sorbro's own end after 12 s at most, whoever dies (`TRANSACTION_TIMEOUT_MS`)."""

Reason = Literal["not-turning", "not-progressing", "open-transaction"]

_READ_BY_A_LOOP: Final = frozenset({*WORKER_INPUTS, Topic.STATE})

_ADVICE: Final[Mapping[Reason, str]] = {
    "not-turning": "its loop has not come round. The worker is to be restarted; the stack is in the log",
    "not-progressing": (
        "nothing has been committed, and not everything is read. The log says why the partition is opened again and "
        "again; where it says nothing, restart the worker"
    ),
    "open-transaction": (
        "a transaction is open, and no read_committed reader gets past it. Find its producer with "
        "kafka-transactions.sh find-hanging, end that producer, then abort it with kafka-transactions.sh abort"
    ),
}


@dataclass(frozen=True, slots=True)
class Stuck:
    """What stands still, since when, and what to do."""

    reason: Reason
    partition: int
    seconds: float
    topic: str | None = None
    offset: int | None = None

    @property
    def says(self) -> str:
        """In a sentence, for the operator."""
        where = f"{self.topic}[{self.partition}] at {self.offset}" if self.topic else f"partition {self.partition}"
        return f"{where}, for {self.seconds:.0f} s: {_ADVICE[self.reason]}"


def calls_for_restart(stuck: Collection[Stuck]) -> bool:
    """Whether a restart can mend any of it: it ends nobody else's transaction, and gets no further past one."""
    held_up = {each.partition for each in stuck if each.topic in _READ_BY_A_LOOP}
    return any(
        each.reason == "not-turning" or (each.reason == "not-progressing" and each.partition not in held_up)
        for each in stuck
    )


class Watch:
    """Remembers when each assigned partition last gave a sign; `stuck` says whose are missing."""

    def __init__(self) -> None:
        self._turned: dict[int, float] = {}
        self._progressed: dict[int, float] = {}
        self._failed: set[int] = set()
        self._open: dict[tuple[str, int], tuple[int, float]] = {}
        self.missing_topics: frozenset[str] = frozenset()
        """Topics that were not there when they were last looked for."""

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions that are watched."""
        return frozenset(self._turned)

    def assigned(self, partitions: Iterable[int], now: float) -> None:
        """Begin anew with these partitions."""
        self._turned = dict.fromkeys(partitions, now)
        self._progressed = dict(self._turned)
        self._failed = set()
        self._open = {}

    def turned(self, partition: int, now: float) -> None:
        """The loop came round, or one step further in opening."""
        self._turned[partition] = now

    def restoring(self, partition: int, now: float) -> None:
        """Some of the state is restored. Progress the first time; after a failure it may be for ever the same piece."""
        self.turned(partition, now)
        if partition not in self._failed:
            self._progressed[partition] = now

    def failed(self, partition: int, now: float) -> None:
        """The partition is opened again."""
        self.turned(partition, now)
        self._failed.add(partition)

    def progressed(self, partition: int, now: float) -> None:
        """Something was committed, or there was nothing left to do."""
        self._progressed[partition] = now
        self._failed.discard(partition)

    def open_transactions(self, found: Mapping[tuple[str, int], int], now: float) -> None:
        """What was found open just now; one that stays at its offset is the same one."""
        known = self._open
        self._open = {
            place: known[place] if place in known and known[place][0] == offset else (offset, now)
            for place, offset in found.items()
        }

    def stuck(self, now: float) -> list[Stuck]:
        """Everything that has stood still for too long."""
        return [
            *self._still("not-turning", self._turned, now),
            *self._still("not-progressing", self._progressed, now),
        ] + [
            Stuck("open-transaction", partition, now - since, topic, offset)
            for (topic, partition), (offset, since) in sorted(self._open.items())
            if now - since > OPEN_TRANSACTION_SECONDS
        ]

    @staticmethod
    def _still(reason: Reason, last: Mapping[int, float], now: float) -> Iterator[Stuck]:
        limit = NOT_TURNING_SECONDS if reason == "not-turning" else NOT_PROGRESSING_SECONDS
        return (
            Stuck(reason, partition, now - since) for partition, since in sorted(last.items()) if now - since > limit
        )
