"""What a unit has from above, as SOR2 CSV shows it: there inheritance cannot be seen (R8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adapters.samples.tree_builder import Tree
from adapters.samples.tree_order import by_parent, parents_first
from adapters.sor_files.entity import SnapshotEntity
from contracts.identifiers import SorId


def resolved(tree: Tree) -> Iterator[SnapshotEntity]:
    """Yield a tree's units, parents first, each with the addresses and the contact that hold for it."""
    done: dict[SorId | None, SnapshotEntity] = {}
    for unit in parents_first(by_parent(tree)):
        done[unit.sor_id] = _under(done.get(unit.parent_sor_id), unit)
        yield done[unit.sor_id]


def _under(parent: SnapshotEntity | None, unit: SnapshotEntity) -> SnapshotEntity:
    above = parent if parent is not None else unit
    postal = unit.postal_address or above.postal_address
    visiting = unit.visiting_address or postal
    return replace(
        unit,
        postal_address=postal,
        visiting_address=visiting,
        activity_address=unit.activity_address or visiting,
        telephone=unit.telephone or above.telephone,
        email=unit.email or above.email,
        website=unit.website or above.website,
    )
