"""Public owners: kommuner with hundreds of units, regions with hospitals and lægevagt, the state (R18)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from adapters.samples.danish_names import FAMILY_NAMES
from adapters.samples.danish_places import REGIONS, STREETS, Town
from adapters.samples.private_trees import plant_department
from adapters.samples.tree_builder import TreeBuilder
from adapters.sor_files.entity import SnapshotEntity

_MUNICIPAL_PLACES = {
    "plejehjem": "Plejehjemmet {name}",
    "bosted": "Bostedet {name}",
    "hjemmesygeplejeenhed": "Hjemmesygeplejen {name}",
    "tandplejeklinik": "Tandplejen {name}",
    "sygeplejeklinik": "Sygeplejeklinikken {name}",
    "sundhedsplejen": "Sundhedsplejen {name}",
    "sundhedscenter": "Sundhedscenter {name}",
    "genoptræningsenhed": "Genoptræningen {name}",
}
_SHARES = (33, 32, 10, 8, 5, 5, 4, 3)
"""About as in the 3,806 real units (notes/sor.md §1.1)."""
_NOT_IN_BSR = {"sygeplejeklinik"}
_DEEPEST = 8
_DEEP_TREE_SIZE = 20
_ONE_GROUP_IN = 4
_ROOM_FOR_AN_ANOMALY = 500
_ONE_ELSEWHERE_IN = 30


def plant_municipality(builder: TreeBuilder, size: int, town: Town) -> None:
    """Plant a kommune of `size` units; from 20 units on one branch is eight edges deep, as in real data."""
    rng = builder.rng
    owner = builder.owner(town.municipality, "kommune", town, **builder.contact(town.municipality))
    department = builder.institution(owner, f"Sundhedsforvaltningen, {town.city}", "sundhedsforvaltning")
    groups: list[tuple[SnapshotEntity, int]] = [(department, 1)]
    left = size - 2
    if size >= _DEEP_TREE_SIZE:
        for depth in range(2, _DEEPEST):
            groups.append((builder.unit(groups[-1][0], f"Område {depth - 1}", "administrativ enhed"), depth))
        _plant_municipal_place(builder, groups[-1][0], town)
        left -= _DEEPEST - 1
    if size >= _ROOM_FOR_AN_ANOMALY:
        # An SI under an SI: one has been seen in 3,806 real units, and no schema has room for it (R11).
        builder.institution(department, f"Sundhedshuset {town.city}", "sundhedscenter", is_treatment_place=True)
        left -= 1
    for _ in range(left):
        parent, depth = rng.choice(groups)
        if depth < _DEEPEST - 1 and rng.randrange(_ONE_GROUP_IN) == 0:
            area = builder.unit(parent, f"Område {rng.choice(STREETS)}", "administrativ enhed")
            groups.append((area, depth + 1))
        else:
            _plant_municipal_place(builder, parent, town)


def plant_region(builder: TreeBuilder, size: int, region_code: str, town: Town) -> None:
    """Plant a region: hospitals with departments, and a lægevagt scheme with fixed sites (R42)."""
    name = REGIONS[region_code]
    owner = builder.owner(name, "region", town, **builder.contact(name))
    scheme = builder.institution(owner, f"Lægevagten {name}", "administrativ enhed")
    sites = max(1, size // 10)
    for number in range(sites):
        address = builder.address(town)
        builder.unit(
            scheme,
            f"Lægevagten, konsultation {number + 1}",
            "lægevagt",
            is_treatment_place=True,
            visiting_address=address,
        )
    for count in _departments(builder.rng, size - 2 - sites):
        hospital = builder.institution(owner, f"{town.city} Sygehus {count}", "hospital", shak=f"{count:04}")
        for number in range(count):
            plant_department(builder, hospital, f"Afdeling {builder.rng.choice(FAMILY_NAMES)[0]}{number + 1}")


def _departments(rng: random.Random, units: int) -> Iterator[int]:
    """Yield how many departments each hospital has, of `units` units in all; one without would be a place itself."""
    while units > 0:
        count = min(units - 1, rng.randint(5, 25))
        count += units - 1 - count == 1  # no unit is left alone
        yield count
        units -= count + 1


def plant_state(builder: TreeBuilder, size: int) -> None:
    """Plant a state authority with clinics of its own."""
    town = builder.town()
    owner = builder.owner("Statens Sundhedstjeneste", "stat", town, **builder.contact("Statens Sundhedstjeneste"))
    for number in range(size - 1):
        builder.institution(
            owner,
            f"Sundhedscenter {builder.rng.choice(STREETS)} {number + 1}",
            "sundhedscenter",
            is_treatment_place=True,
            visiting_address=builder.address(builder.town()),
        )


def _plant_municipal_place(builder: TreeBuilder, parent: SnapshotEntity, town: Town) -> None:
    rng = builder.rng
    label = rng.choices(tuple(_MUNICIPAL_PLACES), weights=_SHARES)[0]
    name = _MUNICIPAL_PLACES[label].format(name=rng.choice(STREETS))
    builder.unit(
        parent,
        name,
        label,
        is_treatment_place=label not in _NOT_IN_BSR,
        visiting_address=builder.address(town),
        activity_address=builder.address(town) if rng.randrange(_ONE_ELSEWHERE_IN) == 0 else None,
        **builder.contact(name),
    )
