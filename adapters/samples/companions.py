"""What goes with a register: what its places say of themselves, and what CVR knows of its companies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from adapters.samples.company_documents import Json, documents
from adapters.samples.life import Change
from adapters.samples.registering import DayPiles, days_until
from adapters.samples.self_registrations import Spokesman
from adapters.samples.tree_builder import Tree
from contracts.identifiers import SorId

TreeOf = Callable[[SorId], Tree]
"""Gives an owner's units as they stand."""


class Companions:
    """Kept along with a register's changes, day by day."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._later = DayPiles()

    def documents(self, changes: Sequence[Change], tree_of: TreeOf, day: date) -> Iterator[Json]:
        """Yield CVR's documents that are new or other since changes registered on `day`."""
        for change in changes:
            yield from documents(change, partial(tree_of, change.after.owner_sor_id), day, self._seed)

    def speak_first(self, changes: Sequence[Change], tree_of: TreeOf, day: date) -> list[dict[str, Any]]:
        """Return what new places say before SOR does on `day`; most speak later, and are kept in mind."""
        spokesmen: dict[SorId, Spokesman] = {}
        first = []
        for place in (change.after for change in changes if change.before is None and change.after.is_treatment_place):
            days = days_until(place, self._seed)
            if days is None:
                continue
            owner = place.owner_sor_id
            if owner not in spokesmen:
                spokesmen[owner] = Spokesman(tree_of(owner), self._seed)
            speaks_on = day + timedelta(days=max(days, 0))
            said = spokesmen[owner].of(place, speaks_on)
            if days < 0:
                first.append(said)
            else:
                self._later.put(speaks_on, said)
        return first

    def speak(self, day: date) -> Iterator[dict[str, Any]]:
        """Yield what places say on `day`."""
        return self._later.take(day)

    def days_to_come(self) -> list[date]:
        """Return the days on which places still have to speak."""
        return self._later.days()
