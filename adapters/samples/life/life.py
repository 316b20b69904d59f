"""A register that lives: night after night its file shows what was registered the day before."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from adapters.samples.life.closing import close_something
from adapters.samples.life.editing import change_cvr, change_p_number, change_type, edit, lose_mark
from adapters.samples.life.moving import move_to_another_owner, move_within_its_tree
from adapters.samples.life.opening import add_a_unit, hand_over, open_a_clinic
from adapters.samples.life.scene import Change, Scene
from adapters.samples.life.standing import Standing
from adapters.samples.tree_builder import Tree
from contracts.identifiers import SorId

_DAYS_A_YEAR = 365


class _Rate(NamedTuple):
    """How often a matter happens a year: to every unit on average, and to the whole register at least."""

    matter: Callable[[Scene], None]
    to_a_unit: float
    at_least: float


_RATES = (
    # SOR issues ids for 6 % of its units a year, three to a clinic; 10 to 25 % of the hospital codes were updated a
    # year, and 2 to 9 % closed (notes/sor.md §4.2). The others are guesses; each is to be seen in a small register too.
    _Rate(open_a_clinic, 0.017, 40),
    _Rate(add_a_unit, 0.02, 40),
    _Rate(edit, 0.16, 300),
    _Rate(close_something, 0.02, 36),
    _Rate(hand_over, 0.001, 12),
    _Rate(move_within_its_tree, 0.02, 60),
    _Rate(move_to_another_owner, 0.001, 12),
    _Rate(change_cvr, 0.002, 16),
    _Rate(change_p_number, 0.004, 16),
    _Rate(lose_mark, 0.001, 12),
    _Rate(change_type, 0.004, 24),
)


@dataclass(frozen=True)
class Night:
    """What a night's file shows for the first time.

    `day` is its SnapshotDate; the changes were registered the day before, and stand in the order they were made.
    """

    day: date
    changes: tuple[Change, ...]
    gone: tuple[SorId, ...]
    """Units whose last day was the day before: the file shows them no more."""


class Life:
    """A register from its first file on; the same register and seed live the same life."""

    def __init__(self, first_day: date, seed: int) -> None:
        self.standing = Standing()
        self._day = first_day
        # Seeded for the same life everywhere; nothing here is a secret.
        self._rng = random.Random(f"life:{seed}")  # noqa: S311
        self._scene = Scene(self.standing, self._rng, first_day)

    def settle(self, trees: Iterable[Tree]) -> Iterator[Tree]:
        """Take in what the first file shows, and pass it on."""
        for tree in trees:
            for unit in tree:
                self.standing.put(unit)
            yield tree

    def nights(self) -> Iterator[Night]:
        """Live a day, then show its night; without end. `standing` is what the night's file holds."""
        scene = self._scene
        while True:
            registered_on, self._day = self._day, self._day + timedelta(days=1)
            # What has its last day today is not heard of again: its file of tonight is without it.
            gone = self.standing.leave(self._day)
            scene.begin(registered_on)
            for rate in _RATES:
                for _ in range(self._times(rate)):
                    rate.matter(scene)
            yield Night(self._day, tuple(scene.changes), tuple(unit.sor_id for unit in gone))

    def _times(self, rate: _Rate) -> int:
        expected = max(rate.to_a_unit * len(self.standing), rate.at_least) / _DAYS_A_YEAR
        return int(expected) + (self._rng.random() < expected % 1)
