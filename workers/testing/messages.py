"""Complete valid input messages: every key of the contract is there, in its order; and the envelope around them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from contracts.cloudevents import Headers
from contracts.danish_time import COPENHAGEN, rfc3339

Json = dict[str, Any]


def camel(name: str) -> str:
    """`to_date` as it is written on the wire: ``toDate``. A name that is camelCase already stays."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def instant(time: str | datetime) -> datetime:
    """Danish wall time unless the text carries a zone: "2023-05-01 10:00", "2023-05-01", "2023-05-01T08:00Z"."""
    parsed = time if isinstance(time, datetime) else datetime.fromisoformat(time)
    return (parsed.replace(tzinfo=COPENHAGEN) if parsed.tzinfo is None else parsed).astimezone(UTC)


def entity(**changes: Any) -> Json:
    """The data of a ``dk.sor.entity.changed.v1``; keyword names in snake_case. Raises `TypeError` for other names."""
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
    return changed(whole, changes)


def self_registration(**changes: Any) -> Json:
    """The data of a ``dk.bsr.self-registration.changed.v1``; as `entity`."""
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
    return changed(whole, changes)


def changed(whole: Json, changes: Json) -> Json:
    """The message with some of its fields replaced. Raises `TypeError` for a field it does not have."""
    named = {camel(name): value for name, value in changes.items()}
    unknown = named.keys() - whole.keys()
    if unknown:
        raise TypeError(f"the message has no {', '.join(sorted(unknown))}")
    return whole | named


def envelope(value: Json | bytes | None, ce_type: str | None, ce_id: str | None, now: datetime) -> Headers:
    """A whole CloudEvents envelope in binary mode; without `ce_id` one that names the unit and its version."""
    subject = str(value["sorId"]) if isinstance(value, dict) and "sorId" in value else "unknown"
    version = value.get("version", 0) if isinstance(value, dict) else 0
    headers = {
        "ce_specversion": "1.0",
        "ce_id": ce_id or f"{(ce_type or 'event').rsplit('.', 2)[0]}-{subject}-v{version}",
        "ce_source": "urn:test",
        "ce_time": rfc3339(now),
        "ce_subject": subject,
        "content-type": "application/json",
    }
    if ce_type is not None:
        headers["ce_type"] = ce_type
    return tuple((name, text.encode()) for name, text in headers.items())
