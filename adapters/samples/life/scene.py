"""One day of a register's life, and the hand that writes down what happens on it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from adapters.samples.life.standing import Standing
from adapters.samples.tree_builder import Born, TreeBuilder
from adapters.samples.valid_numbers import LATER, NumberSource
from adapters.sor_files.entity import SnapshotEntity
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.sor_entities import Channel

_DRAWS = 40
_DAY = timedelta(days=1)
_NOTICE_DAYS = (1, 1, 1, 7)
"""A unit holds from the day after it was registered; at times a week after (notes/sor.md §1.3)."""


@dataclass(frozen=True, slots=True)
class Change:
    """A new version of a unit, and the one before; None for a unit that is new.

    A unit whose owner has changed has moved, and is told of under both (contracts.md).
    """

    before: SnapshotEntity | None
    after: SnapshotEntity
    channel: Channel

    @property
    def has_moved(self) -> bool:
        """Whether the unit belongs to another owner now."""
        return self.before is not None and self.before.owner_sor_id != self.after.owner_sor_id


class Scene:
    """Where matters take place: the register, the day, chance, and the changes written so far today."""

    def __init__(self, standing: Standing, rng: random.Random, today: date) -> None:
        self.standing = standing
        self.rng = rng
        self.today = today
        self.builder = TreeBuilder(rng, NumberSource(rng, LATER), self._born)
        self.changes: list[Change] = []
        self._agenda: dict[date, list[Callable[[], None]]] = {}

    @property
    def latest_birth(self) -> date:
        """The latest first day of what is registered today."""
        return self.today + timedelta(days=max(_NOTICE_DAYS))

    def begin(self, today: date) -> None:
        """Turn to the next day, and let happen what was planned for it."""
        self.today = today
        self.changes = []
        for matter in self._agenda.pop(today, ()):
            matter()

    def plan(self, day: date, matter: Callable[[], None]) -> None:
        """Let `matter` happen at the beginning of a later day."""
        self._agenda.setdefault(day, []).append(matter)

    def find(self, suits: Callable[[SnapshotEntity], bool]) -> SnapshotEntity | None:
        """Draw a unit that suits; None when chance finds none. A unit that is closing suits nobody."""
        drawn = (self.standing.any_unit(self.rng) for _ in range(_DRAWS))
        return next((unit for unit in drawn if unit.to_date is None and suits(unit)), None)

    def owner_of(self, unit: SnapshotEntity) -> SnapshotEntity | None:
        """Return the unit's owner; None where the register has come without it."""
        return self.standing.unit(unit.owner_sor_id)

    def is_private(self, unit: SnapshotEntity) -> bool:
        """Whether its owner is."""
        owner = self.owner_of(unit)
        return owner is not None and owner.owner_type == "private"

    def is_clinic(self, unit: SnapshotEntity) -> bool:
        """Whether it is the SI of a private owner, and no hospital."""
        return unit.sor_type == "SI" and unit.entity_type != HOSPITAL and self.is_private(unit)

    def revise(self, unit: SnapshotEntity, **changes: Any) -> SnapshotEntity:
        """Write the next version of `unit`. It holds from tomorrow, or whenever a unit that is to come will begin."""
        begins = max(self.today + _DAY, unit.from_date or self.today)
        after = replace(unit, updated_on=self.today, from_date=begins, **changes)
        self._write(unit, after)
        return after

    def bring_in(self, last_day: date | None = None) -> None:
        """Write down what the builder has planted; it closes on `last_day`."""
        for unit in self.builder.take():
            self._write(None, replace(unit, to_date=last_day))

    def _write(self, before: SnapshotEntity | None, after: SnapshotEntity) -> None:
        self.standing.put(after)
        self.changes.append(Change(before, after, "self-service" if self.is_private(after) else "sor-office"))

    def _born(self, parent: SnapshotEntity | None) -> Born:
        first = parent.first_from_date if parent is not None else None
        if first is None or first <= self.today:
            first = self.today + timedelta(days=self.rng.choice(_NOTICE_DAYS))
        return Born(first, self.today)
