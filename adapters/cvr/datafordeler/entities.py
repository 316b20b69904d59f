"""The entities that are read, and the one query that fetches rows of one of them (notes/cvr.md §2.2).

One request asks for one entity: the service refuses a second root field (DAF-GQL-0010) and aliases (DAF-GQL-0008), as
several public clients report of 2026; the schema does not tell.
Without ``virkningstid`` it gives every row, past and future, and that is what is wanted: with it a closed company would
have no name any more, and nothing would tell of a change to come (§3.2, §3.6). Which row counts is decided in reading.
``coNavn``, which often is a person, is not asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

_TIMES: Final = ("virkningFra", "virkningTil", "registreringFra", "registreringTil")


@dataclass(frozen=True, slots=True)
class Entity:
    """A root field, the field its rows are asked for by, that field's type, and the fields that are read."""

    name: str
    key: str
    key_type: Literal["Long", "String"]
    fields: tuple[str, ...]

    @property
    def query(self) -> str:
        """The query for rows by ``$keys``, at most ``$first`` of them, after the cursor ``$after``."""
        return (
            f"query Rows($keys: [{self.key_type}!]!, $first: Int!, $after: String) {{\n"
            f"  {self.name}(first: $first, after: $after, where: {{ {self.key}: {{ in: $keys }} }}) {{\n"
            "    pageInfo { hasNextPage endCursor }\n"
            f"    nodes {{ {' '.join((*self.fields, *_TIMES))} }}\n"
            "  }\n"
            "}\n"
        )


COMPANIES: Final = Entity(
    "CVR_Virksomhed", "CVRNummer", "Long", ("id", "CVRNummer", "status", "virksomhedStartdato", "virksomhedOphoersdato")
)
UNITS: Final = Entity(
    "CVR_Produktionsenhed",
    "pNummer",
    "Long",
    (
        "id",
        "pNummer",
        "status",
        "produktionsenhedStartdato",
        "produktionsenhedOphoersdato",
        "tilknyttetVirksomhedsCVRNummer",
        "tilknyttetTilVirksomhedStartdato",
        "tilknyttetTilVirksomhedOphoersdato",
    ),
)
NAMES: Final = Entity("CVR_Navn", "CVREnhedsId", "String", ("CVREnhedsId", "vaerdi", "sekvens"))
ADDRESSES: Final = Entity(
    "CVR_Adressering",
    "CVREnhedsId",
    "String",
    (
        "CVREnhedsId",
        "AdresseringAnvendelse",
        "CVRAdresse_adresseFritekst",
        "CVRAdresse_doerbetegnelse",
        "CVRAdresse_etagebetegnelse",
        "CVRAdresse_husnummerFra",
        "CVRAdresse_husnummerTil",
        "CVRAdresse_kommunekode",
        "CVRAdresse_landekode",
        "CVRAdresse_postboks",
        "CVRAdresse_postdistrikt",
        "CVRAdresse_postnummer",
        "CVRAdresse_supplerendeBynavn",
        "CVRAdresse_vejnavn",
    ),
)
FORMS: Final = Entity("CVR_Virksomhedsform", "CVREnhedsId", "String", ("CVREnhedsId", "vaerdi", "vaerdiTekst"))
CREDIT_EVENTS: Final = Entity(
    "CVR_Kreditoplysninger", "CVREnhedsId", "String", ("CVREnhedsId", "statusvaerdiTekst", "kreditoplysningstekst")
)
ENTITIES: Final = (COMPANIES, UNITS, NAMES, ADDRESSES, FORMS, CREDIT_EVENTS)
"""In the order in which they are asked for; the last two are about companies alone."""
