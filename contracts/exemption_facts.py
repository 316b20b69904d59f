"""What an underretning must tell, by its kind (R44, 003 §2.2), for the model and for the JSON Schema alike.

A company's address and a place's contact details, which 003 asks for too, are in SOR and CVR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from contracts.addresses import Address

if TYPE_CHECKING:
    from collections.abc import Mapping

ExemptionKind = Literal["volunteer-sole", "temporary-event", "low-turnover", "partnership"]

_REQUIRED: Final[Mapping[ExemptionKind, tuple[str, ...]]] = {
    "volunteer-sole": ("authorisationIds",),
    "temporary-event": ("event.name", "event.address", "event.from", "event.to"),
    "low-turnover": ("authorisationIds",),
    "partnership": ("cvr", "ownerCvrs", "professions"),
}
_LISTS: Final = frozenset({"authorisationIds", "ownerCvrs", "professions"})
_TEXT: Final = {"type": "string", "pattern": r"\S"}
_PARTS: Final = Address.wire_names()
_ADDRESS: Final = {
    "anyOf": [_TEXT, *({"type": "object", "properties": {part: _TEXT}, "required": [part]} for part in _PARTS)]
}
"""An address in one line, or in parts of which at least one says something."""


def missing_facts(kind: ExemptionKind, told: Mapping[str, Any]) -> list[str]:
    """The wire names of the facts that `kind` asks for and `told`, the message as on the wire, lacks."""
    return [path for path in _REQUIRED[kind] if not _is_told(_at(told, path))]


def schema_rules() -> dict[str, Any]:
    """The same as JSON Schema conditions, and that a unit is named together with its owner."""
    kinds = [
        _if_then({"kind": {"const": kind}}, _nested({path: _told(path) for path in paths}))
        for kind, paths in _REQUIRED.items()
    ]
    owner = _if_then({"sorId": {"type": "string"}}, _nested({"ownerSorId": {"type": "string"}}))
    return {"allOf": [*kinds, owner]}


def _at(told: Mapping[str, Any], path: str) -> object:
    found: Any = told
    for name in path.split("."):
        found = found.get(name) if found is not None else None
    return found


def _is_told(value: object) -> bool:
    """Whether there is something to read: neither null nor blank, nor a list or an address of nothing else."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, dict):
        return any(map(_is_told, value.values()))
    return any(map(_is_told, value)) if isinstance(value, list) else value is not None


def _told(path: str) -> dict[str, Any]:
    if path == "event.address":
        return _ADDRESS
    return {"type": "array", "contains": _TEXT} if path in _LISTS else _TEXT


def _nested(conditions: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """`{"event.name": …}` as an object schema in which ``event`` is required and has a ``name``."""
    own: dict[str, dict[str, Any]] = {}
    below: dict[str, dict[str, dict[str, Any]]] = {}
    for path, condition in conditions.items():
        name, _, rest = path.partition(".")
        if rest:
            below.setdefault(name, {})[rest] = condition
        else:
            own[name] = condition
    properties = own | {name: {"type": "object"} | _nested(nested) for name, nested in below.items()}
    return {"properties": properties, "required": list(properties)}


def _if_then(condition: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": condition, "required": list(condition)}, "then": then}
