"""SOR XML 2.0: the whole register, one tree for each institutionsejer (notes/sor.md §1.3).

Memory holds one owner's units at a time, and all ids seen, to find an id that stands twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from adapters.sor_files.entity import Damaged, DamageReason, SnapshotEntity
from adapters.sor_files.safe_xml import events, forget, root_name
from adapters.sor_files.sor_xml2_fields import UnreadableError, read_unit, sor_id_text
from adapters.sor_files.treatment_places import is_place_by_entity_type
from contracts.sor_entities import SorType

NAMESPACE = "urn:oio:nsi:2.0.0"

_BRANCHES: dict[str, SorType] = {
    "InstitutionOwnerEntity": "IE",
    "HealthInstitutionEntity": "SI",
    "OrganizationalUnitEntity": "OE",
}
_UNITS: dict[str, SorType] = {"InstitutionOwner": "IE", "HealthInstitution": "SI", "OrganizationalUnit": "OE"}


@dataclass
class _Branch:
    """A unit with everything under it, while the file is inside it."""

    sor_type: SorType
    parent: _Branch | None
    is_read: bool = False
    unit: SnapshotEntity | None = None
    """None while it is not read, and when it is damaged."""
    has_children: bool = False

    @property
    def owner(self) -> SnapshotEntity | None:
        """The owner at the top, None while it is not read."""
        return self.parent.owner if self.parent is not None else self.unit

    @property
    def institution_type(self) -> str | None:
        """The entity type of the SI this unit is, or stands under."""
        if self.sor_type == "SI" and self.unit is not None:
            return self.unit.entity_type
        return self.parent.institution_type if self.parent is not None else None


def is_sor_xml2(path: Path) -> bool:
    """Whether the XML file at `path` has the root of SOR XML 2.0. Raises `SnapshotError` if it is not XML."""
    return root_name(path) == (NAMESPACE, "SorTree")


def read_sor_xml2(path: Path) -> Iterator[SnapshotEntity | Damaged]:
    """Yield every unit as an entity, or as `Damaged`, in the order of the file: parents before children.

    Raises `SnapshotError` where the file breaks off or tries an entity; what came before is then no snapshot.
    """
    seen: set[str] = set()
    stack: list[_Branch] = []
    tree: list[_Branch | Damaged] = []
    for event, element in events(path, (*_BRANCHES, *_UNITS)):
        name = etree.QName(element).localname
        if event == "start":
            if name in _BRANCHES:
                stack.append(_open(_BRANCHES[name], stack))
        elif name in _UNITS and stack:
            tree.extend(_read(element, stack[-1], seen))
            forget(element)
        elif name in _BRANCHES:
            if not stack.pop().is_read:
                tree.append(Damaged("", "unreadable", f"line {element.sourceline}, {name} without a unit"))
            forget(element)
            if not stack:
                yield from (item if isinstance(item, Damaged) else _finished(item) for item in tree)
                tree.clear()


def _open(sor_type: SorType, stack: list[_Branch]) -> _Branch:
    parent = stack[-1] if stack else None
    if parent is not None:
        parent.has_children = True
    return _Branch(sor_type, parent)


def _read(element: etree._Element, branch: _Branch, seen: set[str]) -> Iterator[_Branch | Damaged]:
    text = sor_id_text(element)
    where = f"line {element.sourceline}, {etree.QName(element).localname}"
    parent = branch.parent.unit if branch.parent is not None else None
    reason: DamageReason | None = None
    if branch.is_read or _UNITS[etree.QName(element).localname] != branch.sor_type:
        reason = "unreadable"
    elif text in seen:
        reason = "duplicate"
    elif branch.parent is None and branch.sor_type != "IE":
        reason = "missing-parent"
    elif branch.parent is not None and parent is None:
        reason = "parent-damaged"
    branch.is_read = True
    if reason is not None:
        yield Damaged(text, reason, where)
        return
    seen.add(text)
    try:
        branch.unit, faults = read_unit(element, branch.sor_type, parent, branch.owner)
    except UnreadableError as error:
        yield Damaged(text, error.reason, f"{where}/{error.field}")
        return
    for fault, field in faults:
        yield Damaged(text, fault, f"{where}/{field}", unit_kept=True)
    yield branch


def _finished(branch: _Branch) -> SnapshotEntity:
    unit = branch.unit
    if unit is None:
        raise AssertionError("only branches with a unit are kept")
    is_place = is_place_by_entity_type(
        unit.sor_type, unit.entity_type, branch.institution_type, has_children=branch.has_children
    )
    return replace(unit, is_treatment_place=is_place)
