"""The small part of Elasticsearch's query language that the stand-in understands, as pure functions.

Understood: ``match_all``, ``term``, ``terms`` and ``bool`` with ``filter``, ``must``, ``should`` and
``minimum_should_match``. All values are compared as keywords, so 25052943 and "25052943" are one. Analysed
text fields (names, statuses) are not imitated: CVR's own ``term`` would not find them (notes/cvr.md §1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Predicate = Callable[[Mapping[str, Any]], bool]


class QueryError(ValueError):
    """The query is not one of those understood; the text is Elasticsearch's ``reason`` for HTTP 400."""


def predicate(query: object) -> Predicate:
    """Compile `query` to a test for a ``_source``; `QueryError` if the query is not understood.

    A field that no document has is no error: it just matches nothing, as in CVR.
    """
    match query:
        case {"match_all": {}}:
            return lambda _document: True
        case {"term": {**condition}} if len(condition) == 1:
            ((path, wanted),) = condition.items()
            return _has_any(str(path), [wanted.get("value") if isinstance(wanted, dict) else wanted])
        case {"terms": {**condition}} if len(condition) == 1:
            ((path, wanted),) = condition.items()
            if not isinstance(wanted, list):
                raise QueryError("[terms] query does not support a single value")
            return _has_any(str(path), wanted)
        case {"bool": {**clauses}}:
            return _satisfies(clauses)
        case {**kinds} if len(kinds) == 1:
            raise QueryError(f"no [query] registered for [{next(iter(kinds))}]")
        case _:
            raise QueryError("[_na] query malformed, must start with start_object")


def _satisfies(clauses: Mapping[Any, Any]) -> Predicate:
    for name in clauses:
        if name not in {"filter", "must", "should", "minimum_should_match"}:
            raise QueryError(f"[bool] query does not support [{name}]")
    required = [predicate(clause) for name in ("filter", "must") for clause in _clause_list(clauses.get(name))]
    optional = [predicate(clause) for clause in _clause_list(clauses.get("should"))]
    needed = clauses.get("minimum_should_match", 1 if optional and not required else 0)
    if not isinstance(needed, int):
        raise QueryError(f"[bool] minimum_should_match [{needed}] is not understood here")
    return lambda document: (
        all(clause(document) for clause in required) and sum(clause(document) for clause in optional) >= needed
    )


def _clause_list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _has_any(path: str, wanted: list[Any]) -> Predicate:
    keywords, steps = {_keyword(value) for value in wanted}, path.split(".")
    return lambda document: any(_keyword(value) in keywords for value in _values(document, steps))


def _keyword(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(node: object, steps: list[str]) -> Iterator[object]:
    """All values at a path; lists are walked through, as Elasticsearch does with ``include_in_parent``."""
    if isinstance(node, list):
        for element in node:
            yield from _values(element, steps)
    elif not steps:
        if node is not None:
            yield node
    elif isinstance(node, dict) and steps[0] in node:
        yield from _values(node[steps[0]], steps[1:])


def narrowed(document: Mapping[str, Any], patterns: list[str]) -> dict[str, Any]:
    """Return what ``_source: patterns`` leaves of a document: the subtrees at the paths, ``*`` allowed."""
    return _narrowed(document, "", _Patterns(patterns))


class _Patterns:
    """Paths to keep. Most are exact, and a large document has hundreds of paths that lead to none of them."""

    def __init__(self, patterns: list[str]) -> None:
        self._globs = [pattern for pattern in patterns if set("*?[") & set(pattern)]
        self._exact = frozenset(patterns) - frozenset(self._globs)
        parts = (path.split(".") for path in self._exact)
        self._ways = {".".join(steps[:end]) for steps in parts for end in range(1, len(steps))}

    def keep(self, path: str) -> bool:
        """Whether the subtree at the path is kept whole."""
        return path in self._exact or any(fnmatchcase(path, pattern) for pattern in self._globs)

    def lead_through(self, path: str) -> bool:
        """Whether something below the path may be kept."""
        return bool(self._globs) or path in self._ways


def _narrowed(node: Mapping[str, Any], prefix: str, patterns: _Patterns) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in node.items():
        path = prefix + name
        if patterns.keep(path):
            kept[name] = value
        elif not patterns.lead_through(path):
            continue
        elif isinstance(value, dict):
            if inner := _narrowed(value, path + ".", patterns):
                kept[name] = inner
        elif isinstance(value, list):
            elements = [_narrowed(element, path + ".", patterns) for element in value if isinstance(element, dict)]
            if found := [element for element in elements if element]:
                kept[name] = found
    return kept
