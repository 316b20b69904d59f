"""The state of everything in one sentence: is anything late, is anything lost, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from workers.operations.movement import Movement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from workers.operations.dues import Dues
    from workers.operations.lag import Lag, PartitionLag
    from workers.operations.movement import Look

PATIENCE: Final = timedelta(seconds=15)
"""So long a partition with records waiting may stand still before it is said not to move."""

Kind = Literal["overdue", "lost", "made-anew", "nobody-works", "not-moving", "rewound"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is late or lost: how many there are of it, since when, and where (partitions, or topics)."""

    kind: Kind
    count: int
    where: tuple[str, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What was found. `movements` by topic and partition."""

    lag: Lag
    movements: Mapping[tuple[str, int], Movement]
    dues: Dues
    dead_letters: int
    """Those that have not been sent once more."""

    @property
    def troubles(self) -> Sequence[Trouble]:
        """What is late or lost, the worst first; empty when all is well."""
        return [
            *self._found("lost", [each for each in self.lag.partitions if each.lost]),
            *self._found("made-anew", [each for each in self.lag.partitions if each.is_beyond_end]),
            *self._overdue(),
            *self._nobody_works(),
            *self._found("not-moving", [each for each in self.lag.partitions if self._stands_still(each)]),
            *self._found("rewound", [each for each in self.lag.partitions if self._is(each, Movement.REWIND)]),
        ]

    def _is(self, each: PartitionLag, movement: Movement) -> bool:
        return self.movements[each.topic, each.partition] is movement

    def _stands_still(self, each: PartitionLag) -> bool:
        """Nothing is committed though records wait. A stall is no trouble: older records of other topics go first."""
        has_never_begun = self._is(each, Movement.NONE) and each.end > each.start
        return has_never_begun or self._is(each, Movement.STOP)

    @staticmethod
    def _found(kind: Kind, partitions: Sequence[PartitionLag]) -> list[Trouble]:
        if not partitions:
            return []
        oldest = min((each.oldest_at for each in partitions if each.oldest_at is not None), default=None)
        return [Trouble(kind, len(partitions), tuple(f"{each.topic}[{each.partition}]" for each in partitions), oldest)]

    def _overdue(self) -> list[Trouble]:
        dues = self.dues
        where = tuple(dict.fromkeys(each.due.sor_id for each in dues.examples))
        return [Trouble("overdue", dues.overdue, where, dues.overdue_since)] if dues.overdue else []

    def _nobody_works(self) -> list[Trouble]:
        numbers = sorted({each.partition for each in self.lag.partitions} - self.lag.hosts.keys())
        return [Trouble("nobody-works", len(numbers), tuple(map(str, numbers)))] if numbers else []


def is_settled(looks: Sequence[Look]) -> bool:
    """Whether one need not look any longer: all is read, or something has been committed since the first look."""
    first, last = looks[0], looks[-1]
    is_all_read = last.lag == 0 if last.position is not None else last.end == 0
    return is_all_read or last.commits != first.commits
