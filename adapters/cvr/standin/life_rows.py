"""The rows that say when a company or unit lives, and whose a unit is (notes/cvr.md §2.2).

A row is a version: who has closed has one row from when they lived, which knows of no end, and one from the day after,
which does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from adapters.cvr.periods import Period, entries, lives, period_of, section
from adapters.cvr.registered_address import scalar_text
from adapters.cvr.standin.row_times import FIRST_DAY, Json, day_after, iso, version

ORDINARY: Final = frozenset({"", "normal", "aktiv", "ophørt", "fremtid"})
"""Elasticsearch's status words that are "aktiv" or "inaktiv" in Datafordeler."""


def company_rows(content: Mapping[str, Any], unit_id: str) -> Iterator[Json]:
    """Yield the rows of CVR_Virksomhed."""
    number, status = int(content["cvrNummer"]), _living_status(content, "virksomhedMetadata")
    for life in _lives(content):
        row = {"id": unit_id, "CVRNummer": number, "virksomhedStartdato": iso(life.start)}
        yield version({**row, "status": status, "virksomhedOphoersdato": None}, life, content)
        if life.end is not None:
            ended = {**row, "status": "inaktiv", "virksomhedOphoersdato": iso(life.end)}
            yield version(ended, Period(day_after(life.end), None), content)


def unit_rows(content: Mapping[str, Any], unit_id: str) -> Iterator[Json]:
    """Yield the rows of CVR_Produktionsenhed: a version for each owner, and one for the end."""
    number, status = int(content["pNummer"]), _living_status(content, "produktionsEnhedMetadata")
    for life in _lives(content):
        row = {"id": unit_id, "pNummer": number, "produktionsenhedStartdato": iso(life.start)}
        owned: Json = {}
        for validity, owned in _ownership(content, life):
            yield version({**row, **owned, "status": status, "produktionsenhedOphoersdato": None}, validity, content)
        if life.end is not None:
            ended = {**row, **owned, "status": "inaktiv", "produktionsenhedOphoersdato": iso(life.end)}
            yield version(ended, Period(day_after(life.end), None), content)


def _ownership(content: Mapping[str, Any], life: Period) -> Iterator[tuple[Period, Json]]:
    """Yield the owners in one life, the earliest first, and nobody for the days after the last of them."""
    free_from = life.start or FIRST_DAY
    relations = entries(content.get("virksomhedsrelation"))
    for relation in sorted(relations, key=lambda entry: period_of(entry).start or date.min):
        validity = period_of(relation)
        yield validity, _owner(int(relation["cvrNummer"]), validity)
        free_from = day_after(validity.end) if validity.end else date.max
    if free_from <= (life.end or date.max) and free_from < date.max:
        validity = Period(free_from, life.end)
        yield validity, _owner(None, validity)


def _owner(cvr: int | None, validity: Period) -> Json:
    return {
        "tilknyttetVirksomhedsCVRNummer": cvr,
        "tilknyttetTilVirksomhedStartdato": iso(validity.start or FIRST_DAY),
        "tilknyttetTilVirksomhedOphoersdato": iso(validity.end),
    }


def _lives(content: Mapping[str, Any]) -> list[Period]:
    found = lives(content.get("livsforloeb")) or [Period(None, None)]
    return [Period(life.start or FIRST_DAY, life.end) for life in found]


def _living_status(content: Mapping[str, Any], metadata: str) -> str:
    word = scalar_text(section(content.get(metadata)).get("sammensatStatus")) or ""
    is_credit_event = any(entry.get("status") == word for entry in entries(content.get("virksomhedsstatus")))
    return "aktiv" if is_credit_event or word.casefold() in ORDINARY else word
