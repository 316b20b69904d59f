"""The shape of a message that nobody could use, without what stands in it: anything may be personal there (R49).

Names of fields are shown where the contracts know them, and SOR-ids; of everything else the type and the length.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from contracts.identifiers import SorId
from contracts.json_schemas import schema_of
from contracts.topics import MESSAGES
from workers.stream.intake import LARGEST_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    Shape = str | list["Shape"] | dict[str, "Shape"]

_ENVELOPE: Final = ("specversion", "id", "source", "type", "time", "subject", "datacontenttype", "data")
_DEEPEST: Final = 8
_MOST_FIELDS: Final = 60


def shape_of(value: bytes | None) -> Shape:
    """The message's shape, as JSON; bounded in depth and breadth."""
    if value is None:
        return "nothing (a tombstone)"
    if len(value) > LARGEST_VALUE:
        return f"{len(value)} bytes, too many to look into"
    try:
        return _shape(orjson.loads(value), 0)
    except orjson.JSONDecodeError:
        return f"{len(value)} bytes, not JSON in UTF-8"


def _shape(node: Any, depth: int) -> Shape:
    if isinstance(node, dict | list) and depth == _DEEPEST:
        return "…"
    if isinstance(node, dict):
        return _fields(node, depth)
    if isinstance(node, list):
        rest = [f"and {len(node) - 1} more"] if len(node) > 1 else []
        return [*(_shape(each, depth + 1) for each in node[:1]), *rest]
    if isinstance(node, str):
        return text_shape(node)
    if node is None:
        return "null"
    return "boolean" if isinstance(node, bool) else "number"


def _fields(node: dict[str, Any], depth: int) -> dict[str, Shape]:
    shown: dict[str, Shape] = {}
    for number, (name, value) in enumerate(node.items(), start=1):
        if number > _MOST_FIELDS:
            shown["…"] = f"and {len(node) - _MOST_FIELDS} more"
            break
        shown[name if name in known_names() else f"(unknown name {number}, {len(name)} characters)"] = _shape(
            value, depth + 1
        )
    return shown


def text_shape(text: str) -> str:
    """A SOR-id as it is; of any other text the length."""
    return text if SorId.is_one(text) else f"string({len(text)})"


@cache
def known_names() -> frozenset[str]:
    """Every field name of every contract."""
    schemas = (schema_of(ce_type, model) for types in MESSAGES.values() for ce_type, model in types.items())
    return frozenset(_ENVELOPE).union(*(_names(schema) for schema in schemas))


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", {})
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _names(each)
