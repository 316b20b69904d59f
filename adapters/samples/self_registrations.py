"""What the places of a register would tell STPS about themselves: R15 items 3 and 12 to 18.

Works on a generated register and on one read from a snapshot. Every place draws its own chance from its
SOR-id, so that a place says the same in whatever register it stands.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from adapters.samples.danish_names import FAMILY_NAMES, GIVEN_NAMES
from adapters.samples.valid_numbers import authorisation_id, invoice_ean
from adapters.sor_files.entity import SnapshotEntity
from adapters.sor_files.treatment_places import HOSPITAL
from contracts.code_lists import bsr_unit_types_of, entity_type_code
from contracts.self_registrations import Category

_COSMETIC = entity_type_code("kosmetisk klinik")
_OUT_OF_HOURS = entity_type_code("lægevagt")
_PUBLIC = {"municipality", "region", "state"}
_LEADS = ("1", "2", "3a")
"""Categories whose places have a doctor or dentist, and so a responsible one (item 16)."""
_HALF_PER_CENT = 5
_BELOW_LIMIT_PER_CENT = 10
_VOLUNTEERS_PER_CENT = 1
_OUTGOING_ONLY_PER_CENT = 4


def self_registrations(
    units: Iterable[SnapshotEntity], registered_on: date, seed: int = 0, version: int = 1
) -> Iterator[dict[str, Any]]:
    """Yield a ``dk.bsr.self-registration.changed.v1`` (JSON-ready) for every treatment place of `units`.

    `units` must hold the owners of its places. Treatment starts in the two weeks before `registered_on`, but
    never in the year before, which would owe that year's fee too (R41).
    """
    say = Spokesman(units, seed)
    return (say.of(place, registered_on, version) for place in say.places)


class Spokesman:
    """Says what places register about themselves, knowing the units around them: at least the trees they stand in."""

    def __init__(self, units: Iterable[SnapshotEntity], seed: int) -> None:
        self._by_id = {unit.sor_id: unit for unit in units}
        self._children = Counter(unit.parent_sor_id for unit in self._by_id.values())
        self._seed = seed

    @property
    def places(self) -> Iterator[SnapshotEntity]:
        """The treatment places among the units."""
        return (unit for unit in self._by_id.values() if unit.is_treatment_place)

    def of(self, place: SnapshotEntity, registered_on: date, version: int = 1) -> dict[str, Any]:
        """Return the self-registration of one place, JSON-ready."""
        owner = self._by_id[place.owner_sor_id]
        institution = _institution(place, self._by_id)
        category = _category(place, owner, institution, practitioners=self._children[place.sor_id])
        return _self_registration(place, owner, category, registered_on, self._seed, version)


def _self_registration(
    place: SnapshotEntity,
    owner: SnapshotEntity,
    category: Category,
    registered_on: date,
    seed: int,
    version: int,
) -> dict[str, Any]:
    # Seeded for the same answer everywhere; nothing here is a secret.
    rng = random.Random(f"{seed}:{place.sor_id}")  # noqa: S311
    is_public = owner.owner_type in _PUBLIC
    is_cosmetic = place.entity_type == _COSMETIC
    started = max(registered_on - timedelta(days=rng.randint(0, 13)), registered_on.replace(month=1, day=1))
    is_out_of_hours = place.entity_type == _OUT_OF_HOURS and owner.owner_type == "region"
    physician = {"authorisationId": str(authorisation_id(rng)), "name": _person(rng)}
    return {
        "sorId": str(place.sor_id),
        "ownerSorId": str(place.owner_sor_id),
        "version": version,
        "registeredOn": registered_on.isoformat(),
        "treatmentStartedOn": started.isoformat(),
        "treatmentAtAddress": not _drawn(rng, _OUTGOING_ONLY_PER_CENT),
        "category": category,
        "turnoverBand": "full" if is_public else _turnover_band(rng, is_cosmetic=is_cosmetic),
        "volunteersOnly": _drawn(rng, _VOLUNTEERS_PER_CENT),
        "cosmetic": is_cosmetic,
        "outOfHoursScheme": f"Lægevagten {owner.name}" if is_out_of_hours else None,
        "ownerAuthorisationId": str(authorisation_id(rng)) if owner.cvr is None else None,
        "responsiblePhysician": physician if category in _LEADS else None,
        "ean": _owners_ean(owner, seed) if is_public else None,
        "referenceId": f"REF-{rng.randint(10_000, 99_999)}" if rng.random() < 0.5 else None,  # noqa: PLR2004  half
        "invoiceEmail": f"faktura@{place.sor_id}.example" if owner.cvr is None else None,
    }


def _institution(place: SnapshotEntity, by_id: dict[Any, SnapshotEntity]) -> SnapshotEntity:
    """Climb to the SI above `place`, or to the top where there is none."""
    unit = place
    while unit.sor_type != "SI" and unit.parent_sor_id is not None:
        unit = by_id[unit.parent_sor_id]
    return unit


def _category(
    place: SnapshotEntity, owner: SnapshotEntity, institution: SnapshotEntity, practitioners: int
) -> Category:
    """Choose among the unit type's categories by staffing (003 §4.1): `practitioners` are the OEs below.

    A type that BSR does not know (most units of the register CSV have none) is taken for a place of several
    persons when public and of one when private [D].
    """
    is_public = owner.owner_type in _PUBLIC
    if institution.entity_type == HOSPITAL:
        return "1"
    kinds = bsr_unit_types_of(place.entity_type) if place.entity_type else ()
    if not kinds:
        return "4" if is_public else "5"
    categories = kinds[0].categories
    works_alone = practitioners <= 1 and not is_public and len(categories) == 2  # noqa: PLR2004  several or one
    return categories[1] if works_alone else categories[0]


def _turnover_band(rng: random.Random, *, is_cosmetic: bool) -> str:
    """Mostly full; below the limit only cosmetic places register at all (R34, R44)."""
    drawn = rng.randrange(100)
    if is_cosmetic and drawn < _BELOW_LIMIT_PER_CENT:
        return "below-limit"
    return "half" if drawn >= 100 - _HALF_PER_CENT else "full"


def _owners_ean(owner: SnapshotEntity, seed: int) -> str:
    return str(invoice_ean(random.Random(f"{seed}:{owner.sor_id}:ean")))  # noqa: S311  as above


def _person(rng: random.Random) -> str:
    return f"{rng.choice(GIVEN_NAMES)} {rng.choice(FAMILY_NAMES)}"


def _drawn(rng: random.Random, per_cent: int) -> bool:
    return rng.randrange(100) < per_cent
