"""What the stand-in answers as Datafordeler's GraphQL service for CVR (notes/cvr.md §2.2).

Queries are parsed, checked and executed by graphql-core against a schema of the fields that are served. The service's
own rules come on top: one root field, no alias, no introspection, a mandatory filter, lists of at most 100.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    validate,
    visit,
)

from adapters.cvr.documents import DocumentStore
from adapters.cvr.periods import Period, civil_date
from adapters.cvr.standin.faults import Faults
from adapters.cvr.standin.rows import rows_of
from adapters.cvr.standin.schema import FILTERS, SDL

_SCHEMA: Final = build_schema(SDL)
_LONGEST_LIST: Final = 100
_LONGEST_PAGE: Final = 1000
_TRACE: Final = "00-00000000000000000000000000000000-0000000000000000-01"

Json = dict[str, Any]


def answer_query(store: DocumentStore, faults: Faults, body: bytes) -> tuple[int, Json]:
    """Answer the body of one request with an HTTP status and the content of the response."""
    try:
        request = orjson.loads(body)
        document = parse(request["query"])
    except (orjson.JSONDecodeError, GraphQLError, KeyError, TypeError):
        return 400, rejection("Invalid GraphQL request.")
    if broken := _broken_rule(document):
        code, message = broken
        return 200, {"errors": [_error(code, message).formatted]}
    if mistakes := validate(_SCHEMA, document):
        return 400, rejection(mistakes[0].message)
    root = {entity: partial(_connection, store, faults, entity) for entity in FILTERS}
    return 200, dict(execute_sync(_SCHEMA, document, root, variable_values=request.get("variables")).formatted)


def rejection(message: str) -> Json:
    """Return an answer that rejects the question as a whole; its code stands for any the service may have for that."""
    return {"errors": [{"message": message, "extensions": {"code": "HC0016"}}]}


def _error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"traceId": _TRACE, "code": code})


def _broken_rule(document: DocumentNode) -> tuple[str, str] | None:
    fields = _Fields()
    visit(document, fields)
    roots = [
        root
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for root in operation.selection_set.selections
    ]
    if any(name.startswith("__") for name in fields.names):
        return "HC0046", "Introspection is not allowed for the current request."
    if fields.has_alias:
        return "DAF-GQL-0008", "Aliases are not allowed."
    if len(roots) > 1:
        return "DAF-GQL-0010", "Only one root field is allowed."
    return None


class _Fields(Visitor):
    """Collects the names of all fields of a query."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.has_alias = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note one field."""
        self.names.append(node.name.value)
        self.has_alias = self.has_alias or node.alias is not None


def _connection(store: DocumentStore, faults: Faults, entity: str, _info: Any, **arguments: Any) -> Json:
    if faults.timed_out:
        raise _error("HC0045", "The request exceeded the configured timeout of `00:01:00`.")
    keep = _filter(entity, arguments.get("where") or {})
    rows = [row for row in rows_of(store, entity) if keep(row) and _is_effective(row, arguments.get("virkningstid"))]
    rows.sort(key=lambda row: str(row["datafordelerRowId"]))  # in no order that the question or the store has
    size, start = arguments.get("first") or _LONGEST_PAGE, _offset(arguments.get("after"))
    if size > _LONGEST_PAGE:
        raise _error("HC0051", f"The maximum allowed items per page is {_LONGEST_PAGE}.")
    page = rows[start : start + size]
    end = start + len(page)
    return {
        "nodes": page,
        "pageInfo": {
            "hasNextPage": end < len(rows),
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start) if page else None,
            "endCursor": _cursor(end) if page else None,
        },
    }


def _filter(entity: str, where: Mapping[str, Mapping[str, Any]]) -> Callable[[Json], bool]:
    wanted: dict[str, set[Any]] = {}
    for name, condition in where.items():
        values = condition["in"] if condition.get("in") is not None else [condition.get("eq")]
        if len(values) > _LONGEST_LIST:
            message = "The number of elements in the supplied 'in' list is not allowed to exceed 100"
            raise _error("DAF-GQL-0016", message)
        wanted[name] = set(values)
    if not wanted:
        raise _error(
            "DAF-GQL-0009",
            "When retrieving data for this entity, a filter on at least one of the following fields must be "
            f"specified: {', '.join(sorted(FILTERS[entity]))}",
        )
    return lambda row: all(row[name] in values for name, values in wanted.items())


def _is_effective(row: Json, instant: str | None) -> bool:
    day = civil_date(instant)
    return day is None or Period(civil_date(row["virkningFra"]), civil_date(row["virkningTil"])).covers(day)


def _cursor(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()


def _offset(cursor: str | None) -> int:
    return int(base64.b64decode(cursor)) if cursor else 0
