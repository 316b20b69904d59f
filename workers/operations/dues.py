"""What is due of everybody, by state: late is a day that has come and is not done, whatever offsets say (R25, R26)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from adapters.kafka.topic_admin import partition_counts
from contracts.danish_time import danish_date
from contracts.topics import Topic
from workers.operations.restored_owners import restored_owners
from workers.tree.draft import Draft
from workers.tree.waiting import waiting_in
from workers.upcoming import upcoming

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from adapters.kafka.connection import Connection
    from contracts.identifiers import SorId
    from contracts.tariffs import TariffTable
    from workers.tree.due import Due
    from workers.tree.state import OwnerState

LATE_AFTER: Final = timedelta(seconds=60)
"""What is due is done within a minute while a worker is up, and within a minute of coming back."""
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Overdue:
    """One matter that should have been done."""

    due: Due
    owner: SorId
    partition: int


@dataclass(slots=True)
class Dues:
    """Closures, departures and new numbers to come, of all owners; and what waits for something else."""

    now: datetime
    ahead: int = 0
    today: int = 0
    """Of those ahead, the ones of this Danish day."""
    next_at: datetime | None = None
    overdue: int = 0
    overdue_since: datetime | None = None
    examples: list[Overdue] = field(default_factory=list)
    """The first of the overdue."""
    waiting: Counter[str] = field(default_factory=Counter)
    """Units by who could end their waiting: ``sor``, ``cvr``, ``tariff`` (parked invoice triggers, R32)."""

    def take(self, state: OwnerState, partition: int) -> None:
        """Count one owner's."""
        draft = Draft(state)
        for node in state.nodes.values():
            for due in upcoming(draft, node):
                self._count(due, state.owner, partition)
        self.waiting.update(each.kind for each in waiting_in(state))

    def _count(self, due: Due, owner: SorId, partition: int) -> None:
        if due.at + LATE_AFTER > self.now:
            self.ahead += 1
            self.today += danish_date(due.at) == danish_date(self.now)
            self.next_at = min(self.next_at or due.at, due.at)
            return
        self.overdue += 1
        self.overdue_since = min(self.overdue_since or due.at, due.at)
        if len(self.examples) < _SHOWN:
            self.examples.append(Overdue(due, owner, partition))


async def read_dues(
    connection: Connection, tariffs: TariffTable, now: datetime, report: Callable[[int, int], None] = lambda *_: None
) -> Dues:
    """Read the changelog, a partition at a time; `report` hears of each (how many, of how many).

    Every unit is decoded, so a register of 160,000 takes a while. Raises `LogError` and `ChangelogError`.
    """
    dues = Dues(now)
    count = (await partition_counts(connection, [Topic.STATE.value]))[Topic.STATE.value]
    for partition in range(count):
        world = await restored_owners(connection, partition, None, tariffs)
        for state in world.owners.values():
            dues.take(state, partition)
        report(partition + 1, count)
    return dues
