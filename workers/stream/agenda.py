"""When each owner wants to be woken: a heap, rebuilt from state at every opening, never stored."""

from __future__ import annotations

from collections import defaultdict
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from contracts.identifiers import SorId


class Agenda:
    """A set of (instant, owner), soonest first. An entry overtaken by a newer version wakes its owner for nothing."""

    def __init__(self, entries: Iterable[tuple[datetime, SorId]] = ()) -> None:
        self._instants: defaultdict[SorId, set[datetime]] = defaultdict(set)
        for instant, owner in entries:
            self._instants[owner].add(instant)
        self._heap = [(instant, owner) for owner, instants in self._instants.items() for instant in instants]
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, instant: datetime, owner: SorId) -> None:
        """Wake `owner` at `instant`."""
        if instant not in self._instants[owner]:
            self._instants[owner].add(instant)
            heappush(self._heap, (instant, owner))

    def next(self) -> datetime | None:
        """The soonest instant, or None when nothing is planned."""
        return self._heap[0][0] if self._heap else None

    def pop(self) -> tuple[datetime, SorId]:
        """Take the soonest entry off. Raises `IndexError` when nothing is planned."""
        instant, owner = heappop(self._heap)
        self._instants[owner].discard(instant)
        if not self._instants[owner]:
            del self._instants[owner]
        return instant, owner

    def soonest_of(self, owner: SorId) -> datetime | None:
        """When `owner` is to be woken next, or None."""
        return min(self._instants[owner], default=None) if owner in self._instants else None
