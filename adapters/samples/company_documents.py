"""What CVR says of a sample register's companies: mostly what SOR says; of some it differs, and some it lacks (R19).

Every number draws its own chance, so that a later version of a document says the same but for what has changed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from adapters.cvr.sample import sample_address, sample_company, sample_production_unit
from adapters.samples.danish_places import STREETS
from adapters.samples.life import Change
from adapters.samples.tree_builder import Tree
from adapters.sor_files.entity import SnapshotEntity
from contracts.addresses import Address

_YEAR = timedelta(days=365)
_UNKNOWN, _CEASED, _OTHER_NAME, _OTHER_ADDRESS = 0.02, 0.015, 0.06, 0.08
_CEASES_WITH_SOR = 0.5
_DAYS_TO_CEASE = 30
_CEASED_AFTER_DAYS = (200, 4_000)

Json = dict[str, Any]


class _Entry(NamedTuple):
    """How CVR has a company or production unit, beside its number."""

    name: str
    address: Json | None
    started: date
    ended: date | None


def documents(change: Change, tree: Callable[[], Tree], day: date, seed: int) -> Iterator[Json]:
    """Yield the documents that are new or other with a change registered on `day`.

    `tree` gives the changed unit's tree after the change. An owner's new CVR number is another company, and the old one
    ends; a company that closes in SOR ends in CVR too, half of the time, for SOR does not do it (notes/sor.md §4.1).
    """
    before, after = change.before, change.after
    if after.cvr is not None and (before is None or (before.cvr, before.to_date) != (after.cvr, after.to_date)):
        yield from _company(after, tree(), day, seed)
    if before is not None and before.cvr is not None and before.cvr != after.cvr:
        yield from _company(before, tree(), day, seed, ended=day)
    if after.p_number is not None and (before is None or before.p_number != after.p_number):
        yield from _production_unit(after, tree(), day, seed)


def document_address(address: Address | None) -> Json | None:
    """Return an address as CVR writes it; None for one without a Danish postcode."""
    if address is None or not (address.postcode or "").isdigit():
        return None
    number = address.number or ""
    return sample_address(
        address.street or "",
        int("".join(filter(str.isdigit, number)) or 1),
        int(address.postcode or 0),
        address.city or "",
        municipality=(int(address.municipality_code or 0), (address.city or "").upper()),
        letter="".join(filter(str.isalpha, number)) or None,
        floor=address.floor,
        door=address.door,
    )


def _company(owner: SnapshotEntity, tree: Tree, day: date, seed: int, ended: date | None = None) -> Iterator[Json]:
    if owner.cvr is None:
        return
    entry = _entry(owner, owner.postal_address, f"{seed}:{owner.cvr}", day)
    if entry is not None:
        numbers = [unit.p_number for unit in tree if unit.p_number is not None]
        yield sample_company(
            owner.cvr,
            entry.name,
            started=entry.started,
            ended=ended or entry.ended,
            address=entry.address,
            p_numbers=numbers,
            version=day.toordinal(),
        )


def _production_unit(unit: SnapshotEntity, tree: Tree, day: date, seed: int) -> Iterator[Json]:
    owner = next(each for each in tree if each.sor_type == "IE")
    address = unit.visiting_address or unit.postal_address or owner.postal_address
    entry = _entry(unit, address, f"{seed}:{unit.p_number}", day)
    if entry is not None and unit.p_number is not None:
        yield sample_production_unit(
            unit.p_number,
            entry.name,
            cvr=owner.cvr,
            started=entry.started,
            ended=entry.ended,
            address=entry.address,
            version=day.toordinal(),
        )


def _entry(unit: SnapshotEntity, address: Address | None, chance: str, day: date) -> _Entry | None:
    """Return how CVR has the unit, None where it does not know the number."""
    rng = random.Random(f"cvr:{chance}")  # noqa: S311  no secret, but the same everywhere
    # Whatever comes of them, all are drawn: a later document must not draw others.
    unknown, ceased, name, elsewhere, follows = (rng.random() for _ in range(5))
    older, lived, lingers = rng.randint(0, 5), rng.randint(*_CEASED_AFTER_DAYS), rng.randint(0, _DAYS_TO_CEASE)
    other = {"street": rng.choice(STREETS), "number": str(rng.randint(200, 299))}
    if unknown < _UNKNOWN:
        return None
    first = unit.first_from_date or day
    ended = first + timedelta(days=lived) if ceased < _CEASED else None
    if ended is None and unit.to_date is not None and follows < _CEASES_WITH_SOR:
        ended = unit.to_date + timedelta(days=lingers)
    if address is not None and elsewhere < _OTHER_ADDRESS:
        address = replace(address, **other)
    return _Entry(
        name=f"{unit.name} Holding" if name < _OTHER_NAME else unit.name,
        address=document_address(address),
        started=first - older * _YEAR,
        ended=ended,
    )
