"""Writing a register as XML text, which is many times as quick as building elements of it.

Every piece of text begins with its line end, so that an element indents what is in it by one replacement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Final

from adapters.samples.tree_order import Children
from adapters.sor_files.entity import SnapshotEntity
from contracts.danish_time import COPENHAGEN
from contracts.identifiers import SorId
from contracts.sor_entities import SorType

_UNIT_ELEMENTS: Final[dict[SorType, str]] = {
    "IE": "InstitutionOwner",
    "SI": "HealthInstitution",
    "OE": "OrganizationalUnit",
}
_NEEDS_CARE: Final = re.compile(r"[&<>]")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_WRITTEN_AT: Final = time(1, 0, 29)


def leaf(name: str, text: object, attributes: str = "") -> str:
    """Return one element with `text`; nothing for None."""
    if text is None:
        return ""
    written = str(text)
    if _NEEDS_CARE.search(written):
        written = written.translate(_ENTITIES)
    return f"\n<{name}{attributes}>{written}</{name}>"


def element(name: str, inner: str) -> str:
    """Return an element around other elements; nothing where there are none."""
    return _around(name, inner) if inner else ""


def register_text(
    children: Children, unit_text: Callable[[SnapshotEntity], str], top: SorId | None = None, depth: int = 1
) -> Iterator[str]:
    """Yield one owner's tree as nested elements, each unit's own fields as `unit_text` gives them.

    OEs stand before SIs, as an SI under an SI has no place in SOR's schema at all (R11).
    """
    line_end = "\n" + "\t" * depth
    for unit in sorted(children.get(top, ()), key=lambda unit: unit.sor_type):
        name = _UNIT_ELEMENTS[unit.sor_type]
        yield f"{line_end}<{name}Entity>"
        yield _around(name, unit_text(unit)).replace("\n", line_end + "\t")
        yield from register_text(children, unit_text, unit.sor_id, depth + 1)
        yield f"{line_end}</{name}Entity>"


def written_at(day: date) -> str:
    """Return CreatedAtTime of a snapshot: early in the night, Danish time."""
    return datetime.combine(day, _WRITTEN_AT, COPENHAGEN).isoformat()


def _around(name: str, inner: str) -> str:
    indented = inner.replace("\n", "\n\t")
    return f"\n<{name}>{indented}\n</{name}>"
