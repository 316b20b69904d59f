"""One question to CVR's Elasticsearch service and its answer, as data, without I/O (notes §1.4, §1.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.cvr.periods import section
from adapters.cvr.reading import COMPANY, FIELDS_READ, PRODUCTION_UNIT, CvrShapeError, number_of, supersedes
from contracts.identifiers import CvrNumber, PNumber

_HITS_PER_NUMBER = 2
"""A number has one document; room for a second one shows a double registration instead of hiding it."""


def search_body(numbers: Iterable[CvrNumber | PNumber]) -> dict[str, Any]:
    """Return the request body that asks for all `numbers` at once, of both kinds.

    `size` is explicit: the service's default of 10 would silently cut the answer (notes/cvr.md §1.3).
    """
    asked = list(numbers)
    terms = [
        {"terms": {field: keys}}
        for field, keys in (
            (f"{COMPANY}.cvrNummer", [number for number in asked if isinstance(number, CvrNumber)]),
            (f"{PRODUCTION_UNIT}.pNummer", [number for number in asked if isinstance(number, PNumber)]),
        )
        if keys
    ]
    return {
        "size": len(asked) * _HITS_PER_NUMBER,
        "query": {"bool": {"should": terms, "minimum_should_match": 1}},
        "_source": list(FIELDS_READ),
    }


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The documents of one answer by number, and what keeps the answer from being the whole truth.

    While `defect` is None, a number that is not in `documents` is not in CVR. `is_passing` says that asking
    again may mend the defect.
    """

    documents: Mapping[CvrNumber | PNumber, Mapping[str, Any]]
    defect: str | None
    is_passing: bool = False


def read_answer(answer: Any) -> SearchAnswer | None:
    """Read a decoded ``_search`` answer of Elasticsearch 6 or 7; None if it is not one at all."""
    match answer:
        case {"hits": {"hits": list(hits), "total": int(total) | {"value": int(total)}}}:
            pass
        case _:
            return None
    documents, unreadable = _by_number(hits)
    if passing := _passing_defect(answer):
        return SearchAnswer(documents, passing, is_passing=True)
    if unreadable:
        return SearchAnswer(documents, f"CVR sent {unreadable} unreadable document(s)")
    if total > len(hits):
        return SearchAnswer(documents, f"CVR sent {len(hits)} of {total} documents")
    return SearchAnswer(documents, None)


def _by_number(hits: list[object]) -> tuple[dict[CvrNumber | PNumber, Mapping[str, Any]], int]:
    documents: dict[CvrNumber | PNumber, Mapping[str, Any]] = {}
    unreadable = 0
    for hit in hits:
        document = section(section(hit).get("_source"))
        try:
            number = number_of(document)
        except CvrShapeError:
            unreadable += 1
            continue
        known = documents.get(number)
        # An invalid number is never asked for, and with the wrong length it could pose as the other kind.
        if number.is_valid and (known is None or supersedes(document, known)):
            documents[number] = document
    return documents, unreadable


def _passing_defect(answer: Mapping[str, Any]) -> str | None:
    """Partial answers arrive with HTTP 200 (notes/cvr.md §3.11)."""
    if answer.get("timed_out"):
        return "CVR timed out within and sent part of the answer"
    match answer.get("_shards"):
        case None:
            return None
        # A shard without a node is not among the failed ones, before Elasticsearch 7.11; one skipped is successful.
        case {"total": int(total), "successful": int(successful)}:
            return f"CVR answered without {total - successful} of {total} shards" if successful < total else None
        case _:
            return "CVR did not say whether all shards answered"


_CLIENT_ERROR_TYPES = frozenset(
    {
        "illegal_argument_exception",
        "parse_exception",
        "parsing_exception",
        "query_shard_exception",
        "search_phase_execution_exception",
        "too_many_clauses",
        "x_content_parse_exception",
    }
)


def client_error_type(answer: object) -> str | None:
    """Return the ``error.type`` of an error body that blames the question, or None.

    The service uses HTTP 500 for some of these, so the status does not tell (notes/cvr.md §3.12).
    """
    match answer:
        case {"error": {"type": str(kind)}} if kind in _CLIENT_ERROR_TYPES:
            return kind
        case _:
            return None
