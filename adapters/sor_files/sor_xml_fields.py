"""From one unit element of SOR XML to its fields.

Elements are told apart by local name alone: files mix the namespaces of version 1.0, 2.0 and OIO, and the same element
has been seen in two of them (notes/sor.md §1.3). Where 2.0 has renamed an element, either name is read in either
version. What the contract has no field for is left: fax, pharmacy and local codes, coordinates, GeographicalParent, a
hospital's activity marks, and of a lokationsnummer its dates, marks and administrator.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from pydantic import ValidationError

from adapters.sor_files.civil_dates import civil_date
from adapters.sor_files.entity import LocationNumber, SnapshotEntity, Speciality
from adapters.sor_files.safe_xml import Element, Parts, first_child, local_name, text_of
from adapters.sor_files.treatment_places import is_place_by_entity_type
from adapters.sor_files.unreadable import Fault, UnreadableError, readable_ids, relative, sor_id
from contracts.addresses import Address
from contracts.code_lists import owner_type_of
from contracts.identifiers import CvrNumber, Gln, PNumber, SorId
from contracts.sor_entities import SorType

_ENTITY_TYPE: Final = ("EntityTypeIdentifier", "OwnerType", "InstitutionType", "UnitType")
_OPTION: Final = ("EanLocationCodeOption", "OptionalEanLocationCode")
_INHERITS: Final = ("EntityInheritanceIndicator", "EntityInheritedIndicator")
_SYSTEM: Final = ("SystemTypeIdentifier", "SystemType")
_SUPPLIER: Final = ("SystemSupplierIdentifier", "SystemSupplier")
_OPERATOR: Final = ("CommunicationSupplierIdentifier", "CommunicationSupplier")
_MAIN_SPECIALITY: Final = "51000095001"
"""The one SpecialityType seen; taken as hovedspeciale (notes/sor.md §1.7, marked uncertain there)."""


Location = tuple[str, str | None]
"""A lokationsnummer and its region, as written, that units below may inherit (R47)."""


class Above(NamedTuple):
    """What a unit takes from elsewhere in its tree, ids and numbers as written."""

    parent: str | None
    owner: str
    owner_cvr: str | None
    location: Location | None
    """The parent's."""
    in_hospital: bool
    has_children: bool


def written_sor_id(unit: Element) -> str:
    """Return the unit's SOR-id as the file writes it, ``""`` where there is none; it stands first."""
    first = unit[0] if len(unit) else None
    if first is not None and local_name(first) == "SorIdentifier":
        return (first.text or "").strip()
    return Parts(unit).text("SorIdentifier") or ""


def written_cvr(unit: Element) -> str | None:
    """Return the unit's CVR number as the file writes it."""
    return text_of(first_child(unit, "CVRnumberIdentifier"))


def entity_type(unit: Parts) -> str | None:
    """Return the code of the unit's type."""
    return unit.text(*_ENTITY_TYPE)


def handed_down(unit: Element, inherited: Location | None) -> Location | None:
    """Return what the unit's children may inherit: its own lokationsnummer, or the one `inherited` from above."""
    found = _own_location(unit)
    if found is not None:
        return text_of(first_child(found, "EanLocationCode")) or "", text_of(first_child(found, "RegionCode"))
    return inherited if inherited is not None and _inherits_location(unit) else None


def read_unit(element: Element, written: str, sor_type: SorType, above: Above) -> tuple[SnapshotEntity, list[Fault]]:
    """Return the unit whose SOR-id is `written` so, and the faults of details it is returned without.

    Raises `UnreadableError` for what it cannot do without: SOR-ids, name, dates and addresses in form.
    """
    identifier = sor_id(written, "SorIdentifier")
    unit = Parts(element)
    name, kind = unit.text("EntityName"), entity_type(unit)
    if name is None:
        raise UnreadableError("unreadable", "EntityName")
    virtual, status = unit.parts("VirtualAddressInformation"), unit.parts("SorStatus")
    location, faults = _location_number(element, above)
    cvr, p_number = written_cvr(element), unit.text("ProductionUnitIdentifier")
    if above.parent is not None and cvr is not None and CvrNumber.parse(cvr) != CvrNumber.parse(above.owner_cvr or ""):
        faults.append(("cvr-differs-from-owner", "CVRnumberIdentifier"))
    owner_type = owner_type_of(kind or "") if sor_type == "IE" else None
    if sor_type == "IE" and owner_type is None:
        faults.append(("unknown-owner-type", next(iter(_ENTITY_TYPE))))
    return SnapshotEntity(
        sor_id=identifier,
        sor_type=sor_type,
        owner_sor_id=identifier if above.parent is None else relative(above.owner),
        parent_sor_id=None if above.parent is None else relative(above.parent),
        name=name,
        entity_type=kind,
        owner_type=owner_type,
        is_treatment_place=is_place_by_entity_type(
            sor_type, kind, in_hospital=above.in_hospital, has_children=above.has_children
        ),
        cvr=CvrNumber.parse(cvr) if sor_type == "IE" and cvr is not None else None,
        p_number=PNumber.parse(p_number) if p_number is not None else None,
        from_date=_date(status, "FromDate"),
        first_from_date=_date(status, "FirstFromDate"),
        to_date=_date(status, "ToDate"),
        updated_on=_date(status, "UpdatedAt"),
        postal_address=_address(unit, "PostalAddressInformation"),
        visiting_address=_address(unit, "VisitingAddressInformation"),
        activity_address=_address(unit, "ActivityAddressInformation"),
        telephone=virtual.text("TelephoneNumberIdentifier"),
        email=virtual.text("EmailAddressIdentifier"),
        website=virtual.text("Website"),
        specialities=_specialities(unit),
        provider_id=unit.text("ProviderIdentifier"),
        shak=unit.text("ShakIdentifier"),
        location_number=location,
        replaces=_sor_ids(unit, "ReplacesEntityCollection", faults),
        replaced_by=_sor_ids(unit, "ReplacedByEntityCollection", faults),
    ), faults


def _date(status: Parts, name: str) -> date | None:
    written = status.text(name)
    try:
        return civil_date(written) if written is not None else None
    except ValueError as error:
        raise UnreadableError("unreadable", name) from error


def _address(unit: Parts, name: str) -> Address | None:
    found = unit.child(name)
    if found is None:
        return None
    information = Parts(found)
    postal = information.parts("AddressPostal")
    parts = {
        "street": postal.text("StreetName"),
        "number": postal.text("StreetBuildingIdentifier"),
        "floor": postal.text("FloorIdentifier"),
        "door": postal.text("SuiteIdentifier"),
        "postcode": postal.text("PostCodeIdentifier"),
        "city": postal.text("DistrictName"),
        "municipality_code": information.text("MunicipalityCode"),
        "country_code": postal.text("CountryIdentificationCode"),
    }
    if not any(parts.values()):
        return None  # one with nothing in it is none: the unit has its parent's (R8)
    try:
        return Address(**parts)
    except ValidationError as error:
        raise UnreadableError("unreadable", name) from error


def _own_location(unit: Element) -> Element | None:
    option = first_child(unit, *_OPTION)
    return first_child(unit if option is None else option, "EanLocationCodeEntity")


def _inherits_location(unit: Element) -> bool:
    option = first_child(unit, *_OPTION)
    return option is not None and text_of(first_child(option, *_INHERITS)) in {"true", "1"}


def _location_number(unit: Element, above: Above) -> tuple[LocationNumber | None, list[Fault]]:
    """Read the lokationsnummer: the own one, or the number and region of the parent's (R47)."""
    found = _own_location(unit)
    if found is not None:
        own = Parts(found)
        try:
            gln = Gln.parse(own.text("EanLocationCode") or "")
        except ValueError:
            return None, [("invalid-location-number", "EanLocationCode")]
        return LocationNumber(
            gln=gln,
            region=own.text("RegionCode"),
            edi_system=own.text(*_SYSTEM),
            system_supplier=own.text(*_SUPPLIER),
            network_operator=own.text(*_OPERATOR),
        ), []
    if above.location is None or not _inherits_location(unit):
        return None, []
    number, region = above.location
    try:
        return LocationNumber(gln=Gln.parse(number), inherited=True, region=region), []
    except ValueError:  # the unit whose number it is has it in its own report
        return None, []


def _specialities(unit: Parts) -> tuple[Speciality, ...]:
    collection = unit.child("ClinicalSpecialityCollection")
    found: list[Speciality] = []
    for each in collection if collection is not None else ():
        speciality = Parts(each)
        code, kind = speciality.text("SpecialityCode"), speciality.text("SpecialityType")
        if code is not None:
            is_main = kind == _MAIN_SPECIALITY or (kind is None and not found)
            found.append(Speciality(code, "main" if is_main else "secondary"))
    return tuple(found)


def _sor_ids(unit: Parts, name: str, faults: list[Fault]) -> tuple[SorId, ...]:
    collection = unit.child(name)
    if collection is None:
        return ()
    written = ((each.text or "").strip() for each in collection.iter("{*}SorIdentifier"))
    return readable_ids(written, f"{name}/SorIdentifier", faults)
