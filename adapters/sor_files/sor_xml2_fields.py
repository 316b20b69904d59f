"""From one unit element of SOR XML 2.0 to its fields.

Elements are told apart by local name alone: files mix the namespaces of version 1.0, 2.0 and OIO, and the
same element has been seen in two of them (notes/sor.md §1.3).
"""

from __future__ import annotations

from datetime import date

from lxml import etree
from pydantic import ValidationError

from adapters.sor_files.entity import (
    DamageReason,
    LocationNumber,
    SnapshotEntity,
    Speciality,
)
from contracts.addresses import Address
from contracts.code_lists import owner_type_of
from contracts.identifiers import CvrNumber, Gln, PNumber, SorId
from contracts.sor_entities import SorType

_Element = etree._Element  # noqa: SLF001  the only name lxml has for its elements
_MAIN_SPECIALITY = "51000095001"
"""The one SpecialityType seen; taken as hovedspeciale (notes/sor.md §1.7, marked uncertain there)."""

Fault = tuple[DamageReason, str]
"""What is wrong with a detail, and in which element."""


class UnreadableError(Exception):
    """A unit that cannot be taken: `reason`, and the element it was found in."""

    def __init__(self, reason: DamageReason, field: str) -> None:
        super().__init__(reason, field)
        self.reason = reason
        self.field = field


def sor_id_text(unit: _Element) -> str:
    """Return the unit's SOR-id as the file writes it, ``""`` where there is none."""
    return _text(unit, "SorIdentifier") or ""


def read_unit(
    unit: _Element, sor_type: SorType, parent: SnapshotEntity | None, owner: SnapshotEntity | None
) -> tuple[SnapshotEntity, list[Fault]]:
    """Return the unit, and the faults of details it is returned without.

    Raises `UnreadableError` for what it cannot do without: SOR-id, name, dates and addresses in form.
    """
    sor_id = _sor_id(sor_id_text(unit))
    name, entity_type = _text(unit, "EntityName"), _text(unit, "EntityTypeIdentifier")
    if name is None:
        raise UnreadableError("unreadable", "EntityName")
    virtual, status = _child(unit, "VirtualAddressInformation"), _child(unit, "SorStatus")
    location, faults = _location_number(unit, parent)
    cvr, p_number = _text(unit, "CVRnumberIdentifier"), _text(unit, "ProductionUnitIdentifier")
    if owner is not None and cvr is not None and CvrNumber.parse(cvr) != owner.cvr:
        faults.append(("cvr-differs-from-owner", "CVRnumberIdentifier"))
    owner_type = owner_type_of(entity_type or "") if sor_type == "IE" else None
    if sor_type == "IE" and owner_type is None:
        faults.append(("unknown-owner-type", "EntityTypeIdentifier"))
    return SnapshotEntity(
        sor_id=sor_id,
        sor_type=sor_type,
        owner_sor_id=parent.owner_sor_id if parent is not None else sor_id,
        parent_sor_id=parent.sor_id if parent is not None else None,
        name=name,
        entity_type=entity_type,
        owner_type=owner_type,
        cvr=CvrNumber.parse(cvr) if sor_type == "IE" and cvr is not None else None,
        p_number=PNumber.parse(p_number) if p_number is not None else None,
        from_date=_date(status, "FromDate"),
        first_from_date=_date(status, "FirstFromDate"),
        to_date=_date(status, "ToDate"),
        updated_on=_date(status, "UpdatedAt"),
        postal_address=_address(unit, "PostalAddressInformation"),
        visiting_address=_address(unit, "VisitingAddressInformation"),
        activity_address=_address(unit, "ActivityAddressInformation"),
        telephone=_text(virtual, "TelephoneNumberIdentifier"),
        email=_text(virtual, "EmailAddressIdentifier"),
        website=_text(virtual, "Website"),
        specialities=_specialities(unit),
        provider_id=_text(unit, "ProviderIdentifier"),
        shak=_text(unit, "ShakIdentifier"),
        location_number=location,
        replaces=_sor_ids(unit, "ReplacesEntityCollection"),
        replaced_by=_sor_ids(unit, "ReplacedByEntityCollection"),
    ), faults


def _child(element: _Element | None, name: str) -> _Element | None:
    if element is None:
        return None
    return next((each for each in element if etree.QName(each).localname == name), None)


def _text(element: _Element | None, name: str) -> str | None:
    found = _child(element, name)
    return ((found.text or "").strip() or None) if found is not None else None


def _sor_id(text: str) -> SorId:
    try:
        return SorId.parse(text)
    except ValueError as error:
        raise UnreadableError("invalid-identifier", "SorIdentifier") from error


def _date(status: _Element | None, name: str) -> date | None:
    text = _text(status, name)
    if text is None:
        return None
    try:
        # xs:date may carry a zone after the ten characters of the day; a Danish civil date has none (R48).
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise UnreadableError("unreadable", name) from error


def _address(unit: _Element, name: str) -> Address | None:
    information = _child(unit, name)
    if information is None:
        return None
    postal = _child(information, "AddressPostal")
    try:
        return Address(
            street=_text(postal, "StreetName"),
            number=_text(postal, "StreetBuildingIdentifier"),
            floor=_text(postal, "FloorIdentifier"),
            door=_text(postal, "SuiteIdentifier"),
            postcode=_text(postal, "PostCodeIdentifier"),
            city=_text(postal, "DistrictName"),
            municipality_code=_text(information, "MunicipalityCode"),
            country_code=_text(postal, "CountryIdentificationCode"),
        )
    except ValidationError as error:
        raise UnreadableError("unreadable", name) from error


def _location_number(unit: _Element, parent: SnapshotEntity | None) -> tuple[LocationNumber | None, list[Fault]]:
    """Read the lokationsnummer: the own one, or the number and region of the parent's (R47)."""
    option = _child(unit, "EanLocationCodeOption")
    own = _child(unit if option is None else option, "EanLocationCodeEntity")
    if own is not None:
        try:
            gln = Gln.parse(_text(own, "EanLocationCode") or "")
        except ValueError:
            return None, [("invalid-location-number", "EanLocationCode")]
        return LocationNumber(
            gln=gln,
            region=_text(own, "RegionCode"),
            edi_system=_text(own, "SystemTypeIdentifier"),
            system_supplier=_text(own, "SystemSupplierIdentifier"),
            network_operator=_text(own, "CommunicationSupplierIdentifier"),
        ), []
    inherits = _text(option, "EntityInheritanceIndicator") in {"true", "1"}
    if inherits and parent is not None and parent.location_number is not None:
        above = parent.location_number
        return LocationNumber(gln=above.gln, inherited=True, region=above.region), []
    return None, []


def _specialities(unit: _Element) -> tuple[Speciality, ...]:
    collection = _child(unit, "ClinicalSpecialityCollection")
    found: list[Speciality] = []
    for each in collection if collection is not None else ():
        code, kind = _text(each, "SpecialityCode"), _text(each, "SpecialityType")
        if code is not None:
            is_main = kind == _MAIN_SPECIALITY or (kind is None and not found)
            found.append(Speciality(code, "main" if is_main else "secondary"))
    return tuple(found)


def _sor_ids(unit: _Element, name: str) -> tuple[SorId, ...]:
    collection = _child(unit, name)
    if collection is None:
        return ()
    texts = ((each.text or "").strip() for each in collection.iter("{*}SorIdentifier"))
    return tuple(_sor_id(text) for text in texts)
