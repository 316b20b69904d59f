"""Closures: announced at least a week ahead, at times undone or moved, with everything under what closes (R21-R24).

SOR shows an owner's closing on all its units, for closing a company closes all its registrations (notes/sor.md
§4.1), and a unit that closes cannot leave units behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from adapters.samples.life.scene import Scene
from adapters.sor_files.entity import SnapshotEntity
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.identifiers import SorId

_NOTICE_DAYS = 7
_LATEST_DAYS = 60
_WHOLE_COMPANY = 0.4
_UNDONE, _MOVED = 0.12, 0.12


@dataclass(frozen=True)
class Closing:
    """An announcement: what closes, its last day, and the days that the units had of their own before."""

    top: SorId
    last_day: date
    before: Mapping[SorId, date | None]


def close_something(scene: Scene) -> None:
    """Announce the closure of a company, an institution or a department."""
    top = scene.find(lambda unit: _may_close(scene, unit))
    if top is None:
        return
    owner = scene.owner_of(top)
    if owner is not None and owner.owner_type == "private" and scene.rng.random() < _WHOLE_COMPANY:
        top = owner
    last_day = _some_last_day(scene)
    closing = announce(scene, top, last_day)
    fate, on = scene.rng.random(), scene.today + timedelta(days=scene.rng.randint(1, _NOTICE_DAYS - 1))
    if fate < _UNDONE:
        scene.plan(on, lambda: change_mind(scene, closing, None))
    elif fate < _UNDONE + _MOVED:
        scene.plan(on, lambda: change_mind(scene, closing, _some_last_day(scene)))


def announce(scene: Scene, top: SnapshotEntity, last_day: date) -> Closing:
    """Give `top` and everything under it its last day; a unit with an earlier one keeps that (R23)."""
    closing = scene.standing.subtree(top)
    for unit in closing:
        if unit.to_date is None or unit.to_date > last_day:
            scene.revise(unit, to_date=last_day)
    return Closing(top.sor_id, last_day, {unit.sor_id: unit.to_date for unit in closing})


def change_mind(scene: Scene, closing: Closing, last_day: date | None) -> None:
    """Undo a closure, or move its day (R24).

    What had a day of its own has it again, and nothing outlives its parent. A closure overtaken by another stays.
    """
    top = scene.standing.unit(closing.top)
    if top is None or top.to_date != closing.last_day:
        return
    for unit in scene.standing.subtree(top):
        if unit.to_date == closing.last_day:
            days = (closing.before.get(unit.sor_id), last_day, _last_day_above(scene, unit))
            now = min((day for day in days if day is not None), default=None)
            if now != unit.to_date:
                scene.revise(unit, to_date=now)


def _last_day_above(scene: Scene, unit: SnapshotEntity) -> date | None:
    parent = scene.standing.unit(unit.parent_sor_id) if unit.parent_sor_id is not None else None
    return parent.to_date if parent is not None else None


def _may_close(scene: Scene, unit: SnapshotEntity) -> bool:
    """Whether a plausible register is left without it: kommuner lose a place at a time, hospitals keep a department."""
    children = scene.standing.children(unit.owner_sor_id)
    if unit.sor_type == "IE" or (unit.sor_id in children and not scene.is_private(unit)):
        return False
    parent = scene.standing.unit(unit.parent_sor_id) if unit.parent_sor_id is not None else None
    if parent is None or parent.entity_type != HOSPITAL:
        return True
    return sum(each.to_date is None for each in children[parent.sor_id]) > 1


def _some_last_day(scene: Scene) -> date:
    return scene.today + timedelta(days=scene.rng.randint(_NOTICE_DAYS, _LATEST_DAYS))
