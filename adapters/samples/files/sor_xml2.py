"""SOR XML 2.0, with the namespaces mixed as in real files (notes/sor.md §1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from adapters.samples.files.map_points import map_point, metres
from adapters.samples.files.xml_parts import Dialect
from adapters.samples.files.xml_text import element, leaf, register_text, written_at
from adapters.samples.tree_builder import Tree
from adapters.samples.tree_order import by_parent
from adapters.sor_files.entity import SnapshotEntity
from contracts.addresses import Address
from contracts.identifiers import SorId

_HEAD: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<SorTree xmlns:osak="http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/"'
    ' xmlns:cpr="http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/"'
    ' xmlns:cvr="http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/"'
    ' xmlns:xkom="http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"'
    ' xmlns:sor1="urn:oio:sundhedsstyrelsen:organisation:1.0.0"'
    ' xmlns:dkcc="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"'
    ' xmlns:dkcc2005="http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"'
    ' xmlns:kms="http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/"'
    ' xmlns:xkom1="http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/"'
    ' xmlns="urn:oio:nsi:2.0.0">'
)
_DIALECT: Final = Dialect(
    old="sor1:",
    address_postal="xkom:AddressPostal",
    email="xkom1:EmailAddressIdentifier",
    location_option="EanLocationCodeOption",
    inherits="EntityInheritanceIndicator",
    supplier="SystemSupplierIdentifier",
    system="SystemTypeIdentifier",
    operator="CommunicationSupplierIdentifier",
    region="kms:RegionCode",
    administrator="EdiAdministratorIdentifier",
)


def xml2_text(trees: Iterable[Tree], day: date) -> Iterator[str]:
    """Yield the snapshot of `day` in pieces, one tree in memory at a time."""
    yield _HEAD
    yield f"\n\t<sor1:CreatedAtTime>{written_at(day)}</sor1:CreatedAtTime>"
    yield f"\n\t<sor1:SnapshotDate>{day}</sor1:SnapshotDate>"
    for tree in trees:
        yield from register_text(by_parent(tree), lambda unit: _unit(unit, day))
    yield "\n</SorTree>\n"


def xml2_carries(unit: SnapshotEntity) -> SnapshotEntity:
    """Return what the format says of a unit: an owner has its postal address alone, and only OEs an activity one."""
    if unit.sor_type == "OE":
        return unit
    visiting = None if unit.sor_type == "IE" else unit.visiting_address
    return replace(unit, visiting_address=visiting, activity_address=None)


def _unit(unit: SnapshotEntity, day: date) -> str:
    carried = xml2_carries(unit)
    return "".join(
        (
            leaf("sor1:SorIdentifier", unit.sor_id),
            leaf("sor1:EntityName", unit.name),
            leaf("EntityTypeIdentifier", unit.entity_type),
            leaf("sor1:ShakIdentifier", unit.shak),
            leaf("sor1:ProviderIdentifier", unit.provider_id),
            _DIALECT.location_number(unit),
            _address("PostalAddressInformation", carried.postal_address, unit.sor_id, day),
            _address("VisitingAddressInformation", carried.visiting_address, unit.sor_id, day),
            _address("ActivityAddressInformation", carried.activity_address, unit.sor_id, day),
            _DIALECT.virtual_address(unit),
            _DIALECT.specialities(unit),
            _DIALECT.status(unit),
            _DIALECT.succession(unit),
            leaf("cvr:CVRnumberIdentifier", unit.cvr),
            leaf("cvr:ProductionUnitIdentifier", unit.p_number),
        )
    )


def _address(name: str, address: Address | None, of: SorId, day: date) -> str:
    if address is None:
        return ""
    inner = _DIALECT.address(address) + leaf("cpr:MunicipalityCode", address.municipality_code)
    point = map_point(address, of, day)
    if point is not None:
        inner += (
            leaf("cpr:StreetCode", point.street_code)
            + leaf("kms:RegionCode", point.region_code)
            + leaf("osak:CoordETRS89z32NMeasure", metres(point.northing_mm))
            + leaf("osak:CoordETRS89z32EMeasure", metres(point.easting_mm))
        )
    return element(name, inner)
