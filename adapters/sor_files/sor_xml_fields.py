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
from adapters.sor_files.safe_xml import Element, children, local_name, text
from adapters.sor_files.treatment_places import is_place_by_entity_type
from adapters.sor_files.unreadable import Fault, UnreadableError, relative, sor_id
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
    return text(unit, "SorIdentifier") or ""


def entity_type(unit: Element) -> str | None:
    """Return the code of the unit's type."""
    return text(unit, *_ENTITY_TYPE)


def own_location(unit: Element) -> Location | None:
    """Return the unit's own lokationsnummer, which its children may inherit."""
    own = _location_element(unit)
    return (text(own, "EanLocationCode") or "", text(own, "RegionCode")) if own is not None else None


def inherits_location(unit: Element) -> bool:
    """Whether the unit has its parent's lokationsnummer."""
    return text(_child(unit, *_OPTION), *_INHERITS) in {"true", "1"}


def read_unit(unit: Element, written: str, sor_type: SorType, above: Above) -> tuple[SnapshotEntity, list[Fault]]:
    """Return the unit whose SOR-id is `written` so, and the faults of details it is returned without.

    Raises `UnreadableError` for what it cannot do without: SOR-ids, name, dates and addresses in form.
    """
    identifier = sor_id(written, "SorIdentifier")
    name, kind = text(unit, "EntityName"), entity_type(unit)
    if name is None:
        raise UnreadableError("unreadable", "EntityName")
    virtual, status = _child(unit, "VirtualAddressInformation"), _child(unit, "SorStatus")
    location, faults = _location_number(unit, above)
    cvr, p_number = text(unit, "CVRnumberIdentifier"), text(unit, "ProductionUnitIdentifier")
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
        telephone=text(virtual, "TelephoneNumberIdentifier"),
        email=text(virtual, "EmailAddressIdentifier"),
        website=text(virtual, "Website"),
        specialities=_specialities(unit),
        provider_id=text(unit, "ProviderIdentifier"),
        shak=text(unit, "ShakIdentifier"),
        location_number=location,
        replaces=_sor_ids(unit, "ReplacesEntityCollection"),
        replaced_by=_sor_ids(unit, "ReplacedByEntityCollection"),
    ), faults


def _child(unit: Element, *names: str) -> Element | None:
    return next(children(unit, *names), None)


def _date(status: Element | None, name: str) -> date | None:
    written = text(status, name)
    try:
        return civil_date(written) if written is not None else None
    except ValueError as error:
        raise UnreadableError("unreadable", name) from error


def _address(unit: Element, name: str) -> Address | None:
    information = _child(unit, name)
    if information is None:
        return None
    postal = _child(information, "AddressPostal")
    try:
        return Address(
            street=text(postal, "StreetName"),
            number=text(postal, "StreetBuildingIdentifier"),
            floor=text(postal, "FloorIdentifier"),
            door=text(postal, "SuiteIdentifier"),
            postcode=text(postal, "PostCodeIdentifier"),
            city=text(postal, "DistrictName"),
            municipality_code=text(information, "MunicipalityCode"),
            country_code=text(postal, "CountryIdentificationCode"),
        )
    except ValidationError as error:
        raise UnreadableError("unreadable", name) from error


def _location_element(unit: Element) -> Element | None:
    option = _child(unit, *_OPTION)
    return _child(unit if option is None else option, "EanLocationCodeEntity")


def _location_number(unit: Element, above: Above) -> tuple[LocationNumber | None, list[Fault]]:
    """Read the lokationsnummer: the own one, or the number and region of the parent's (R47)."""
    own = _location_element(unit)
    if own is not None:
        try:
            gln = Gln.parse(text(own, "EanLocationCode") or "")
        except ValueError:
            return None, [("invalid-location-number", "EanLocationCode")]
        return LocationNumber(
            gln=gln,
            region=text(own, "RegionCode"),
            edi_system=text(own, *_SYSTEM),
            system_supplier=text(own, *_SUPPLIER),
            network_operator=text(own, *_OPERATOR),
        ), []
    if above.location is None or not inherits_location(unit):
        return None, []
    number, region = above.location
    try:
        return LocationNumber(gln=Gln.parse(number), inherited=True, region=region), []
    except ValueError:  # the unit whose number it is has it in its own report
        return None, []


def _specialities(unit: Element) -> tuple[Speciality, ...]:
    collection = _child(unit, "ClinicalSpecialityCollection")
    found: list[Speciality] = []
    for each in collection if collection is not None else ():
        code, kind = text(each, "SpecialityCode"), text(each, "SpecialityType")
        if code is not None:
            is_main = kind == _MAIN_SPECIALITY or (kind is None and not found)
            found.append(Speciality(code, "main" if is_main else "secondary"))
    return tuple(found)


def _sor_ids(unit: Element, name: str) -> tuple[SorId, ...]:
    collection = _child(unit, name)
    if collection is None:
        return ()
    written = ((each.text or "").strip() for each in collection.iter("{*}SorIdentifier"))
    return tuple(sor_id(each, "SorIdentifier") for each in written)
