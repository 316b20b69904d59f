"""A made-up register in the shapes of the real one (notes/sor.md §1.1), the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, count

from adapters.samples.danish_places import REGIONS, TOWNS
from adapters.samples.private_trees import plant_clinic, plant_private_hospital
from adapters.samples.public_trees import plant_municipality, plant_region, plant_state
from adapters.samples.tree_builder import Tree, TreeBuilder, some_time_before
from adapters.samples.valid_numbers import NumberSource
from adapters.sor_files.entity import SnapshotEntity
from contracts.addresses import Address
from contracts.identifiers import CvrNumber, PNumber

SMALLEST_REGISTER = 10
_ROOM_FOR_ALL = 60
"""Units below which not every kind of owner finds room."""
_TINY_MUNICIPALITY = 4
_SAMPLE_SIZE = 4_000
_LARGEST, _SECOND_LARGEST = 1_231, 555
"""København and Aarhus in the 3,806 real units."""
_REGION = 80
_SMALL_TREE = 8
_SMALL_HOSPITAL, _LARGE_HOSPITAL = 5, 14
_ROOM_FOR_A_HOSPITAL = 20
_TREE_SIZES = {1: 3, 2: 14, 3: 53, 4: 12, 5: 7, 6: 5, 7: 1, 8: 1, 9: 1, 10: 1, 11: 1, 12: 1}
"""Units in a private owner's tree, in per cent: median 3, and half of all trees exactly 3."""
_ONE_WITHOUT_CVR_IN = 40
_ONE_HOSPITAL_IN = 80
_DEFAULT_AS_OF = date(2023, 1, 1)


@dataclass(frozen=True)
class SampleProductionUnit:
    """An SI as CVR would know it."""

    p_number: PNumber
    name: str
    address: Address | None


@dataclass(frozen=True)
class SampleCompany:
    """An owner as CVR would know it; for whoever makes the CVR documents."""

    cvr: CvrNumber
    name: str
    address: Address | None
    production_units: tuple[SampleProductionUnit, ...]


@dataclass(frozen=True)
class Register:
    """The units of a sample register, parents before children, owner by owner."""

    entities: tuple[SnapshotEntity, ...]

    @property
    def owners(self) -> tuple[SnapshotEntity, ...]:
        """The institutionsejere."""
        return tuple(entity for entity in self.entities if entity.sor_type == "IE")

    @property
    def treatment_places(self) -> tuple[SnapshotEntity, ...]:
        """The units marked as behandlingssted (R14)."""
        return tuple(entity for entity in self.entities if entity.is_treatment_place)

    def companies(self) -> Iterator[SampleCompany]:
        """Yield every owner that has a CVR number, with its SIs as production units (R3, R8)."""
        institutions: dict[str, list[SampleProductionUnit]] = {owner.sor_id: [] for owner in self.owners}
        owner_address = {owner.sor_id: owner.postal_address for owner in self.owners}
        for entity in self.entities:
            if entity.p_number is not None:
                address = entity.visiting_address or entity.postal_address or owner_address[entity.owner_sor_id]
                unit = SampleProductionUnit(entity.p_number, entity.name, address)
                institutions[entity.owner_sor_id].append(unit)
        for owner in self.owners:
            if owner.cvr is not None:
                units = tuple(institutions[owner.sor_id])
                yield SampleCompany(owner.cvr, owner.name, owner.postal_address, units)


def sample_trees(units: int, seed: int, as_of: date = _DEFAULT_AS_OF) -> Iterator[Tree]:
    """Yield a register of exactly `units` units, owner by owner, all in force on `as_of`.

    From 60 units on every kind of owner is there, from 4,000 on a kommune with more than 1,000. One tree at a time is
    in memory. Raises `ValueError` below `SMALLEST_REGISTER`.
    """
    if units < SMALLEST_REGISTER:
        raise ValueError(f"a sample register needs at least {SMALLEST_REGISTER} units, not {units}")
    # Seeded for the same register everywhere; nothing here is a secret.
    rng = random.Random(seed)  # noqa: S311
    builder = TreeBuilder(rng, NumberSource(rng), some_time_before(as_of, rng))
    left = units
    for tree in _public_owners(builder, units):
        left -= len(tree)
        yield tree
    for nth in count():
        if left == 0:
            return
        tree = _private_owner(builder, nth, left)
        left -= len(tree)
        yield tree


def generate_register(units: int, seed: int, as_of: date = _DEFAULT_AS_OF) -> Register:
    """Return the register of `sample_trees` whole."""
    return Register(tuple(chain.from_iterable(sample_trees(units, seed, as_of))))


def private_tree_size(rng: random.Random) -> int:
    """Draw how many units a private owner has."""
    return rng.choices(tuple(_TREE_SIZES), weights=tuple(_TREE_SIZES.values()))[0]


def _public_owners(builder: TreeBuilder, units: int) -> Iterator[Tree]:
    """Plant kommuner, regions and the state, in about their real share of the units."""
    if units < _ROOM_FOR_ALL:
        plant_municipality(builder, _TINY_MUNICIPALITY, TOWNS[0])
        yield builder.take()
        return
    share = min(1.0, units / _SAMPLE_SIZE)
    for nth in range(max(1, units // _SAMPLE_SIZE)):
        large, second = TOWNS[2 * nth % len(TOWNS)], TOWNS[(2 * nth + 1) % len(TOWNS)]
        plant_municipality(builder, max(_SMALL_TREE, int(_LARGEST * share)), large)
        yield builder.take()
        plant_municipality(builder, max(_SMALL_TREE, int(_SECOND_LARGEST * share)), second)
        yield builder.take()
        region_code = tuple(REGIONS)[nth % len(REGIONS)]
        seat = next(town for town in TOWNS if town.region_code == region_code)
        plant_region(builder, max(_SMALL_TREE, int(_REGION * share)), region_code, seat)
        yield builder.take()
        plant_state(builder, builder.rng.randint(3, 8))
        yield builder.take()


def _private_owner(builder: TreeBuilder, nth: int, left: int) -> Tree:
    """Plant the `nth` private owner, of `left` units at most: a hospital now and then, else a clinic."""
    size = min(left, private_tree_size(builder.rng))
    if nth % _ONE_HOSPITAL_IN == 0 and left >= _ROOM_FOR_A_HOSPITAL:
        plant_private_hospital(builder, builder.rng.randint(_SMALL_HOSPITAL, _LARGE_HOSPITAL))
    else:
        plant_clinic(builder, size, has_cvr=nth % _ONE_WITHOUT_CVR_IN != 1)
    return builder.take()
