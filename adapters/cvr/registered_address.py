"""A CVR address as one of ours (notes/cvr.md §1.5, §3.3, §3.7, §3.14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.cvr.periods import applicable, entries, period_of, section
from contracts.addresses import LONGEST, Address

_POSTCODE_DIGITS = 4
_MUNICIPALITY_DIGITS = 4


def scalar_text(value: object) -> str | None:
    """Return a JSON string or number as text without outer blanks; None for null, blank and everything else.

    CVR writes numbers as numbers in Elasticsearch and as text in its other services and re-exports.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def registered_address(content: Mapping[str, Any], metadata: Mapping[str, Any], today: date) -> Address | None:
    """Return the address that counts on `today`: a valid one before a past one, a registered before a postal.

    The metadata's "newest" comes last (notes/cvr.md §3.2). None is a legal state: an owner's address may be
    protected, and some closed units have none left. Where the registered one of today is empty, no past one is told;
    one that is still to come is none.
    """
    registered, postal = (_begun(content.get(name), today) for name in ("beliggenhedsadresse", "postadresse"))
    candidates = [
        applicable(filter(_to_address, registered), today),
        applicable(filter(_to_address, postal), today),
        *_begun([metadata.get("nyesteBeliggenhedsadresse")], today),
    ]
    if any(period_of(entry).covers(today) for entry in registered):
        candidates = [entry for entry in candidates if period_of(entry).covers(today)]
    candidates.sort(key=lambda entry: not period_of(entry).covers(today))
    return next(filter(None, map(_to_address, candidates)), None)


def _begun(candidates: object, today: date) -> list[Mapping[str, Any]]:
    return [entry for entry in entries(candidates) if not period_of(entry).is_after(today)]


def _to_address(entry: Mapping[str, Any]) -> Address | None:
    country = scalar_text(entry.get("landekode"))
    municipality = scalar_text(section(entry.get("kommune")).get("kommuneKode"))
    parts = {
        "street": _street(entry),
        "number": _house_number(entry),
        "floor": scalar_text(entry.get("etage")),
        "door": scalar_text(entry.get("sidedoer")),
        "postcode": _postcode(entry, country),
        "city": scalar_text(entry.get("postdistrikt")) or scalar_text(entry.get("bynavn")),
        "municipality_code": municipality and municipality.zfill(_MUNICIPALITY_DIGITS),
    }
    if not any(parts.values()):
        return None
    parts["country_code"] = country
    return Address(**{name: text and text[: LONGEST[name]] for name, text in parts.items()})


def _street(entry: Mapping[str, Any]) -> str | None:
    street = scalar_text(entry.get("vejnavn")) or scalar_text(entry.get("fritekst"))
    box = scalar_text(entry.get("postboks"))
    return street or (f"Postboks {box}" if box else None)


def _house_number(entry: Mapping[str, Any]) -> str | None:
    ends = [
        (scalar_text(entry.get(f"husnummer{end}")) or "") + (scalar_text(entry.get(f"bogstav{end}")) or "")
        for end in ("Fra", "Til")
    ]
    return "-".join(filter(None, ends)) or None


def _postcode(entry: Mapping[str, Any], country: str | None) -> str | None:
    postcode = scalar_text(entry.get("postnummer"))
    # 0800 Høje Taastrup arrives as the number 800; Faroese postcodes have three digits and stay.
    return postcode.zfill(_POSTCODE_DIGITS) if postcode and country in {None, "DK"} else postcode
