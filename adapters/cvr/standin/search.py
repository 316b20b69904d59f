"""What the stand-in answers as Elasticsearch 6.8 (notes/cvr.md §1.1 to §1.5)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from adapters.cvr.documents import Document, DocumentStore
from adapters.cvr.reading import COMPANY, PRODUCTION_UNIT
from adapters.cvr.standin.faults import Faults
from adapters.cvr.standin.pages import json
from adapters.cvr.standin.query_language import QueryError, narrowed, predicate

_SEARCH_KEYS = frozenset({"query", "_source", "from", "size"})
_DEFAULT_SIZE = 10
_RESULT_WINDOW = 3000
_SHARDS = 6
_INDICES = {COMPANY: "cvr-v-20220630", PRODUCTION_UNIT: "cvr-p-20200115"}
PATHS = {
    "/cvr-permanent/_search": (COMPANY, PRODUCTION_UNIT),
    "/cvr-permanent/virksomhed/_search": (COMPANY,),
    "/cvr-permanent/produktionsenhed/_search": (PRODUCTION_UNIT,),
}
"""Where it can be asked, and for which kinds of documents."""
ROOT_INFO = {
    "name": "cvr-stand-in",
    "cluster_name": "sorbro.cvr-stand-in",
    "cluster_uuid": "AAAAAAAAAAAAAAAAAAAAAA",
    "version": {
        "number": "6.8.16",
        "build_flavor": "default",
        "build_type": "zip",
        "build_hash": "0000000",
        "build_date": "2021-05-21T00:00:00.000000Z",
        "build_snapshot": False,
        "lucene_version": "7.7.3",
        "minimum_wire_compatibility_version": "5.6.0",
        "minimum_index_compatibility_version": "5.0.0",
    },
    "tagline": "You Know, for Search",
}


def search(store: DocumentStore, faults: Faults, body: Any, kinds: tuple[str, ...]) -> web.Response:
    """Answer one search over the documents of `kinds`; `QueryError` if it is not understood."""
    if not isinstance(body, dict) or (unknown := sorted(body.keys() - _SEARCH_KEYS)):
        raise QueryError(f"Unknown key for a VALUE in {unknown if isinstance(body, dict) else '[body]'}.")
    query, source = body.get("query", {"match_all": {}}), body.get("_source", True)
    if not isinstance(source, bool | str | list):
        raise QueryError("[_source] as an object is not understood here")
    is_hit = predicate(query)
    first, size = _count(body, "from", 0), _count(body, "size", _DEFAULT_SIZE)
    if first + size > _RESULT_WINDOW:
        return search_error(
            500,
            "search_phase_execution_exception",
            "Result window is too large, from + size must be less than or equal to: "
            f"[{_RESULT_WINDOW}] but was [{first + size}].",
            phase="query",
            grouped=True,
        )
    found = [document for document in store if _kind(document) in kinds and is_hit(document)]
    hits = [_hit(document, source=source) for document in found[first : first + size]]
    failed = faults.failed_shards
    return json(
        {
            "took": 1,
            "timed_out": faults.timed_out,
            "_shards": {"total": _SHARDS, "successful": _SHARDS - failed, "skipped": 0, "failed": failed},
            "hits": {"total": len(found), "max_score": 1.0 if hits else None, "hits": hits},
        }
    )


def _count(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or value < 0:
        raise QueryError(f"[{name}] parameter cannot be negative and must be a number")
    return value


def _kind(document: Document) -> str:
    return COMPANY if COMPANY in document else PRODUCTION_UNIT


def _hit(document: Document, *, source: bool | str | list[str]) -> dict[str, Any]:
    kind = _kind(document)
    hit = {
        "_index": _INDICES[kind],
        "_type": "_doc",
        "_id": str(document[kind].get("enhedsNummer")),
        "_score": 1.0,
    }
    if source is True:
        return hit | {"_source": document}
    if source is False:
        return hit
    return hit | {"_source": narrowed(document, [source] if isinstance(source, str) else source)}


def search_error(status: int, kind: str, reason: str, **more: object) -> web.Response:
    """Return an error in Elasticsearch's form."""
    return json({"error": {"type": kind, "reason": reason, **more}, "status": status}, status)
