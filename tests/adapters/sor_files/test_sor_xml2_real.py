"""The real SOR XML 2.0 sample against an independent reading of it (R1, R3, R9)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from adapters.sor_files import Damaged, SnapshotEntity, read_snapshot
from contracts.sor_entities import EntityChanged

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sor" / "sor2_Sor_small_2019-04-12.xml"


def _plain(element: ET.Element | None, path: str) -> str | None:
    """Read a text by local names alone, with nothing of ours."""
    for name in path.split("/"):
        if element is None:
            return None
        element = next((child for child in element if child.tag.rpartition("}")[2] == name), None)
    return element.text if element is not None else None


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} is not in ../shared/data/sor on this machine")
def test_the_real_file_agrees_with_an_independent_reading_of_every_field():
    items = list(read_snapshot(REAL))
    assert [(item.sor_id, item.reason) for item in items if isinstance(item, Damaged)] == [
        ("6984910000160091", "invalid-identifier")
    ]
    units = [item for item in items if isinstance(item, SnapshotEntity)]
    names = ("InstitutionOwner", "HealthInstitution", "OrganizationalUnit")
    root = ET.parse(REAL).getroot()  # noqa: S314  our own known file
    elements = [each for each in root.iter() if each.tag.rpartition("}")[2] in names]
    assert len(elements) == len(units) + 1 == 4
    for number, (entity, element) in enumerate(zip(units, elements, strict=False)):
        change = entity.as_change(1, datetime(2019, 4, 12, tzinfo=UTC))
        ids = [_plain(each, "SorIdentifier") for each in elements]
        location = "EanLocationCodeEntity/"
        expected = {
            "sorId": ids[number],
            "sorType": ("IE", "SI", "OE")[number],
            "ownerSorId": ids[0],
            "parentSorId": ids[number - 1] if number else None,
            "version": 1,
            "registeredAt": "2019-04-12T00:00:00Z",
            "channel": "snapshot",
            "status": "approved",
            "fromDate": _plain(element, "SorStatus/FromDate"),
            "firstFromDate": _plain(element, "SorStatus/FirstFromDate"),
            "toDate": _plain(element, "SorStatus/ToDate"),
            "name": _plain(element, "EntityName"),
            "entityType": _plain(element, "EntityTypeIdentifier"),
            "ownerType": "private" if number == 0 else None,
            "isTreatmentPlace": number == 1,
            "cvr": _plain(element, "CVRnumberIdentifier"),
            "pNumber": None,
            "postalAddress": _plain_address(element, "PostalAddressInformation"),
            "visitingAddress": _plain_address(element, "VisitingAddressInformation"),
            "activityAddress": _plain_address(element, "ActivityAddressInformation"),
            "telephone": _plain(element, "VirtualAddressInformation/TelephoneNumberIdentifier"),
            "email": _plain(element, "VirtualAddressInformation/EmailAddressIdentifier"),
            "website": _plain(element, "VirtualAddressInformation/Website"),
            "specialities": [],
            "providerId": None,
            "shak": None,
            "locationNumber": {
                "gln": _plain(elements[0], location + "EanLocationCode"),
                "inherited": _plain(element, "EanLocationCodeOption/EntityInheritanceIndicator") == "true",
                "region": _plain(elements[0], location + "RegionCode"),
                "ediSystem": _plain(element, location + "SystemTypeIdentifier"),
                "systemSupplier": _plain(element, location + "SystemSupplierIdentifier"),
                "networkOperator": _plain(element, location + "CommunicationSupplierIdentifier"),
            },
            "replaces": [],
            "replacedBy": [],
            "movedToOwnerSorId": None,
        }
        assert change == expected
        assert EntityChanged.model_validate_json(json.dumps(change)).sor_id == ids[number]
        assert entity.updated_on.isoformat() == _plain(element, "SorStatus/UpdatedAt")
    assert (units[0].from_date, units[0].cvr.is_valid) == (date(2018, 7, 25), True)


def _plain_address(element: ET.Element, name: str) -> dict[str, str | None] | None:
    if not any(child.tag.endswith("}" + name) for child in element):
        return None
    return {
        "street": _plain(element, f"{name}/AddressPostal/StreetName"),
        "number": _plain(element, f"{name}/AddressPostal/StreetBuildingIdentifier"),
        "floor": _plain(element, f"{name}/AddressPostal/FloorIdentifier"),
        "door": _plain(element, f"{name}/AddressPostal/SuiteIdentifier"),
        "postcode": _plain(element, f"{name}/AddressPostal/PostCodeIdentifier"),
        "city": _plain(element, f"{name}/AddressPostal/DistrictName"),
        "municipalityCode": _plain(element, f"{name}/MunicipalityCode"),
        "countryCode": _plain(element, f"{name}/AddressPostal/CountryIdentificationCode"),
    }
