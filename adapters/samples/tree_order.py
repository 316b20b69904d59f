"""How the units of one owner hang together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from adapters.sor_files.entity import SnapshotEntity
from contracts.identifiers import SorId

Children = Mapping[SorId | None, Sequence[SnapshotEntity]]


def by_parent(units: Iterable[SnapshotEntity]) -> Children:
    """Return the children of each unit in the order given; under None the owner."""
    children: defaultdict[SorId | None, list[SnapshotEntity]] = defaultdict(list)
    for unit in units:
        children[unit.parent_sor_id].append(unit)
    return children


def parents_first(children: Children, top: SorId | None = None) -> Iterator[SnapshotEntity]:
    """Yield everything below `top`, of the whole tree for None: each unit, then its children's trees."""
    pending = list(reversed(children.get(top, ())))
    while pending:
        unit = pending.pop()
        yield unit
        pending.extend(reversed(children.get(unit.sor_id, ())))
