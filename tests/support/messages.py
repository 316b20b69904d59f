"""Complete valid input messages: every key of contracts.md is there, in its order."""

from __future__ import annotations

from typing import Any

from adapters.cvr.sample import sample_cvr_numbers, sample_p_numbers
from contracts.identifiers import CvrNumber, PNumber, SorId

Json = dict[str, Any]

ENTITY_TYPE = {"clinic": "554061000005105", "hospital": "22232009", "department": "550851000005109"}
CHIROPODIST = ENTITY_TYPE["clinic"]


def sor_id(item: int) -> str:
    """A SOR-id whose check digit holds (R1)."""
    return str(SorId.of_item(item))


def cvr_number(index: int) -> str:
    """The `index`-th of the CVR numbers that hold their check and that nobody has (R2)."""
    return str(CvrNumber(next(sample_cvr_numbers(90_000_001 + 100 * index))))


def p_number(index: int) -> str:
    """The same for P numbers (R2)."""
    return str(PNumber(next(sample_p_numbers(1_900_000_001 + 100 * index))))


def camel(name: str) -> str:
    """`to_date` as it is written on the wire: ``toDate``. A name that is camelCase already stays."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def address(street: str, number: str = "70", **changes: str | None) -> Json:
    """An address as SOR writes it."""
    whole: Json = {
        "street": street,
        "number": number,
        "floor": None,
        "door": None,
        "postcode": "9700",
        "city": "Brønderslev",
        "municipalityCode": "0810",
        "countryCode": "DK",
    }
    return whole | {camel(name): value for name, value in changes.items()}


def entity(**changes: Any) -> Json:
    """The data of a ``dk.sor.entity.changed.v1``; keyword names in snake_case."""
    whole: Json = {
        "sorId": None,
        "sorType": "SI",
        "ownerSorId": None,
        "parentSorId": None,
        "version": 1,
        "registeredAt": "2023-01-02T08:00:00Z",
        "channel": "self-service",
        "status": "approved",
        "fromDate": "2023-01-02",
        "firstFromDate": "2023-01-02",
        "toDate": None,
        "name": "Brønderslev fodterapi",
        "entityType": None,
        "ownerType": None,
        "isTreatmentPlace": False,
        "cvr": None,
        "pNumber": None,
        "postalAddress": None,
        "visitingAddress": None,
        "activityAddress": None,
        "telephone": None,
        "email": None,
        "website": None,
        "specialities": [],
        "providerId": None,
        "shak": None,
        "locationNumber": None,
        "replaces": [],
        "replacedBy": [],
        "movedToOwnerSorId": None,
    }
    return _changed(whole, changes)


def self_registration(**changes: Any) -> Json:
    """The data of a ``dk.bsr.self-registration.changed.v1``; keyword names in snake_case."""
    whole: Json = {
        "sorId": None,
        "ownerSorId": None,
        "version": 1,
        "registeredOn": "2023-01-16",
        "treatmentStartedOn": None,
        "treatmentAtAddress": True,
        "category": "5",
        "turnoverBand": "full",
        "volunteersOnly": False,
        "cosmetic": False,
        "outOfHoursScheme": None,
        "ownerAuthorisationId": None,
        "responsiblePhysician": None,
        "ean": None,
        "referenceId": None,
        "invoiceEmail": None,
    }
    return _changed(whole, changes)


def _changed(whole: Json, changes: Json) -> Json:
    named = {camel(name): value for name, value in changes.items()}
    unknown = named.keys() - whole.keys()
    if unknown:
        raise TypeError(f"the message has no {', '.join(sorted(unknown))}")
    return whole | named
