"""SOR XML 1.0: no CVR number, no P number, no municipality code, and specialities on OEs alone (notes/sor.md §1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from adapters.samples.files.xml_parts import Dialect
from adapters.samples.files.xml_text import element, leaf, register_text, written_at
from adapters.samples.tree_builder import Tree
from adapters.samples.tree_order import by_parent
from adapters.sor_files.entity import SnapshotEntity
from contracts.addresses import Address
from contracts.sor_entities import SorType

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<SorTree xmlns:xkom-1="http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"
         xmlns:dkcc="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
         xmlns:dkcc2005="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"
         xmlns:xkom="http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/"
         xmlns="urn:oio:sundhedsstyrelsen:organisation:1.0.0">"""
_TYPE_ELEMENTS: Final[dict[SorType, str]] = {"IE": "OwnerType", "SI": "InstitutionType", "OE": "UnitType"}
_DIALECT: Final = Dialect(
    old="",
    address_postal="xkom-1:AddressPostal",
    email="xkom:EmailAddressIdentifier",
    location_option="OptionalEanLocationCode",
    inherits="EntityInheritedIndicator",
    supplier="SystemSupplier",
    system="SystemType",
    operator="CommunicationSupplier",
    region="RegionCode",
    administrator="EdiAdministrator",
)
_PLACE_OF_ITS_OWN, _WHERE_THE_PARENT_IS = "1", "2"


def xml1_text(trees: Iterable[Tree], day: date) -> Iterator[str]:
    """Yield the snapshot of `day` in pieces, one tree in memory at a time."""
    yield _HEAD
    yield f"\n\t<CreatedAtTime>{written_at(day)}</CreatedAtTime>\n\t<SnapshotDate>{day}</SnapshotDate>"
    for tree in trees:
        yield from register_text(by_parent(tree), _unit)
    yield "\n</SorTree>\n"


def xml1_carries(unit: SnapshotEntity) -> SnapshotEntity:
    """Return what the format says of a unit."""
    is_owner, is_unit = unit.sor_type == "IE", unit.sor_type == "OE"
    return replace(
        unit,
        cvr=None,
        p_number=None,
        postal_address=_without_municipality(unit.postal_address),
        visiting_address=None if is_owner else _without_municipality(unit.visiting_address),
        activity_address=_without_municipality(unit.activity_address) if is_unit else None,
        specialities=unit.specialities if is_unit else (),
    )


def _without_municipality(address: Address | None) -> Address | None:
    return None if address is None else replace(address, municipality_code=None)


def _unit(unit: SnapshotEntity) -> str:
    carried = xml1_carries(unit)
    return "".join(
        (
            leaf("SorIdentifier", unit.sor_id),
            leaf("EntityName", unit.name),
            leaf(_TYPE_ELEMENTS[unit.sor_type], unit.entity_type),
            leaf("ShakIdentifier", unit.shak),
            leaf("ProviderIdentifier", unit.provider_id),
            _DIALECT.location_number(unit),
            _geographical_parent(unit),
            _address("PostalAddressInformation", carried.postal_address),
            _address("VisitingAddressInformation", carried.visiting_address),
            _address("ActivityAddressInformation", carried.activity_address),
            _DIALECT.virtual_address(unit),
            _DIALECT.specialities(carried),
            _DIALECT.status(unit),
            _DIALECT.succession(unit),
        )
    )


def _geographical_parent(unit: SnapshotEntity) -> str:
    relation = {"IE": None, "SI": _PLACE_OF_ITS_OWN, "OE": _WHERE_THE_PARENT_IS}[unit.sor_type]
    return element("GeographicalParent", leaf("GeographicalParentRelation", relation))


def _address(name: str, address: Address | None) -> str:
    return element(name, _DIALECT.address(address)) if address is not None else ""
