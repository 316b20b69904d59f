"""From a CVR document to a fact: pure, and forgiving of everything but a document that is not CVR's.

A document is an Elasticsearch ``_source``: ``{"Vrvirksomhed": {…}}`` or ``{"VrproduktionsEnhed": {…}}``.
Missing fields and unknown values are legal (notes/cvr.md §3), so only the kind and the number must be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.cvr.life_span import read_life_span
from adapters.cvr.periods import applicable, civil_date, entries, period_of, section, tellable
from adapters.cvr.registered_address import registered_address, scalar_text
from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber, PNumber

COMPANY = "Vrvirksomhed"
PRODUCTION_UNIT = "VrproduktionsEnhed"
_LONGEST_NUMBER = 40  # what contracts.identifiers takes as a number at all

_COMPANY_FIELDS = (
    "cvrNummer",
    "samtId",
    "naermesteFremtidigeDato",
    "fejlRegistreret",
    "livsforloeb",
    "virksomhedsstatus",
    "virksomhedsform",
    "navne",
    "beliggenhedsadresse",
    "postadresse",
    "stiftelsesDato",
    "virksomhedMetadata.nyesteNavn",
    "virksomhedMetadata.nyesteBeliggenhedsadresse",
    "virksomhedMetadata.nyesteVirksomhedsform",
    "virksomhedMetadata.sammensatStatus",
    "virksomhedMetadata.stiftelsesDato",
)
_UNIT_FIELDS = (
    "pNummer",
    "samtId",
    "naermesteFremtidigeDato",
    "fejlRegistreret",
    "livsforloeb",
    "virksomhedsrelation",
    "navne",
    "beliggenhedsadresse",
    "postadresse",
    "produktionsEnhedMetadata.nyesteNavn",
    "produktionsEnhedMetadata.nyesteBeliggenhedsadresse",
    "produktionsEnhedMetadata.nyesteCvrNummerRelation",
    "produktionsEnhedMetadata.sammensatStatus",
)

FIELDS_READ = tuple(
    [f"{COMPANY}.{name}" for name in _COMPANY_FIELDS] + [f"{PRODUCTION_UNIT}.{name}" for name in _UNIT_FIELDS]
)
"""Every path that is read here, for ``_source``: a narrowed document gives the same fact as a whole one."""


class CvrShapeError(ValueError):
    """The document is neither a company nor a production unit, or it has no number."""


def number_of(document: Mapping[str, Any]) -> CvrNumber | PNumber:
    """Return the CVR number of a company document or the P number of a production unit's, valid or not.

    Raises `CvrShapeError` for anything else.
    """
    if COMPANY in document:
        return CvrNumber.parse(_required_number(document, COMPANY, "cvrNummer"))
    return PNumber.parse(_required_number(document, PRODUCTION_UNIT, "pNummer"))


def read_company(document: Mapping[str, Any], today: date) -> CompanyFact:
    """Read what a company document says on `today`, a Danish civil date; `CvrShapeError` if it is not one."""
    cvr = CvrNumber.parse(_required_number(document, COMPANY, "cvrNummer"))
    content = section(document[COMPANY])
    metadata = section(content.get("virksomhedMetadata"))
    status_text = _company_status_text(content, metadata, today)
    life = read_life_span(content.get("livsforloeb"), status_text, today)
    founded = civil_date(metadata.get("stiftelsesDato")) or civil_date(content.get("stiftelsesDato"))
    return CompanyFact(
        cvr=cvr,
        name=_name(content, metadata, today),
        status="ceased" if _is_mistake(content) else life.status,
        status_text=status_text,
        started_on=tellable(life.started_on or founded),
        ceased_on=tellable(life.ceased_on),
        legal_form=_legal_form(content, metadata, today),
        address=registered_address(content, metadata, today),
    )


def read_production_unit(document: Mapping[str, Any], today: date) -> ProductionUnitFact:
    """Read what a production unit document says on `today`, as `read_company` does for a company."""
    p_number = PNumber.parse(_required_number(document, PRODUCTION_UNIT, "pNummer"))
    content = section(document[PRODUCTION_UNIT])
    metadata = section(content.get("produktionsEnhedMetadata"))
    status_text = scalar_text(metadata.get("sammensatStatus"))
    life = read_life_span(content.get("livsforloeb"), status_text, today)
    return ProductionUnitFact(
        p_number=p_number,
        cvr=_owner(content, metadata, today),
        name=_name(content, metadata, today),
        status="ceased" if _is_mistake(content) else life.status,
        status_text=status_text,
        started_on=tellable(life.started_on),
        ceased_on=tellable(life.ceased_on),
        address=registered_address(content, metadata, today),
    )


def supersedes(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether `new` counts rather than `old` when both carry the same number.

    A document registered by mistake never counts before a proper one (notes/cvr.md §3.9); else the higher
    version ``samtId`` does, and of equals the later one to arrive.
    """
    return _precedence(new) >= _precedence(old)


def version_of(document: Mapping[str, Any]) -> int | None:
    """Return the version ``samtId`` of a document of either kind, or None if it carries none.

    It grows with most changes, but not with those of employment figures, which nobody reads here (notes §3.10).
    """
    version = scalar_text(content_of(document).get("samtId")) or ""
    return int(version) if version.isascii() and version.isdecimal() else None


def _precedence(document: Mapping[str, Any]) -> tuple[bool, int]:
    version = version_of(document)
    return not _is_mistake(content_of(document)), -1 if version is None else version


def _is_mistake(content: Mapping[str, Any]) -> bool:
    """Whether it was registered by mistake, and withdrawn; its life span may stand open (notes/cvr.md §3.9)."""
    return content.get("fejlRegistreret") is True


def content_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands under the kind of a document; nothing where there is nothing."""
    return section(document.get(COMPANY) or document.get(PRODUCTION_UNIT))


def _required_number(document: Mapping[str, Any], kind: str, field: str) -> str:
    if kind not in document:
        raise CvrShapeError(f"not a CVR document: expected {kind} at its root")
    number = _number(section(document[kind]).get(field))
    if number is None:
        raise CvrShapeError(f"not a usable CVR document: {kind}.{field} is missing")
    return number


def _number(value: object) -> str | None:
    text = scalar_text(value)
    return text if text and len(text) <= _LONGEST_NUMBER else None


def _valued(value: object, field: str) -> list[Mapping[str, Any]]:
    return [entry for entry in entries(value) if scalar_text(entry.get(field))]


def _name(content: Mapping[str, Any], metadata: Mapping[str, Any], today: date) -> str | None:
    name = applicable(_valued(content.get("navne"), "navn"), today) or section(metadata.get("nyesteNavn"))
    return scalar_text(name.get("navn"))


def _legal_form(content: Mapping[str, Any], metadata: Mapping[str, Any], today: date) -> str | None:
    newest = section(metadata.get("nyesteVirksomhedsform"))
    form = applicable(_valued(content.get("virksomhedsform"), "kortBeskrivelse"), today) or newest
    return (
        scalar_text(form.get("kortBeskrivelse"))
        or scalar_text(form.get("langBeskrivelse"))
        or scalar_text(form.get("virksomhedsformkode"))
    )


def _company_status_text(content: Mapping[str, Any], metadata: Mapping[str, Any], today: date) -> str | None:
    # The dated status knows of a bankruptcy before the summary does, but only within its own period.
    dated = applicable(_valued(content.get("virksomhedsstatus"), "status"), today)
    summary = scalar_text(metadata.get("sammensatStatus"))
    return summary if summary and not _is_valid(dated, today) else scalar_text(dated.get("status"))


def _is_valid(entry: Mapping[str, Any], today: date) -> bool:
    return bool(entry) and period_of(entry).covers(today)


def _owner(content: Mapping[str, Any], metadata: Mapping[str, Any], today: date) -> CvrNumber | None:
    relation = applicable(_valued(content.get("virksomhedsrelation"), "cvrNummer"), today)
    number = _number(relation.get("cvrNummer")) or _number(metadata.get("nyesteCvrNummerRelation"))
    return CvrNumber.parse(number) if number else None
