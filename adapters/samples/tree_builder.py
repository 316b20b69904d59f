"""The hand that plants sample units: one at a time, each with its numbers, dates, address and contact."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from adapters.samples.danish_names import FAMILY_NAMES, GIVEN_NAMES
from adapters.samples.danish_places import STREETS, TOWNS, Town
from adapters.samples.valid_numbers import NumberSource
from adapters.sor_files.entity import LocationNumber, SnapshotEntity
from contracts.addresses import Address
from contracts.code_lists import entity_type_code, owner_type_of
from contracts.sor_entities import SorType

_LONGEST_NAME = 60
"""The facet of SOR's EntityName (notes/sor.md §1.1)."""
_OLDEST_UNIT_DAYS = 15 * 365
_LATIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def type_code(label: str) -> str:
    """Return the code of an entity type that the sample uses. Raises `KeyError` if the code list lacks it."""
    code = entity_type_code(label)
    if code is None:
        raise KeyError(label)
    return code


class TreeBuilder:
    """Plants units and keeps them in order, parents first. All chance comes from `rng`."""

    def __init__(self, rng: random.Random, as_of: date) -> None:
        self.rng = rng
        self.numbers = NumberSource(rng)
        self.entities: list[SnapshotEntity] = []
        self._as_of = as_of

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

    def contact(self, name: str) -> dict[str, Any]:
        """Return telephone, e-mail and website of a unit; the domains are reserved ones (RFC 2606)."""
        domain = re.sub(r"[^a-z0-9]+", "-", name.lower().translate(_LATIN)).strip("-") + ".example"
        return {
            "telephone": f"{self.rng.randint(20, 99)}{self.rng.randint(0, 999_999):06}",
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

    def institution(self, parent: SnapshotEntity, name: str, label: str, **fields: Any) -> SnapshotEntity:
        """Plant an SI; it has a P number where its owner has a CVR number (R3)."""
        owner_has_cvr = parent.cvr is not None
        p_number = self.numbers.p_number() if owner_has_cvr else None
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
        earliest = self._as_of - timedelta(days=_OLDEST_UNIT_DAYS)
        if parent is not None and parent.first_from_date is not None:
            earliest = parent.first_from_date
        first = earliest + timedelta(days=self.rng.randint(0, max(0, (self._as_of - earliest).days - 1)))
        sor_id = self.numbers.sor_id()
        location = parent.location_number if parent is not None else None
        inherited = LocationNumber(gln=location.gln, inherited=True, region=location.region) if location else None
        entity = SnapshotEntity(
            sor_id=sor_id,
            sor_type=sor_type,
            owner_sor_id=parent.owner_sor_id if parent else sor_id,
            parent_sor_id=parent.sor_id if parent else None,
            name=name[:_LONGEST_NAME].rstrip(),
            first_from_date=first,
            from_date=first,
            updated_on=first - timedelta(days=7),
            **{
                "entity_type": type_code(label) if label else None,
                "location_number": inherited,
                **fields,
            },
        )
        self.entities.append(entity)
        return entity
