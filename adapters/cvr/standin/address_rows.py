"""An address entry of a document under Datafordeler's names, where every value is text (notes/cvr.md §2.2, §3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.cvr.periods import section
from adapters.cvr.registered_address import scalar_text


def address_fields(entry: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the fields of a row of CVR_Adressering; as in the service, a municipality's code has no leading zero."""
    municipality = section(entry.get("kommune"))
    fields = {
        "landekode": entry.get("landekode"),
        "adresseFritekst": entry.get("fritekst"),
        "vejkode": entry.get("vejkode"),
        "vejnavn": entry.get("vejnavn"),
        "husnummerFra": _house(entry, "Fra"),
        "husnummerTil": _house(entry, "Til"),
        "etagebetegnelse": entry.get("etage"),
        "doerbetegnelse": entry.get("sidedoer"),
        "postboks": entry.get("postboks"),
        "supplerendeBynavn": entry.get("bynavn"),
        "postnummer": entry.get("postnummer"),
        "postdistrikt": entry.get("postdistrikt"),
        "kommunekode": municipality.get("kommuneKode"),
        "kommunenavn": municipality.get("kommuneNavn"),
    }
    return {"coNavn": scalar_text(entry.get("conavn"))} | {
        f"CVRAdresse_{name}": scalar_text(value) for name, value in fields.items()
    }


def _house(entry: Mapping[str, Any], end: str) -> str:
    return (scalar_text(entry.get(f"husnummer{end}")) or "") + (scalar_text(entry.get(f"bogstav{end}")) or "")
