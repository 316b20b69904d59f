"""Documents taken apart into the rows that Datafordeler would have of them (notes/cvr.md §2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from adapters.cvr.documents import DocumentStore
from adapters.cvr.periods import entries
from adapters.cvr.reading import COMPANY, PRODUCTION_UNIT, content_of
from adapters.cvr.registered_address import scalar_text
from adapters.cvr.standin.address_rows import address_fields
from adapters.cvr.standin.life_rows import ORDINARY, company_rows, unit_rows
from adapters.cvr.standin.row_times import Json, dated

_Rows = Callable[[Mapping[str, Any], str], Iterator[Json]]


def rows_of(store: DocumentStore, entity: str) -> Iterator[Json]:
    """Yield all rows of one entity, each with an id of its own."""
    kinds, rows = _ROWS[entity]
    for document in store:
        if (COMPANY if COMPANY in document else PRODUCTION_UNIT) in kinds:
            content = content_of(document)
            unit_id = str(content.get("enhedsNummer"))
            for position, row in enumerate(rows(content, unit_id)):
                yield {**row, "datafordelerRowId": str(uuid5(NAMESPACE_URL, f"{entity}/{unit_id}/{position}"))}


def _names(content: Mapping[str, Any], unit_id: str) -> Iterator[Json]:
    for entry in entries(content.get("navne")):
        if entry.get("navn"):
            yield dated(entry, {"CVREnhedsId": unit_id, "vaerdi": entry["navn"], "sekvens": 0})


def _addresses(content: Mapping[str, Any], unit_id: str) -> Iterator[Json]:
    for purpose in ("beliggenhedsadresse", "postadresse"):
        for entry in entries(content.get(purpose)):
            fields = address_fields(entry)
            yield dated(entry, {"CVREnhedsId": unit_id, "AdresseringAnvendelse": purpose, **fields})


def _forms(content: Mapping[str, Any], unit_id: str) -> Iterator[Json]:
    for entry in entries(content.get("virksomhedsform")):
        code, text = scalar_text(entry.get("virksomhedsformkode")), entry.get("langBeskrivelse")
        yield dated(entry, {"CVREnhedsId": unit_id, "vaerdi": code, "vaerdiTekst": text})


def _credit_events(content: Mapping[str, Any], unit_id: str) -> Iterator[Json]:
    for entry in entries(content.get("virksomhedsstatus")):
        if str(text := entry.get("status")).casefold() not in ORDINARY:
            event = {"Kreditoplysning": "1", "kreditoplysningstekst": text}
            yield dated(entry, {"CVREnhedsId": unit_id, **event, "statusvaerdi": "1", "statusvaerdiTekst": text})


_BOTH: Final = frozenset({COMPANY, PRODUCTION_UNIT})
_ROWS: Final[Mapping[str, tuple[frozenset[str], _Rows]]] = MappingProxyType(
    {
        "CVR_Virksomhed": (frozenset({COMPANY}), company_rows),
        "CVR_Produktionsenhed": (frozenset({PRODUCTION_UNIT}), unit_rows),
        "CVR_Navn": (_BOTH, _names),
        "CVR_Adressering": (_BOTH, _addresses),
        "CVR_Virksomhedsform": (frozenset({COMPANY}), _forms),
        "CVR_Kreditoplysninger": (frozenset({COMPANY}), _credit_events),
    }
)
