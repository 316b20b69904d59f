"""The register as it stands: every unit that the daily file shows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from adapters.samples.tree_builder import Tree
from adapters.samples.tree_order import Children, by_parent, parents_first
from adapters.sor_files.entity import SnapshotEntity
from contracts.identifiers import SorId


class Standing:
    """Units by id and by owner. What a change costs hangs on its tree's size, never on the register's."""

    def __init__(self) -> None:
        self._units: dict[SorId, SnapshotEntity] = {}
        self._of_owner: dict[SorId, dict[SorId, None]] = {}
        self._ids: list[SorId] = []
        self._position: dict[SorId, int] = {}
        self._leaving: defaultdict[date, list[SorId]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._units)

    def unit(self, sor_id: SorId) -> SnapshotEntity | None:
        """Return the unit, None once it has left."""
        return self._units.get(sor_id)

    def any_unit(self, rng: random.Random) -> SnapshotEntity:
        """Draw a unit. There must be one."""
        return self._units[rng.choice(self._ids)]

    def trees(self) -> Iterator[Tree]:
        """Yield every owner's units, parents first, owners in the order they came."""
        for owner in self._of_owner:
            yield self.tree(owner)

    def tree(self, owner: SorId) -> Tree:
        """Return an owner's units, parents first; none for an owner that has left."""
        return tuple(parents_first(self.children(owner)))

    def children(self, owner: SorId) -> Children:
        """Return how an owner's tree hangs together."""
        return by_parent(self._units[sor_id] for sor_id in self._of_owner.get(owner, ()))

    def subtree(self, top: SnapshotEntity) -> Tree:
        """Return a unit and everything under it, parents first."""
        return (top, *parents_first(self.children(top.owner_sor_id), top.sor_id))

    def put(self, unit: SnapshotEntity) -> None:
        """Take a unit in, in the place of its version before."""
        before = self._units.get(unit.sor_id)
        if before is None:
            self._position[unit.sor_id] = len(self._ids)
            self._ids.append(unit.sor_id)
        elif before.owner_sor_id != unit.owner_sor_id:
            del self._of_owner[before.owner_sor_id][unit.sor_id]
        self._units[unit.sor_id] = unit
        self._of_owner.setdefault(unit.owner_sor_id, {})[unit.sor_id] = None
        if unit.to_date is not None and (before is None or before.to_date != unit.to_date):
            self._leaving[unit.to_date + timedelta(days=1)].append(unit.sor_id)

    def leave(self, day: date) -> Tree:
        """Let go of the units whose last day was the day before `day` (R9), and return them."""
        named = dict.fromkeys(self._leaving.pop(day, ()))
        units = (self._units.get(sor_id) for sor_id in named)
        gone = tuple(unit for unit in units if unit is not None and unit.to_date == day - timedelta(days=1))
        for unit in gone:
            self._remove(unit)
        return gone

    def _remove(self, unit: SnapshotEntity) -> None:
        del self._units[unit.sor_id]
        of_owner = self._of_owner[unit.owner_sor_id]
        del of_owner[unit.sor_id]
        if not of_owner:
            del self._of_owner[unit.owner_sor_id]
        position, last = self._position.pop(unit.sor_id), self._ids.pop()
        if last != unit.sor_id:
            self._ids[position] = last
            self._position[last] = position
