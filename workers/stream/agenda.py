"""When each owner wants to be woken: a heap, rebuilt from state at every opening, never stored."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from contracts.identifiers import SorId


class Agenda:
    """A set of (instant, owner), soonest first. An entry overtaken by a newer version wakes its owner for nothing."""

    def __init__(self, entries: Iterable[tuple[datetime, SorId]] = ()) -> None:
        self._entries = set(entries)
        self._heap = list(self._entries)
        heapify(self._heap)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, instant: datetime, owner: SorId) -> None:
        """Wake `owner` at `instant`."""
        if (instant, owner) not in self._entries:
            self._entries.add((instant, owner))
            heappush(self._heap, (instant, owner))

    def next(self) -> datetime | None:
        """The soonest instant, or None when nothing is planned."""
        return self._heap[0][0] if self._heap else None

    def pop(self) -> tuple[datetime, SorId]:
        """Take the soonest entry off. Raises `IndexError` when nothing is planned."""
        entry = heappop(self._heap)
        self._entries.discard(entry)
        return entry
