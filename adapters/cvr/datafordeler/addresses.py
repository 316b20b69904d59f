"""A row of CVR_Adressering as an address entry of a document (notes/cvr.md §2.2, §3.3, §3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

REGISTERED: Final = "beliggenhedsadresse"
POSTAL: Final = "postadresse"

_FIELDS: Final = {
    "landekode": "landekode",
    "fritekst": "adresseFritekst",
    "vejnavn": "vejnavn",
    "husnummerFra": "husnummerFra",
    "husnummerTil": "husnummerTil",
    "etage": "etagebetegnelse",
    "sidedoer": "doerbetegnelse",
    "postboks": "postboks",
    "bynavn": "supplerendeBynavn",
    "postnummer": "postnummer",
    "postdistrikt": "postdistrikt",
}


def purpose(row: Mapping[str, Any]) -> str:
    """Return what the address is for: `REGISTERED`, `POSTAL`, or another word that is not read."""
    return str(row.get("AdresseringAnvendelse")).strip().casefold()


def address_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address of a row under the names of a document, without its period."""
    entry = {name: row.get(f"CVRAdresse_{field}") for name, field in _FIELDS.items()}
    return {**entry, "kommune": {"kommuneKode": row.get("CVRAdresse_kommunekode")}}
