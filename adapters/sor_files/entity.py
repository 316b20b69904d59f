"""One unit as a SOR snapshot tells it, and the message it becomes.

Every reader yields these, whatever the file's format, together with `Damaged` for what it could not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from contracts.addresses import Address
from contracts.danish_time import danish_date, rfc3339
from contracts.identifiers import CvrNumber, Gln, PNumber, SorId
from contracts.sor_entities import OwnerType, SorType

DamageReason = Literal[
    "invalid-identifier",
    "ruined-by-spreadsheet",
    "duplicate",
    "missing-parent",
    "parent-damaged",
    "cycle",
    "unreadable",
    "unknown-label",
    "unknown-owner-type",
    "invalid-location-number",
    "cvr-differs-from-owner",
    "owner-differs-from-tree",
]


@dataclass(frozen=True)
class Damaged:
    """Something a snapshot holds that cannot be taken as it stands; reported, never dropped silently.

    `sor_id` is the text of the file, also when it is no SOR-id. `where` points into the file and holds no
    personal data (R49). With `unit_kept` the unit itself follows as an entity, without the faulty detail.
    """

    sor_id: str
    reason: DamageReason
    where: str
    unit_kept: bool = False


@dataclass(frozen=True)
class Speciality:
    """A clinical speciality (speciale): its code, and whether it is the main one (R15 item 10)."""

    code: str
    kind: Literal["main", "secondary"]


@dataclass(frozen=True)
class LocationNumber:
    """The lokationsnummer, an EDI mailbox and never the invoice EAN (R37, R47); codes as SOR writes them."""

    gln: Gln
    inherited: bool = False
    region: str | None = None
    edi_system: str | None = None
    system_supplier: str | None = None
    network_operator: str | None = None


@dataclass(frozen=True)
class SnapshotEntity:
    """A unit as it stands in a snapshot: its own fields only; R8's inheritance is for whoever holds the tree.

    `cvr` and `owner_type` stand on the owner alone (R3). `is_treatment_place` is decided in
    `treatment_places`, since no snapshot format carries the mark. `to_date` is the last day (R9).

    `type_is_unknown`: the file names a type that we cannot read, which is not the same as naming none. With
    `mark_is_unknown` it is the type that would have told whether the unit is a behandlingssted.

    An owner of unknown kind has no `owner_type` and is reported; the contract refuses its message.
    """

    sor_id: SorId
    sor_type: SorType
    owner_sor_id: SorId
    parent_sor_id: SorId | None
    name: str
    entity_type: str | None = None
    owner_type: OwnerType | None = None
    type_is_unknown: bool = False
    is_treatment_place: bool = False
    mark_is_unknown: bool = False
    cvr: CvrNumber | None = None
    p_number: PNumber | None = None
    from_date: date | None = None
    first_from_date: date | None = None
    to_date: date | None = None
    updated_on: date | None = None
    postal_address: Address | None = None
    visiting_address: Address | None = None
    activity_address: Address | None = None
    telephone: str | None = None
    email: str | None = None
    website: str | None = None
    specialities: tuple[Speciality, ...] = ()
    provider_id: str | None = None
    shak: str | None = None
    location_number: LocationNumber | None = None
    replaces: tuple[SorId, ...] = ()
    replaced_by: tuple[SorId, ...] = ()

    def as_change(
        self, version: int, registered_at: datetime, moved_to_owner_sor_id: str | None = None
    ) -> dict[str, Any]:
        """Return the data of a ``dk.sor.entity.changed.v1`` message, JSON-ready, every key present.

        A snapshot has neither version nor time of registration; the caller numbers and dates (R10).
        A format without dates (the register CSV) is taken to hold from the day it was registered [D].
        """
        from_date = self.from_date or danish_date(registered_at)
        return {
            "sorId": str(self.sor_id),
            "sorType": self.sor_type,
            "ownerSorId": str(self.owner_sor_id),
            "parentSorId": _text(self.parent_sor_id),
            "version": version,
            "registeredAt": rfc3339(registered_at),
            "channel": "snapshot",
            "status": "approved",
            "fromDate": from_date.isoformat(),
            "firstFromDate": (self.first_from_date or from_date).isoformat(),
            "toDate": self.to_date.isoformat() if self.to_date else None,
            "name": self.name,
            "entityType": self.entity_type,
            "ownerType": self.owner_type,
            "isTreatmentPlace": self.is_treatment_place,
            "cvr": _text(self.cvr),
            "pNumber": _text(self.p_number),
            "postalAddress": _address(self.postal_address),
            "visitingAddress": _address(self.visiting_address),
            "activityAddress": _address(self.activity_address),
            "telephone": self.telephone,
            "email": self.email,
            "website": self.website,
            "specialities": [{"code": each.code, "kind": each.kind} for each in self.specialities],
            "providerId": self.provider_id,
            "shak": self.shak,
            "locationNumber": _location_number(self.location_number),
            "replaces": [str(sor_id) for sor_id in self.replaces],
            "replacedBy": [str(sor_id) for sor_id in self.replaced_by],
            "movedToOwnerSorId": _text(moved_to_owner_sor_id),
        }


def _text(identifier: str | None) -> str | None:
    return None if identifier is None else str(identifier)


def _address(address: Address | None) -> dict[str, Any] | None:
    return None if address is None else address.to_dict()


def _location_number(number: LocationNumber | None) -> dict[str, Any] | None:
    if number is None:
        return None
    return {
        "gln": str(number.gln),
        "inherited": number.inherited,
        "region": number.region,
        "ediSystem": number.edi_system,
        "systemSupplier": number.system_supplier,
        "networkOperator": number.network_operator,
    }
