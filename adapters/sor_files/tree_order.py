"""Rows in any order become trees: parents first, and of what hangs under no owner is said why."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final

from adapters.sor_files.entity import DamageReason
from adapters.sor_files.unit_table import NOWHERE, TOP

_UNSEEN: Final = 0
_GIVEN: Final = 1
_CLIMBED: Final = 2
_DAMAGED: Final = 3
_IN_CYCLE: Final = 4


class TreeOrder:
    """The numbers of units, each after its parent's, otherwise as they come. `owners` is filled on the way."""

    def __init__(self, parents: Sequence[int], unusable_parents: set[int]) -> None:
        """`parents` has for each unit the number of its parent, `TOP` or `NOWHERE`.

        `unusable_parents` are units of the last kind whose parent is in the file, though damaged.
        """
        self.owners = array("i", bytes(4 * len(parents)))
        self._parents = parents
        self._unusable_parents = unusable_parents
        self._states = bytearray(len(parents))

    def walk(self) -> Iterator[tuple[int, DamageReason | None]]:
        """Yield every unit once, with the reason where it hangs under no owner."""
        parents, states, owners = self._parents, self._states, self.owners
        for number, parent in enumerate(parents):
            if states[number] != _UNSEEN:
                continue
            if parent == TOP or (parent >= 0 and states[parent] == _GIVEN):
                states[number] = _GIVEN
                owners[number] = number if parent == TOP else owners[parent]
                yield number, None
            else:
                yield from self._path_to(number)

    def _path_to(self, number: int) -> Iterator[tuple[int, DamageReason | None]]:
        """Climb to what is known, and give out the way down; each unit is climbed over once, however long the chain."""
        path: list[int] = []
        above = number
        while above >= 0 and self._states[above] == _UNSEEN:
            self._states[above] = _CLIMBED
            path.append(above)
            above = self._parents[above]
        reason = self._reason_at(above, path[-1])
        for each in reversed(path):
            parent = self._parents[each]
            if reason is None:
                self._states[each] = _GIVEN
                self.owners[each] = each if parent == TOP else self.owners[parent]
            else:
                self._states[each] = _IN_CYCLE if reason == "cycle" else _DAMAGED
            yield each, reason
            if reason == "missing-parent":
                reason = "parent-damaged"

    def _reason_at(self, above: int, topmost: int) -> DamageReason | None:
        """Say why nothing that hangs under `above` can be taken, None if it can."""
        if above == TOP:
            return None
        if above == NOWHERE:
            return "parent-damaged" if topmost in self._unusable_parents else "missing-parent"
        state = self._states[above]
        if state in {_CLIMBED, _IN_CYCLE}:
            return "cycle"
        return None if state == _GIVEN else "parent-damaged"
