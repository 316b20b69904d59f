"""The part of Datafordeler's schema for CVR, version 2, that the stand-in serves (notes/cvr.md §2.2)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_TIMES: Final = {
    "virkningFra": "LocalDate!",
    "virkningTil": "LocalDate",
    "registreringFra": "DafDateTime!",
    "registreringTil": "DafDateTime",
}
_ROW: Final = {"datafordelerRowId": "UUID!"}
_OF_A_UNIT: Final = {"CVREnhedsId": "String!"}
_FIELDS: Final = {
    "CVR_Virksomhed": {
        "id": "String!",
        "CVRNummer": "Long",
        "status": "String!",
        "virksomhedStartdato": "LocalDate!",
        "virksomhedOphoersdato": "LocalDate",
    },
    "CVR_Produktionsenhed": {
        "id": "String!",
        "pNummer": "Long",
        "status": "String!",
        "produktionsenhedStartdato": "LocalDate!",
        "produktionsenhedOphoersdato": "LocalDate",
        "tilknyttetVirksomhedsCVRNummer": "Long",
        "tilknyttetTilVirksomhedStartdato": "LocalDate!",
        "tilknyttetTilVirksomhedOphoersdato": "LocalDate",
    },
    "CVR_Navn": {**_OF_A_UNIT, "vaerdi": "String!", "sekvens": "Long"},
    "CVR_Adressering": {
        **_OF_A_UNIT,
        "AdresseringAnvendelse": "String!",
        "coNavn": "String",
        "CVRAdresse_adresseFritekst": "String",
        "CVRAdresse_doerbetegnelse": "String",
        "CVRAdresse_etagebetegnelse": "String",
        "CVRAdresse_husnummerFra": "String",
        "CVRAdresse_husnummerTil": "String",
        "CVRAdresse_kommunekode": "String",
        "CVRAdresse_kommunenavn": "String",
        "CVRAdresse_landekode": "String",
        "CVRAdresse_postboks": "String",
        "CVRAdresse_postdistrikt": "String",
        "CVRAdresse_postnummer": "String",
        "CVRAdresse_supplerendeBynavn": "String",
        "CVRAdresse_vejkode": "String",
        "CVRAdresse_vejnavn": "String",
    },
    "CVR_Virksomhedsform": {**_OF_A_UNIT, "vaerdi": "String!", "vaerdiTekst": "String!"},
    "CVR_Kreditoplysninger": {
        **_OF_A_UNIT,
        "Kreditoplysning": "String!",
        "kreditoplysningstekst": "String!",
        "statusvaerdi": "String!",
        "statusvaerdiTekst": "String!",
    },
}
FILTERS: Final = MappingProxyType(
    {
        "CVR_Virksomhed": frozenset({"CVRNummer", "id", "datafordelerRowId"}),
        "CVR_Produktionsenhed": frozenset({"pNummer", "id", "tilknyttetVirksomhedsCVRNummer", "datafordelerRowId"}),
        "CVR_Navn": frozenset({"CVREnhedsId", "datafordelerRowId", "vaerdi"}),
        "CVR_Adressering": frozenset({"CVREnhedsId", "datafordelerRowId"}),
        "CVR_Virksomhedsform": frozenset({"CVREnhedsId", "datafordelerRowId"}),
        "CVR_Kreditoplysninger": frozenset({"CVREnhedsId", "datafordelerRowId"}),
    }
)
"""The entities by name, with the fields they can be asked for by; one of them is mandatory (DAF-GQL-0009)."""


def _entity(name: str) -> str:
    fields = _FIELDS[name] | _ROW | _TIMES
    filters = "\n".join(f"  {field}: {_bare(fields[field])}Filter" for field in sorted(FILTERS[name]))
    return (
        f"type {name} {{\n" + "\n".join(f"  {field}: {kind}" for field, kind in fields.items()) + "\n}\n"
        f"type {name}Connection {{ pageInfo: PageInfo! nodes: [{name}!] }}\n"
        f"input {name}FilterInput {{\n{filters}\n}}\n"
    )


def _bare(kind: str) -> str:
    return kind.removesuffix("!")


def _root(name: str) -> str:
    arguments = f"first: Int, after: String, virkningstid: DafDateTime, where: {name}FilterInput"
    return f"  {name}({arguments}): {name}Connection\n"


SDL: Final = (
    "scalar Long\nscalar LocalDate\nscalar DafDateTime\nscalar UUID\n"
    "type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }\n"
    + "".join(f"input {kind}Filter {{ eq: {kind} in: [{kind}!] }}\n" for kind in ("Long", "String", "UUID"))
    + "".join(map(_entity, _FIELDS))
    + "type Query {\n"
    + "".join(map(_root, _FIELDS))
    + "}\n"
)
"""The schema as text."""
