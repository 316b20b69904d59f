"""Units that come to stand elsewhere: under another parent, rarely under another owner (SORUS MoveSorEntity)."""

from __future__ import annotations

from adapters.samples.life.scene import Scene
from adapters.samples.tree_builder import inherited_number
from adapters.sor_files.entity import LocationNumber, SnapshotEntity
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.identifiers import SorId


def move_within_its_tree(scene: Scene) -> None:
    """Put a unit that has nothing under it under another parent of the same owner."""
    unit = scene.find(lambda unit: unit.sor_type == "OE")
    if unit is None:
        return
    children = scene.standing.children(unit.owner_sor_id)
    parents = [
        parent
        for parent in scene.standing.tree(unit.owner_sor_id)
        if (parent.sor_type == "SI" or parent.sor_id in children) and _takes_in(parent)
    ]
    old = next((parent for parent in parents if parent.sor_id == unit.parent_sor_id), None)
    others = [parent for parent in parents if parent is not old and parent.sor_type != "IE"]
    if old is None or not others or unit.sor_id in children:
        return
    new = scene.rng.choice(others)
    scene.revise(unit, parent_sor_id=new.sor_id, location_number=_number_under(new, unit))


def move_to_another_owner(scene: Scene) -> None:
    """Put an institution, with everything under it, under another private owner."""
    institution = scene.find(scene.is_clinic)
    new = scene.find(lambda unit: unit.owner_type == "private" and unit.cvr is not None)
    if institution is None or new is None or institution.parent_sor_id in {None, new.sor_id}:
        return
    moving = scene.standing.subtree(institution)
    if any(unit.to_date is not None for unit in moving):
        return
    moved: dict[SorId | None, SnapshotEntity] = {}
    for unit in moving:
        parent = moved.get(unit.parent_sor_id, new)
        moved[unit.sor_id] = scene.revise(
            unit,
            owner_sor_id=new.sor_id,
            parent_sor_id=parent.sor_id,
            location_number=_number_under(parent, unit),
        )


def _takes_in(parent: SnapshotEntity) -> bool:
    return parent.to_date is None and parent.entity_type != HOSPITAL


def _number_under(parent: SnapshotEntity, unit: SnapshotEntity) -> LocationNumber | None:
    own = unit.location_number
    return inherited_number(parent) if own is None or own.inherited else own
