"""What is to come on one partition, as its state knows it: ends of registrations, parked fee questions, what waits.

Kept up to date at the price of what has changed: an owner is looked at anew only after a decision about it, and most
owners have nothing announced. What is to come is never stored (`workers.upcoming`); this is only for looking at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from workers.tree.draft import Draft
from workers.tree.state import Forwarded, Parked, Registered
from workers.tree.waiting import waiting_in
from workers.upcoming import upcoming

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from contracts.identifiers import SorId
    from workers.stream.owners import Owners
    from workers.tree.due import Due
    from workers.tree.state import Node, OwnerState

Bucket = Literal["day", "week", "month", "later"]
BUCKETS: Final[tuple[Bucket, ...]] = ("day", "week", "month", "later")
_LIMITS: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
LATE_AFTER: Final = timedelta(seconds=60)
"""Within a minute of its instant, or of the worker's coming back, an end is promised to be done."""
_AT_ONCE: Final = 200
"""Owners looked at in one go; whoever looks lets the loop work in between."""


@dataclass(frozen=True, slots=True)
class OfOwner:
    """What is to come of one owner. `due`: of units that BSR holds; the others leave without a trace."""

    due: tuple[Due, ...] = ()
    parked: tuple[Literal["tariff", "cvr"], ...] = ()
    """What each of its parked fee questions waits for (R32, R38)."""
    waiting: tuple[str, ...] = ()
    """For whom its units wait: ``sor``, ``tariff``, ``cvr``."""


_NOTHING: Final = OfOwner()


@dataclass(frozen=True, slots=True)
class Prospect:
    """The partition in numbers at one instant."""

    pending: Mapping[Bucket, int]
    overdue: int
    overdue_since: datetime | None
    parked: Mapping[str, int]
    waiting: Mapping[str, int]


class Prospects:
    """Of one partition. It outlives the partition's being opened again: what was due then is due all the same."""

    def __init__(self) -> None:
        self._of: dict[SorId, OfOwner] = {}

    def look(self, owners: Owners) -> Iterator[None]:
        """Look at every owner that has changed since the last look, yielding now and then so that others may work."""
        changed = owners.take_changed()
        for number, owner in enumerate(changed, 1):
            found = of_owner(owners[owner])
            if found != _NOTHING:
                self._of[owner] = found
            else:
                self._of.pop(owner, None)
            if number % _AT_ONCE == 0:
                yield

    def due(self) -> Iterator[tuple[SorId, Due]]:
        """Yield what is due now or later, with its owner, in no promised order."""
        for owner, each in self._of.items():
            yield from ((owner, due) for due in each.due)

    def at(self, now: datetime) -> Prospect:
        """Count, as of `now`."""
        pending: Counter[Bucket] = Counter(dict.fromkeys(BUCKETS, 0))
        late = []
        for _, due in self.due():
            if due.at + LATE_AFTER <= now:
                late.append(due.at)
            else:
                pending[BUCKETS[bisect_left(_LIMITS, due.at - now)]] += 1
        return Prospect(
            pending=pending,
            overdue=len(late),
            overdue_since=min(late, default=None),
            parked=Counter(of for each in self._of.values() for of in each.parked),
            waiting=Counter(of for each in self._of.values() for of in each.waiting),
        )


def of_owner(state: OwnerState) -> OfOwner:
    """What is to come of the owner, by its state."""
    nodes = state.nodes.values()
    parked = [entry for node in nodes for entry in node.ledger if isinstance(entry, Parked)]
    return OfOwner(
        tuple(_due(state)) if any(map(_announces, nodes)) else (),
        tuple("tariff" if entry.not_after is None else "cvr" for entry in parked),
        tuple(waiting.kind for waiting in waiting_in(state)),
    )


def _announces(node: Node) -> bool:
    """Whether there is anything on the unit by which it, or one below it, could come to an end."""
    return node.announcement is not None or bool(node.renumberings) or bool(node.notices.departures)


def _due(state: OwnerState) -> Iterator[Due]:
    draft = Draft(state)
    for node in state.nodes.values():
        if isinstance(node.standing, Forwarded | Registered):
            yield from upcoming(draft, node)
