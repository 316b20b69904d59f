"""SOR XML 1.0 and 2.0: the whole register, one tree for each institutionsejer (notes/sor.md §§1.2, 1.3).

A branch of the tree holds the element of its unit, then its children's branches. A unit is given out when the first of
those opens or its own branch closes: then it is known whether it has children. Memory holds that one unit, what its
ancestors hand down, and all ids seen, to find an id that stands twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import chain
from typing import Final

from lxml import etree
from xxhash import xxh3_128_digest

from adapters.sor_files.civil_dates import civil_date
from adapters.sor_files.entity import Damaged, DamageReason
from adapters.sor_files.port import Reading, SnapshotFormat
from adapters.sor_files.safe_xml import Element, Event, Parts, encoding_of, events, forget_before, local_name, root_of
from adapters.sor_files.sor_xml_fields import (
    Above,
    Location,
    entity_type,
    handed_down,
    read_unit,
    written_cvr,
    written_sor_id,
)
from adapters.sor_files.source import Source
from adapters.sor_files.treatment_places import HOSPITAL
from adapters.sor_files.unreadable import LONGEST_ID, UnreadableError
from contracts.sor_entities import SorType

FORMATS: Final = {
    "{urn:oio:sundhedsstyrelsen:organisation:1.0.0}SorTree": SnapshotFormat.SOR_XML_1,
    "{urn:oio:nsi:2.0.0}SorTree": SnapshotFormat.SOR_XML_2,
}
"""By the root."""
MOST_UNITS: Final = 1_000_000
"""Six times the SOR-ids ever issued (notes/sor.md §4.2)."""
_HOSPITAL: Final = HOSPITAL.encode()
_DISINHERITED: Final = re.compile(rb"Inherit\w*>\s*(?:false|0)\s*</[\w:.-]*>")
_ENDING: Final = b"Entity>"
"""Of the tags of branches."""
_BRANCHES: Final[Mapping[str, SorType]] = {
    "InstitutionOwnerEntity": "IE",
    "HealthInstitutionEntity": "SI",
    "OrganizationalUnitEntity": "OE",
}
_UNITS: Final[Mapping[str, SorType]] = {"InstitutionOwner": "IE", "HealthInstitution": "SI", "OrganizationalUnit": "OE"}


@dataclass(slots=True)
class _Branch:
    """A unit with everything under it, while the file is inside it; what it hands down to those is here."""

    element: Element
    sor_type: SorType
    parent: _Branch | None
    owner: str = ""
    owner_cvr: str | None = None
    in_hospital: bool = False
    is_read: bool = False
    sor_id: str | None = None
    """None while it is not read, and when nothing can hang under it."""
    lends: Element | None = None
    """Its unit, while nobody has asked what location number it hands down."""
    location: Location | None = None
    has_children: bool = False

    @property
    def above(self) -> Above:
        """What the unit takes from elsewhere in its tree."""
        parent = self.parent
        return Above(
            parent=None if parent is None else parent.sor_id,
            owner=self.owner,
            owner_cvr=self.owner_cvr,
            location=self.lent,
            in_hospital=self.in_hospital,
            has_children=self.has_children,
        )

    @property
    def lent(self) -> Location | None:
        """The location number that can be had from above; looked up when somebody inherits it, as few do."""
        parent = self.parent
        if parent is None:
            return None
        if parent.lends is not None:
            parent.location, parent.lends = handed_down(parent.lends, parent.lent), None
        return parent.location


class XmlUnit:
    """A unit's element, while the file is at it."""

    __slots__ = ("_branch", "_element", "fingerprint", "sor_id")

    def __init__(self, sor_id: str, fingerprint: bytes, element: Element, branch: _Branch) -> None:
        self.sor_id = sor_id
        self.fingerprint = fingerprint
        self._element = element
        self._branch = branch

    def read(self) -> Reading:
        """Read it; see `FileUnit`."""
        where = _where(self._element)
        try:
            entity, faults = read_unit(self._element, self.sor_id, self._branch.sor_type, self._branch.above)
        except UnreadableError as error:
            return Reading(None, (Damaged(self.sor_id, error.reason, f"{where}/{error.field}"),))
        damage = (Damaged(self.sor_id, reason, f"{where}/{field}", unit_kept=True) for reason, field in faults)
        return Reading(entity, tuple(damage))


class SorXml:
    """A SOR XML file as a `Snapshot`."""

    def __init__(self, source: Source) -> None:
        """Read as far as the first unit. Raises `SnapshotError` for XML of another kind."""
        root, head = root_of(source)
        if root.tag not in FORMATS:
            raise source.error("XML, but not SOR's; its root is SorTree in the namespace of version 1.0 or 2.0")
        self.format = FORMATS[root.tag]
        self._source = source
        self._events = events(source, head, root, _BRANCHES, _ENDING)
        prefixes = repr((encoding_of(head), sorted((prefix or "", name) for prefix, name in root.nsmap.items())))
        self._prefixes = f"\x1f{sha256(prefixes.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}\x1f"
        self._first = next(self._events, None)
        self.taken_on = _date(self._first)

    @property
    def size(self) -> int | None:
        """See `Snapshot`."""
        return self._source.size

    @property
    def position(self) -> int:
        """See `Snapshot`."""
        return self._source.position

    def units(self) -> Iterator[XmlUnit | Damaged]:
        """See `Snapshot`."""
        if self._first is None:
            raise self._source.error("no unit in it: not a snapshot")
        yield from _Tree(self._source, self._prefixes).units(chain((self._first,), self._events))


class _Tree:
    """The walk down the file."""

    def __init__(self, source: Source, prefixes: str) -> None:
        self._source = source
        self._prefixes = prefixes
        self._seen: set[str] = set()
        self._count = 0
        self._branch: _Branch | None = None
        """The innermost that is open."""

    def units(self, events: Iterable[Event]) -> Iterator[XmlUnit | Damaged]:
        for kind, name, element, since in events:
            branch = self._branch
            content = None if since is None else since.strip()
            if kind == "start":
                if branch is not None:
                    branch.has_children = True
                    if content != b"":
                        for sor_type, unit in _units_among(_before(element)):
                            yield self._met(sor_type, unit, branch, content)
                self._branch = self._opened(name, element, branch)
            elif branch is not None:
                if content != b"":
                    for sor_type, unit in _units_among(element):
                        yield self._met(sor_type, unit, branch, content)
                if not branch.is_read:
                    yield Damaged("", "unreadable", f"{_where(element)} without a unit")
                self._branch = branch.parent
                element.clear()

    def _opened(self, name: str, element: Element, parent: _Branch | None) -> _Branch:
        above = element.getparent()
        if above is None or (above.getparent() is not None if parent is None else above is not parent.element):
            raise self._source.error(f"{_where(element)} stands where no SOR file has one")
        forget_before(element, above)
        sor_type = _BRANCHES[name]
        if parent is None:
            return _Branch(element, sor_type, parent)
        return _Branch(element, sor_type, parent, parent.owner, parent.owner_cvr, parent.in_hospital)

    def _met(self, sor_type: SorType, element: Element, branch: _Branch, content: bytes | None) -> XmlUnit | Damaged:
        """Make the unit of the branch, or say why it cannot be one."""
        self._count += 1
        if self._count > MOST_UNITS:
            raise self._source.error(f"more than {MOST_UNITS:,} units; SOR has never issued so many ids")
        sor_id = written_sor_id(element)
        reason = self._misplaced(branch, sor_type, sor_id)
        branch.is_read = True
        if reason is not None:
            return Damaged(sor_id[:LONGEST_ID], reason, _where(element))
        if sor_id:
            self._seen.add(sor_id)
        branch.sor_id = sor_id
        if content is None:  # its bytes in the file are quicker to come by than what the parser has made of them
            content = etree.tostring(element, with_tail=False)
        return _unit(element, branch, content, self._prefixes)

    def _misplaced(self, branch: _Branch, sor_type: SorType, sor_id: str) -> DamageReason | None:
        if branch.is_read or sor_type != branch.sor_type or (sor_type == "IE" and branch.parent is not None):
            return "unreadable"
        if len(sor_id) > LONGEST_ID:
            return "invalid-identifier"
        if sor_id in self._seen:
            return "duplicate"
        if branch.parent is None:
            return None if sor_type == "IE" else "missing-parent"
        return "parent-damaged" if branch.parent.sor_id is None else None


def _unit(element: Element, branch: _Branch, content: bytes, prefixes: str) -> XmlUnit:
    """Make the unit of a branch, whose element is written as `content`, and note what it hands down.

    Its fingerprint is of that, and of what else reading it depends upon as little as decides it: names in the element
    tell what can concern it.
    """
    sor_id, parent = branch.sor_id or "", branch.parent
    if parent is None:
        branch.owner, branch.owner_cvr = sor_id, written_cvr(element)
    elif branch.sor_type == "SI" and _may_hold(content, _HOSPITAL):
        branch.in_hospital = entity_type(Parts(element)) == HOSPITAL
    above = prefixes
    if parent is not None:
        above += f"{parent.sor_id}\x1f{branch.owner}\x1f"
    if b"EanLocationCode" in content:
        above += f"{branch.lent if _may_inherit(content) else None}\x1f"
        if branch.has_children:
            branch.lends = element
    if parent is not None and b"CVR" in content:
        above += f"{branch.owner_cvr}\x1f"
    if branch.in_hospital:
        above += f"{branch.has_children}\x1f"
    return XmlUnit(sor_id, xxh3_128_digest(content + above.encode()), element, branch)


def _may_hold(content: bytes, text: bytes) -> bool:
    """Whether `text` can be in the element written as `content`: as it is, or by the numbers of its characters."""
    return text in content or b"&#" in content


def _may_inherit(content: bytes) -> bool:
    """Whether the element written so can take a location number from above: not where its one word on it is no."""
    at = content.find(b"Inherit")
    no = _DISINHERITED.match(content, at) if at >= 0 else None
    return at >= 0 and (no is None or content.find(b"Inherit", no.end()) >= 0)


def _units_among(elements: Iterable[Element]) -> list[tuple[SorType, Element]]:
    found = []
    for element in elements:
        sor_type = _UNITS.get(local_name(element))
        if sor_type is not None:
            found.append((sor_type, element))
    return found


def _before(element: Element) -> list[Element]:
    """Return what stands before `element` under its parent, the nearest first."""
    found = []
    before = element.getprevious()
    while before is not None:
        found.append(before)
        before = before.getprevious()
    return found


def _date(first: Event | None) -> date | None:
    """Read SnapshotDate, which stands before the `first` branch."""
    root = first[2].getparent() if first is not None else None
    try:
        return civil_date(Parts(root).text("SnapshotDate") or "")
    except ValueError:
        return None


def _where(element: Element) -> str:
    return f"line {element.sourceline}, {local_name(element)}"
