"""The hand that plants sample units: one at a time, each with its numbers, dates, address and contact."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from adapters.samples.danish_names import FAMILY_NAMES, GIVEN_NAMES
from adapters.samples.danish_places import STREETS, TOWNS, Town
from adapters.samples.valid_numbers import NumberSource
from adapters.sor_files.entity import LocationNumber, SnapshotEntity
from contracts.addresses import Address
from contracts.code_lists import entity_type_code, owner_type_of
from contracts.sor_entities import SorType

LONGEST_NAME = 60
"""The facet of SOR's EntityName (notes/sor.md §1.1)."""
_OLDEST_UNIT_DAYS = 15 * 365
_NOTICE = timedelta(days=7)
_LATIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_DOMAIN_BREAK = re.compile(r"[^a-z0-9]+")

Tree = tuple[SnapshotEntity, ...]
"""One owner's units, parents before children."""


class Born(NamedTuple):
    """The first day a unit holds, and the day it was registered."""

    first_from: date
    registered_on: date


Birthday = Callable[[SnapshotEntity | None], Born]
"""Says when the next child of a unit (an owner: of None) is born."""


def type_code(label: str) -> str:
    """Return the code of an entity type that the sample uses. Raises `KeyError` if the code list lacks it."""
    code = entity_type_code(label)
    if code is None:
        raise KeyError(label)
    return code


def some_time_before(as_of: date, rng: random.Random) -> Birthday:
    """Births of the past fifteen years, children after their parents; registered a week ahead."""

    def born(parent: SnapshotEntity | None) -> Born:
        earliest = as_of - timedelta(days=_OLDEST_UNIT_DAYS)
        if parent is not None and parent.first_from_date is not None:
            earliest = parent.first_from_date
        first = earliest + timedelta(days=rng.randint(0, max(0, (as_of - earliest).days - 1)))
        return Born(first, first - _NOTICE)

    return born


def inherited_number(parent: SnapshotEntity | None) -> LocationNumber | None:
    """Return the lokationsnummer that a child of `parent` has from it: number and region, None where it has none."""
    above = parent.location_number if parent is not None else None
    return LocationNumber(gln=above.gln, inherited=True, region=above.region) if above is not None else None


class TreeBuilder:
    """Plants units, parents first, until they are taken. All chance comes from `rng`."""

    def __init__(self, rng: random.Random, numbers: NumberSource, birthday: Birthday) -> None:
        self.rng = rng
        self.numbers = numbers
        self._birthday = birthday
        self._planted: list[SnapshotEntity] = []
        self._owner_has_cvr = False

    def take(self) -> Tree:
        """Return what was planted since the last time."""
        tree = tuple(self._planted)
        self._planted.clear()
        return tree

    def go_on_under(self, owner: SnapshotEntity) -> None:
        """Let what is planted next stand under `owner`, planted or read at another time."""
        self._owner_has_cvr = owner.cvr is not None

    def person(self) -> str:
        """Return a made-up name of a person."""
        return f"{self.rng.choice(GIVEN_NAMES)} {self.rng.choice(FAMILY_NAMES)}"

    def town(self) -> Town:
        """Return any of the towns."""
        return self.rng.choice(TOWNS)

    def address(self, town: Town) -> Address:
        """Return an address in `town`; one in five is on a floor."""
        on_floor = self.rng.random() < 0.2  # noqa: PLR2004  one in five
        return Address(
            street=self.rng.choice(STREETS),
            number=f"{self.rng.randint(1, 199)}{self.rng.choice(['', '', '', 'A', 'B'])}",
            floor=self.rng.choice(["st", "1", "2", "3"]) if on_floor else None,
            door=self.rng.choice(["tv", "th"]) if on_floor else None,
            postcode=town.postcode,
            city=town.city,
            municipality_code=town.municipality_code,
            country_code="DK",
        )

    def telephone(self) -> str:
        """Return a number of eight digits."""
        return str(self.rng.randint(20_000_000, 99_999_999))

    def contact(self, name: str) -> dict[str, Any]:
        """Return telephone, e-mail and website of a unit; the domains are reserved ones (RFC 2606)."""
        domain = _DOMAIN_BREAK.sub("-", name.lower().translate(_LATIN)).strip("-") + ".example"
        return {
            "telephone": self.telephone(),
            "email": f"post@{domain}",
            "website": f"www.{domain}",
        }

    def own_location_number(self, town: Town) -> LocationNumber:
        """Return a lokationsnummer with EDI details, in SOR's short internal numbers (notes/sor.md §1.7)."""
        return LocationNumber(
            gln=self.numbers.location_gln(),
            region=town.region_code,
            edi_system="225",
            system_supplier="162",
            network_operator=self.rng.choice(["41000035001", "51000035003", "81000035007"]),
        )

    def owner(self, name: str, label: str, town: Town, *, has_cvr: bool = True, **fields: Any) -> SnapshotEntity:
        """Plant an institutionsejer of the kind `label` (privat, kommune, region, stat)."""
        self._owner_has_cvr = has_cvr
        return self._plant(
            "IE",
            None,
            name,
            label,
            {
                "owner_type": owner_type_of(label),
                "cvr": self.numbers.cvr() if has_cvr else None,
                "postal_address": self.address(town),
                **fields,
            },
        )

    def institution(self, parent: SnapshotEntity, name: str, label: str | None, **fields: Any) -> SnapshotEntity:
        """Plant an SI; it has a P number where its owner has a CVR number (R3)."""
        p_number = self.numbers.p_number() if self._owner_has_cvr else None
        return self._plant("SI", parent, name, label, {"p_number": p_number, **fields})

    def unit(self, parent: SnapshotEntity, name: str, label: str | None = None, **fields: Any) -> SnapshotEntity:
        """Plant an OE."""
        return self._plant("OE", parent, name, label, fields)

    def _plant(
        self,
        sor_type: SorType,
        parent: SnapshotEntity | None,
        name: str,
        label: str | None,
        fields: Mapping[str, Any],
    ) -> SnapshotEntity:
        born = self._birthday(parent)
        sor_id = self.numbers.sor_id()
        entity = SnapshotEntity(
            sor_id=sor_id,
            sor_type=sor_type,
            owner_sor_id=parent.owner_sor_id if parent else sor_id,
            parent_sor_id=parent.sor_id if parent else None,
            name=name[:LONGEST_NAME].rstrip(),
            first_from_date=born.first_from,
            from_date=born.first_from,
            updated_on=born.registered_on,
            **{
                "entity_type": type_code(label) if label else None,
                "location_number": inherited_number(parent),
                **fields,
            },
        )
        self._planted.append(entity)
        return entity
