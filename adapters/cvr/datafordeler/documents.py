"""Rows of several entities as documents of one company or unit, in the shape that is read (notes/cvr.md §1.5, §2.2).

The shape is that of Elasticsearch: with it every rule of reading holds for both services. A row's ``virkningFra`` and
``virkningTil`` are its period, ``registreringFra`` tells of two rows which is the newer, and a row whose registration
has ended is superseded and dropped. ``virkningTil`` is read as the last day, as ``gyldigTil`` is; no source says, and
where another row follows it makes no difference, since the later start counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters.cvr.datafordeler.addresses import POSTAL, REGISTERED, address_entry, purpose
from adapters.cvr.legal_forms import SHORT_NAMES
from adapters.cvr.periods import applicable
from adapters.cvr.reading import COMPANY, PRODUCTION_UNIT
from adapters.cvr.registered_address import scalar_text
from adapters.cvr.service import Number
from contracts.identifiers import CvrNumber, PNumber

Row = Mapping[str, Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one answer by entity, in any order."""

    companies: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    addresses: list[Row] = field(default_factory=list)
    forms: list[Row] = field(default_factory=list)
    credit_events: list[Row] = field(default_factory=list)


def documents(rows: Rows, today: date) -> dict[Number, Json]:
    """Join the rows to one document for each number among them; `today` decides which status is the present one."""
    by_number: dict[Number, Json] = {}
    for key, own in _grouped(rows.companies, "CVRNummer").items():
        by_number[CvrNumber.parse(key)] = _company(key, own, rows, today)
    for key, own in _grouped(rows.units, "pNummer").items():
        by_number[PNumber.parse(key)] = _unit(key, own, rows, today)
    return by_number


def _company(number: str, own: list[Row], rows: Rows, today: date) -> Json:
    ids = _ids(own)
    content = {
        "cvrNummer": number,
        "livsforloeb": _spans(own, "virksomhedStartdato", "virksomhedOphoersdato"),
        "virksomhedsform": [_dated(row, _form(row)) for row in _of(rows.forms, ids)],
        "virksomhedsstatus": [_dated(row, {"status": _event(row)}) for row in _of(rows.credit_events, ids)],
        "virksomhedMetadata": {"sammensatStatus": _present_status(own, today)},
    }
    return {COMPANY: content | _names_and_addresses(rows, ids)}


def _unit(number: str, own: list[Row], rows: Rows, today: date) -> Json:
    owners = _grouped(own, "tilknyttetVirksomhedsCVRNummer")
    content = {
        "pNummer": number,
        "livsforloeb": _spans(own, "produktionsenhedStartdato", "produktionsenhedOphoersdato"),
        "virksomhedsrelation": [
            {"cvrNummer": owner, **span}
            for owner, owned in owners.items()
            for span in _spans(owned, "tilknyttetTilVirksomhedStartdato", "tilknyttetTilVirksomhedOphoersdato")
        ],
        "produktionsEnhedMetadata": {"sammensatStatus": _present_status(own, today)},
    }
    return {PRODUCTION_UNIT: content | _names_and_addresses(rows, _ids(own))}


def _names_and_addresses(rows: Rows, ids: set[str]) -> Json:
    names = _of(rows.names, ids)
    # Sequence 0 is the name itself, others are secondary names.
    names = [row for row in names if scalar_text(row.get("sekvens")) in {None, "0"}] or names
    addresses = _of(rows.addresses, ids)
    return {
        "navne": [_dated(row, {"navn": row.get("vaerdi")}) for row in names],
        "beliggenhedsadresse": [_dated(row, address_entry(row)) for row in addresses if purpose(row) == REGISTERED],
        "postadresse": [_dated(row, address_entry(row)) for row in addresses if purpose(row) == POSTAL],
    }


def _spans(rows: Iterable[Row], start: str, end: str) -> list[Json]:
    """Return the stretches that rows speak of: for each first day, what the newest of its rows says of the last."""
    newest = {scalar_text(row.get(start)): row for row in sorted(rows, key=_age)}
    return [
        {
            "periode": {"gyldigFra": first, "gyldigTil": row.get(end) or row.get("virkningTil")},
            "sidstOpdateret": row.get("registreringFra"),
        }
        for first, row in newest.items()
    ]


def _age(row: Row) -> tuple[str, str]:
    """The oldest first; ISO dates sort as text."""
    return str(row.get("virkningFra") or ""), str(row.get("registreringFra") or "")


def _dated(row: Row, content: Json) -> Json:
    period = {"gyldigFra": row.get("virkningFra"), "gyldigTil": row.get("virkningTil")}
    return {**content, "periode": period, "sidstOpdateret": row.get("registreringFra")}


def _present_status(rows: Iterable[Row], today: date) -> object:
    return applicable([_dated(row, {"status": row.get("status")}) for row in rows], today).get("status")


def _form(row: Row) -> Json:
    code, long = scalar_text(row.get("vaerdi")), scalar_text(row.get("vaerdiTekst"))
    return {"kortBeskrivelse": SHORT_NAMES.get(code or "") or long or code}


def _event(row: Row) -> object:
    return row.get("statusvaerdiTekst") or row.get("kreditoplysningstekst")


def _grouped(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if (number := scalar_text(row.get(key))) and not _is_superseded(row):
            groups.setdefault(number, []).append(row)
    return groups


def _of(rows: Iterable[Row], ids: set[str]) -> list[Row]:
    return [row for row in rows if scalar_text(row.get("CVREnhedsId")) in ids and not _is_superseded(row)]


def _ids(rows: Iterable[Row]) -> set[str]:
    return {text for row in rows if (text := scalar_text(row.get("id")))}


def _is_superseded(row: Row) -> bool:
    return row.get("registreringTil") is not None
