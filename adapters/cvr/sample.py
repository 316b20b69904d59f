"""CVR documents of our own making, in the shape of the real ones: for tests, the demo and the generator.

The field lists follow notes/cvr.md §1.5. Every content is invented, and the numbers come from ranges that CVR
has not reached, so that nobody is mistaken for a real company.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from contracts.identifiers import CvrNumber, PNumber

_FIRST_FREE_CVR = 90_000_001
_FIRST_FREE_P_NUMBER = 1_900_000_001
_UPDATED = "2026-01-05T09:00:00.000+01:00"
_LOADED = "2026-01-05T09:02:11.204+01:00"

Json = dict[str, Any]


def sample_cvr_numbers(start: int = _FIRST_FREE_CVR) -> Iterator[CvrNumber]:
    """Yield CVR numbers that pass their check (R2), upwards from `start`."""
    return filter(lambda number: number.is_valid, (CvrNumber(candidate) for candidate in count(start)))


def sample_p_numbers(start: int = _FIRST_FREE_P_NUMBER) -> Iterator[PNumber]:
    """Yield P numbers that pass their check (R2), upwards from `start`."""
    return filter(lambda number: number.is_valid, (PNumber(candidate) for candidate in count(start)))


def sample_period(start: date | None, end: date | None = None) -> Json:
    """Return a ``periode``; `end` is the last day, None while it is open."""
    return {"gyldigFra": start and start.isoformat(), "gyldigTil": end and end.isoformat()}


def sample_address(
    street: str = "Prøvevej",
    number: int = 12,
    postcode: int = 8000,
    city: str = "Aarhus C",
    *,
    municipality: tuple[int, str] = (751, "AARHUS"),
    letter: str | None = None,
    floor: str | None = None,
    door: str | None = None,
) -> Json:
    """Return a Danish address without its ``periode``, numbers as numbers as CVR writes them."""
    code, name = municipality
    return {
        "landekode": "DK",
        "fritekst": None,
        "vejkode": 1234,
        "kommune": {
            "kommuneKode": code,
            "kommuneNavn": name,
            "periode": sample_period(date(2007, 1, 1)),
            "sidstOpdateret": "2006-11-13T00:00:00.000+01:00",
        },
        "husnummerFra": number,
        "adresseId": None,
        "sidstValideret": None,
        "husnummerTil": None,
        "bogstavFra": letter,
        "bogstavTil": None,
        "etage": floor,
        "sidedoer": door,
        "conavn": None,
        "postboks": None,
        "vejnavn": street,
        "bynavn": None,
        "postnummer": postcode,
        "postdistrikt": city,
    }


def sample_company(
    cvr: CvrNumber,
    name: str | None,
    *,
    started: date,
    ended: date | None = None,
    address: Json | None = None,
    status: str = "NORMAL",
    legal_form: tuple[int, str, str] = (80, "APS", "Anpartsselskab"),
    p_numbers: Sequence[PNumber] = (),
    version: int = 1,
) -> Json:
    """Return a company document; `ended` is the last day of its life span, `version` its ``samtId``."""
    entry = _Entries(started, ended)
    code, short, long = legal_form
    form = entry.one(
        {
            "virksomhedsformkode": code,
            "kortBeskrivelse": short,
            "langBeskrivelse": long,
            "ansvarligDataleverandoer": "E&S",
        }
    )
    branch = entry.one({"branchekode": "862100", "branchetekst": "Alment praktiserende lægers aktiviteter"})
    names = entry.some({"navn": name} if name else None)
    addresses = entry.some(address)
    content = {
        "cvrNummer": int(cvr),
        "regNummer": [],
        "binavne": [],
        "obligatoriskEmail": [],
        "hjemmeside": [],
        "sekundaertTelefonNummer": [],
        "sekundaertTelefaxNummer": [],
        "status": [],
        "virksomhedsstatus": [entry.one({"status": status})],
        "virksomhedsform": [form],
        "maanedsbeskaeftigelse": [],
        "penheder": [entry.one({"pNummer": int(p_number)}) for p_number in p_numbers],
        "fusioner": [],
        "spaltninger": [],
        "virksomhedMetadata": {
            "nyesteNavn": _newest(names),
            "nyesteBinavne": [],
            "nyesteVirksomhedsform": form,
            "nyesteBeliggenhedsadresse": _newest(addresses),
            "nyesteHovedbranche": branch,
            "nyesteBibranche1": None,
            "nyesteBibranche2": None,
            "nyesteBibranche3": None,
            "nyesteStatus": None,
            "nyesteKontaktoplysninger": [],
            "antalPenheder": len(p_numbers),
            "nyesteAarsbeskaeftigelse": None,
            "nyesteKvartalsbeskaeftigelse": None,
            "nyesteMaanedsbeskaeftigelse": None,
            "sammensatStatus": status,
            "stiftelsesDato": started.isoformat(),
            "virkningsDato": started.isoformat(),
        },
    }
    system = _common_fields("VIRKSOMHED", 4_000_000_000 + int(cvr) % 1_000_000_000, version)
    return {"Vrvirksomhed": content | system | entry.historised(names, addresses, branch)}


def sample_production_unit(
    p_number: PNumber,
    name: str | None,
    *,
    cvr: CvrNumber | None,
    started: date,
    ended: date | None = None,
    address: Json | None = None,
    status: str = "Aktiv",
    version: int = 1,
) -> Json:
    """Return a production unit document that belongs to `cvr`, or to nobody; else as `sample_company`.

    As in CVR itself, a unit that has ended still calls itself "Aktiv" (notes/cvr.md §3.1).
    """
    entry = _Entries(started, ended)
    branch = entry.one({"branchekode": "862100", "branchetekst": "Alment praktiserende lægers aktiviteter"})
    names = entry.some({"navn": name} if name else None)
    addresses = entry.some(address)
    content = {
        "pNummer": int(p_number),
        "virksomhedsrelation": entry.some({"cvrNummer": int(cvr)} if cvr else None),
        "produktionsEnhedMetadata": {
            "nyesteNavn": _newest(names),
            "nyesteBeliggenhedsadresse": _newest(addresses),
            "nyesteHovedbranche": branch,
            "nyesteBibranche1": None,
            "nyesteBibranche2": None,
            "nyesteBibranche3": None,
            "nyesteKontaktoplysninger": [],
            "nyesteCvrNummerRelation": int(cvr) if cvr else None,
            "nyesteAarsbeskaeftigelse": None,
            "nyesteKvartalsbeskaeftigelse": None,
            "sammensatStatus": status,
        },
    }
    system = _common_fields("PRODUKTIONSENHED", 5_000_000_000 + int(p_number) % 1_000_000_000, version)
    return {"VrproduktionsEnhed": content | system | entry.historised(names, addresses, branch)}


class _Entries:
    """Historised entries that are valid as long as the unit lives."""

    def __init__(self, started: date, ended: date | None) -> None:
        self._validity = {"periode": sample_period(started, ended), "sidstOpdateret": _UPDATED}

    def one(self, content: Mapping[str, Any]) -> Json:
        return {**content, **self._validity}

    def some(self, content: Mapping[str, Any] | None) -> list[Json]:
        return [self.one(content)] if content else []

    def historised(self, names: list[Json], addresses: list[Json], branch: Json) -> Json:
        return {
            "navne": names,
            "beliggenhedsadresse": addresses,
            "postadresse": [],
            "livsforloeb": [self.one({})],
            "hovedbranche": [branch],
        }


def _newest(history: list[Json]) -> Json | None:
    return history[-1] if history else None


def _common_fields(kind: str, unit_number: int, version: int) -> Json:
    empty = (
        "telefonNummer",
        "telefaxNummer",
        "elektroniskPost",
        "bibranche1",
        "bibranche2",
        "bibranche3",
        "aarsbeskaeftigelse",
        "kvartalsbeskaeftigelse",
        "attributter",
        "deltagerRelation",
    )
    return {name: [] for name in empty} | {
        "brancheAnsvarskode": None,
        "reklamebeskyttet": False,
        "samtId": version,
        "fejlRegistreret": False,
        "dataAdgang": 0,
        "enhedsNummer": unit_number,
        "enhedstype": kind,
        "sidstIndlaest": _LOADED,
        "sidstOpdateret": _UPDATED,
        "fejlVedIndlaesning": False,
        "naermesteFremtidigeDato": None,
        "fejlBeskrivelse": None,
        "virkningsAktoer": "R",
    }
