"""What a register's first file already says of days to come: units that will begin, and closures announced."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from adapters.samples.tree_builder import Tree
from adapters.samples.tree_order import Children, by_parent, parents_first
from adapters.sor_files.entity import SnapshotEntity
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.identifiers import SorId

_ONE_CLOSING_IN = 150
_ONE_TO_COME_IN = 150
"""Units, about; guesses of ours."""
_NOTICE_DAYS = 7
_LATEST_DAYS = 60


def with_pending(trees: Iterable[Tree], as_of: date, seed: int) -> Iterator[Tree]:
    """Let a few units of a register in force on `as_of` close later, and a few begin only then."""
    rng = random.Random(f"pending:{seed}")  # noqa: S311  the same register everywhere, and no secret
    for tree in trees:
        units = {unit.sor_id: unit for unit in tree}
        children = by_parent(tree)
        for unit in tree:
            draw = rng.randrange(_ONE_CLOSING_IN * _ONE_TO_COME_IN)
            if draw % _ONE_CLOSING_IN == 0 and _may_close(unit, units, children):
                last_day = as_of + timedelta(days=rng.randint(0, _LATEST_DAYS))
                _close(units, (unit, *parents_first(children, unit.sor_id)), last_day, as_of)
            elif draw % _ONE_TO_COME_IN == 1 and unit.sor_id not in children and units[unit.sor_id].to_date is None:
                first = as_of + timedelta(days=rng.randint(1, _NOTICE_DAYS))
                registered_on = first - timedelta(days=_NOTICE_DAYS)
                units[unit.sor_id] = replace(
                    units[unit.sor_id], first_from_date=first, from_date=first, updated_on=registered_on
                )
        yield tuple(units.values())


def _may_close(unit: SnapshotEntity, units: dict[SorId, SnapshotEntity], children: Children) -> bool:
    """A private owner or clinic, and elsewhere a place; no department of a hospital, for it might be the last."""
    parent = units.get(unit.parent_sor_id) if unit.parent_sor_id is not None else None
    in_hospital = parent is not None and parent.entity_type == HOSPITAL
    return not in_hospital and (unit.sor_id not in children or units[unit.owner_sor_id].owner_type == "private")


def _close(units: dict[SorId, SnapshotEntity], closing: Iterable[SnapshotEntity], last_day: date, as_of: date) -> None:
    """Announce it a week ahead or more; what closes earlier keeps its day (R21, R23)."""
    registered_on = min(as_of, last_day - timedelta(days=_NOTICE_DAYS)) - timedelta(days=1)
    for unit in closing:
        now = units[unit.sor_id]
        if now.to_date is None or now.to_date > last_day:
            begins = max(now.from_date or registered_on, registered_on + timedelta(days=1))
            units[unit.sor_id] = replace(now, to_date=last_day, updated_on=registered_on, from_date=begins)
