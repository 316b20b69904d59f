"""A working copy of one owner's state: read through, written beside, frozen at the end."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from rpds import HashTrieMap

from workers.tree.state import CvrEntry, Node, OwnerState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.identifiers import SorId
    from contracts.sor_entities import EntityChanged
    from workers.tree.due import Due

_LARGE: Final = 500
"""Entries: an owner with more of them grows from what it was, for copying it would take the longest."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the state before, by key: this is what the changelog must hold."""

    nodes: frozenset[SorId] = frozenset()
    numbers: frozenset[str] = frozenset()
    backlog: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the state is as it was."""
        return not (self.nodes or self.numbers or self.backlog)


class Draft:
    """The owner's tree while one event is being decided."""

    def __init__(self, state: OwnerState) -> None:
        self._base = state
        self._nodes: dict[SorId, Node] = {}
        self._numbers: dict[str, CvrEntry] = {}
        self._children: dict[SorId, tuple[SorId, ...]] = {}
        self._paths: dict[tuple[SorId, SorId], tuple[EntityChanged, ...] | None] = {}
        """Found before, by unit and parent; forgotten when an entity changes."""
        self.owner = state.owner
        self.backlog = state.backlog
        self.left: tuple[Due, ...] = ()
        """What this decision leaves to the next step; what was left before is for `decide` to take up."""

    def node(self, sor_id: SorId) -> Node:
        """The unit, or an empty node for one never heard of."""
        found = self._nodes.get(sor_id) or self._base.nodes.get(sor_id)
        return found or Node(sor_id)

    def put(self, node: Node) -> None:
        """Replace the unit; moves it below its parent where that changed."""
        before = self.node(node.sor_id)
        if node.entity is not before.entity:
            self._paths.clear()
        old_parent = before.entity.parent_sor_id if before.entity else None
        new_parent = node.entity.parent_sor_id if node.entity else None
        if old_parent != new_parent:
            if old_parent is not None:
                remaining = tuple(child for child in self.children(old_parent) if child != node.sor_id)
                self._children[old_parent] = remaining
            if new_parent is not None:
                siblings = self.children(new_parent)
                place = bisect(siblings, node.sor_id)
                self._children[new_parent] = (*siblings[:place], node.sor_id, *siblings[place:])
        self._nodes[node.sor_id] = node

    def children(self, sor_id: SorId) -> tuple[SorId, ...]:
        """The units that name `sor_id` as their parent, in order of their ids, so that a restart walks as before."""
        if sor_id in self._children:
            return self._children[sor_id]
        return self._base.children.get(sor_id, ())

    def number(self, number: str) -> CvrEntry | None:
        """What has been asked or answered of a CVR or P number."""
        return self._numbers.get(number) or self._base.numbers.get(number)

    def put_number(self, number: str, entry: CvrEntry) -> None:
        """Note a question or an answer."""
        self._numbers[number] = entry

    def all_numbers(self) -> list[str]:
        """Every number asked for, in order."""
        return sorted({*self._base.numbers, *self._numbers})

    @property
    def changed_numbers(self) -> tuple[str, ...]:
        """The numbers of which something has been noted by this decision."""
        return tuple(self._numbers)

    def all_nodes(self) -> Iterator[Node]:
        """Every unit of the tree, in no promised order."""
        for sor_id in {*self._base.nodes, *self._nodes}:
            yield self.node(sor_id)

    def subtree(self, root: SorId) -> list[SorId]:
        """`root` and everything below it, parents before children. A cycle in the input is walked once.

        A unit has one parent, so the only one that can be met again is `root`.
        """
        found = [root]
        for sor_id in found:
            found += (child for child in self.children(sor_id) if child != root)
        return found

    def path(self, entity: EntityChanged) -> tuple[EntityChanged, ...] | None:
        """The entities from the owner down to `entity`'s parent; empty for the owner itself.

        None while an ancestor is missing or the parents form a circle: such a unit waits (R13).
        """
        parent = entity.parent_sor_id
        if parent is None:
            return ()
        if (entity.sor_id, parent) not in self._paths:
            self._paths[entity.sor_id, parent] = self._way_up(entity.sor_id, parent)
        return self._paths[entity.sor_id, parent]

    def _way_up(self, sor_id: SorId, parent: SorId | None) -> tuple[EntityChanged, ...] | None:
        path: list[EntityChanged] = []
        seen = {sor_id}
        while parent is not None:
            ancestor = self.node(parent).entity
            if ancestor is None or parent in seen:
                return None
            seen.add(parent)
            path.append(ancestor)
            parent = ancestor.parent_sor_id
        return tuple(reversed(path))

    def freeze(self) -> tuple[OwnerState, Changes]:
        """The state after, and what changed. Nothing is copied where nothing changed."""
        changes = Changes(
            nodes=frozenset(self._nodes),
            numbers=frozenset(self._numbers),
            backlog=self.backlog != self._base.backlog,
        )
        base = self._base
        state = OwnerState(
            owner=base.owner,
            nodes=_with(base.nodes, self._nodes),
            children=_with(base.children, self._children),
            numbers=_with(base.numbers, self._numbers),
            backlog=self.backlog,
            left=self.left,
        )
        return state, changes


def _with(before: Mapping[_Key, _Value], changed: dict[_Key, _Value]) -> Mapping[_Key, _Value]:
    """`before` with what has changed. A large one is not copied: it shares what is as it was."""
    if not changed:
        return before
    if isinstance(before, HashTrieMap):
        return before.update(changed)
    return {**before, **changed} if len(before) < _LARGE else HashTrieMap(before).update(changed)
