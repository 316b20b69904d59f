"""The record that BSR should hold of a place: what SOR says, inheritance resolved (R3, R8, R15)."""

from __future__ import annotations

from typing import Any

from oracle.effects import Registration
from oracle.history import Json

Way = list[Json]
"""A unit, its parent, … up to its owner."""


def identity(way: Way) -> Registration:
    """R6. A private place is the same whatever its P number."""
    owner = way[-1]
    return Registration(way[0]["sorId"], owner["cvr"], None if owner["ownerType"] == "private" else p_number(way))


def p_number(way: Way) -> str | None:
    """The unit's own, or that of the nearest above it (R3)."""
    return _nearest(way, "pNumber")


def record(
    way: Way, under: Registration, *, registered: bool, closes_on: str | None, kind: str | None = None
) -> dict[str, Any]:
    """What is forwarded of the place at the bottom of `way`, as `under` is known to BSR, with that `kind` of owner."""
    unit, owner = way[0], way[-1]
    is_private = (owner["ownerType"] if kind is None or under == identity(way) else kind) == "private"
    return {
        "ownerSorId": owner["sorId"],
        "sorStatus": unit["status"],
        "state": "registered" if registered else "awaiting-self-registration",
        "name": unit["name"],
        "visitingAddress": _visiting(way),
        "activityAddress": unit["activityAddress"] or _visiting(way),
        "telephone": _nearest(way, "telephone"),
        "email": _nearest(way, "email"),
        "website": _nearest(way, "website"),
        "cvr": under.cvr,
        "pNumber": p_number(way) if is_private else under.p_number,
        "unitType": unit["entityType"],
        "specialities": unit["specialities"],
        "affiliation": {
            "ownerType": owner["ownerType"],
            "owner": owner["name"],
            "path": [[step["sorId"], step["name"], step["sorType"]] for step in reversed(way[1:])],
        },
        "closesOn": closes_on,
    }


def _visiting(way: Way) -> Json | None:
    return way[0]["visitingAddress"] or _nearest(way, "postalAddress")


def _nearest(way: Way, field: str) -> Any:
    return next((entity[field] for entity in way if entity[field] is not None), None)
