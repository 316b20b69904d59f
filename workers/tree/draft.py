"""A working copy of one owner's state: read through, written beside, frozen at the end."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from immutables import Map

from workers.tree.state import CvrEntry, Node, OwnerState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.identifiers import SorId
    from contracts.sor_entities import EntityChanged
    from workers.tree.due import Due

_LARGE: Final = 128
"""Entries: an owner with more of them grows from what it was, for copying it would take the longest."""
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Changes(NamedTuple):
    """What differs from the state before, by key: this is what the changelog must hold."""

    nodes: frozenset[SorId] = frozenset()
    numbers: frozenset[str] = frozenset()
    backlog: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the state is as it was."""
        return not (self.nodes or self.numbers or self.backlog)


class _Way(NamedTuple):
    """Down from the owner."""

    nodes: tuple[Node, ...]
    entities: tuple[EntityChanged, ...]


_TOP: Final = _Way((), ())


class Draft:
    """The owner's tree while one event is being decided."""

    def __init__(self, state: OwnerState) -> None:
        self._base = state
        self._nodes: dict[SorId, Node] = {}
        self._met: dict[SorId, Node] = {}
        """Every unit looked at, as it is now: where a tree is large, finding one costs."""
        self._numbers: dict[str, CvrEntry] = {}
        self._children: dict[SorId, tuple[SorId, ...]] = {}
        self._ways: dict[SorId, _Way | None] = {}
        """Those looked up before, by where they end; forgotten when a unit on one of them changes."""
        self._passed: set[SorId] = set()
        """The units that were looked at for them."""
        self.owner = state.owner
        self.backlog = state.backlog
        self.left: tuple[Due, ...] = ()
        """What this decision leaves to the next step; what was left before is for `decide` to take up."""

    def node(self, sor_id: SorId) -> Node:
        """The unit, or an empty node for one never heard of."""
        found = self._met.get(sor_id)
        if found is None:
            found = self._met[sor_id] = self._base.nodes.get(sor_id) or Node(sor_id)
        return found

    def put(self, node: Node) -> None:
        """Replace the unit; moves it below its parent where that changed."""
        before = self.node(node.sor_id)
        if node.sor_id in self._passed:
            self._ways.clear()
            self._passed.clear()
        if node.entity is not before.entity:
            self._hang(node.sor_id, _parent_of(before), _parent_of(node))
        self._nodes[node.sor_id] = self._met[node.sor_id] = node

    def _hang(self, sor_id: SorId, old_parent: SorId | None, new_parent: SorId | None) -> None:
        if old_parent == new_parent:
            return
        if old_parent is not None:
            self._children[old_parent] = tuple(child for child in self.children(old_parent) if child != sor_id)
        if new_parent is not None:
            siblings = self.children(new_parent)
            place = bisect(siblings, sor_id)
            self._children[new_parent] = (*siblings[:place], sor_id, *siblings[place:])

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
        base = self._base.nodes
        yield from (self._nodes.get(sor_id, node) for sor_id, node in base.items()) if self._nodes else base.values()
        yield from (node for sor_id, node in self._nodes.items() if sor_id not in base)

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
        way = self._way_to(entity.parent_sor_id)
        return way.entities if way is not None else None

    def above(self, entity: EntityChanged) -> tuple[Node, ...] | None:
        """All that is known of the units on the `path`."""
        way = self._way_to(entity.parent_sor_id)
        return way.nodes if way is not None else None

    def _way_to(self, parent: SorId | None) -> _Way | None:
        if parent is None:
            return _TOP
        if parent not in self._ways:
            self._ways[parent] = self._look_up(parent)
        return self._ways[parent]

    def _look_up(self, parent: SorId) -> _Way | None:
        nodes: list[Node] = []
        entities: list[EntityChanged] = []
        seen: set[SorId] = set()
        current: SorId | None = parent
        while current is not None and current not in seen:
            seen.add(current)
            node = self.node(current)
            if node.entity is None:
                break
            nodes.append(node)
            entities.append(node.entity)
            current = node.entity.parent_sor_id
        self._passed |= seen
        return _Way(tuple(reversed(nodes)), tuple(reversed(entities))) if current is None else None

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


def _parent_of(node: Node) -> SorId | None:
    return node.entity.parent_sor_id if node.entity is not None else None


def _with(before: Mapping[_Key, _Value], changed: dict[_Key, _Value]) -> Mapping[_Key, _Value]:
    """`before` with what has changed. A large one is not copied: it shares what is as it was."""
    if not changed:
        return before
    if isinstance(before, Map):
        return before.update(changed)
    return {**before, **changed} if len(before) < _LARGE else Map(before).update(changed)
