"""The real SOR XML samples against an independent reading of them (R1, R3, R9, R47)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from adapters.sor_files import Damaged, SnapshotFormat, open_snapshot
from contracts.sor_entities import EntityChanged

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sor"
VERSION_2 = "sor2_Sor_small_2019-04-12.xml"
VERSION_1 = ("sor1_ONE_APOTEK.xml", "sor1_ONE_PRAKSIS.xml", "sor1_ONE_SYGEHUS.xml")
FABRICATED = "6984910000160091"
TYPES = {"InstitutionOwner": "IE", "HealthInstitution": "SI", "OrganizationalUnit": "OE"}
PLACES = {"698481000016007", "8331000016009", "306021000016007", "347831000016005"}
"""By the unit types of BSR; the hospital's by its leaf."""
WHERE = {
    "SorIdentifier": "sorId", "EntityName": "name", "EntityTypeIdentifier": "entityType", "OwnerType": "entityType",
    "InstitutionType": "entityType", "UnitType": "entityType", "CVRnumberIdentifier": "cvr", "ShakIdentifier": "shak",
    "ProviderIdentifier": "providerId", "TelephoneNumberIdentifier": "telephone", "EmailAddressIdentifier": "email",
    "Website": "website", "SorStatus/FromDate": "fromDate", "SorStatus/FirstFromDate": "firstFromDate",
    "StreetName": "street", "StreetBuildingIdentifier": "number", "PostCodeIdentifier": "postcode",
    "DistrictName": "city", "MunicipalityCode": "municipalityCode", "CountryIdentificationCode": "countryCode",
    "EanLocationCode": "gln", "SystemType": "ediSystem", "SystemTypeIdentifier": "ediSystem",
    "SystemSupplier": "systemSupplier", "SystemSupplierIdentifier": "systemSupplier",
    "CommunicationSupplier": "networkOperator", "CommunicationSupplierIdentifier": "networkOperator",
    "EanLocationCodeEntity/RegionCode": "region", "SpecialityCode": "code",
}  # fmt: skip
"""The key of the message that has what stands in an element; the element may be told apart by the one around it."""
ELSEWHERE = {"UpdatedAt", "EntityInheritanceIndicator", "EntityInheritedIndicator", "SpecialityType"}
"""Compared below by themselves: they are no text of the message."""
LEFT_OUT = {
    "the contract has no field for it": {
        "FaxNumberIdentifier", "PharmacyIdentifier", "GeographicalParentRelation", "AmbulantActivityIndicator",
        "PatientsAdmittedIndicator", "ReportingLevelIndicator",
    },
    "of a lokationsnummer the number and the four details of R47 are kept": {
        "OnlyInternalIndicator", "NonActiveIndicator", "EdiAdministrator", "EdiAdministratorIdentifier",
        "EanLocationCodeEntity/SorStatus/FromDate", "EanLocationCodeEntity/SorStatus/FirstFromDate",
    },
    "an address is kept as BSR has it": {
        "StreetCode", "CoordETRS89z32NMeasure", "CoordETRS89z32EMeasure", "PostalAddressInformation/RegionCode",
        "VisitingAddressInformation/RegionCode",
    },
}  # fmt: skip


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def leaves(element: ET.Element, path: tuple[str, ...] = ()):
    """Yield path and text of every element that has no elements in it."""
    for child in element:
        here = (*path, local(child))
        if len(child):
            yield from leaves(child, here)
        else:
            yield here, child.text


def units_of(element: ET.Element, above: tuple[str, ...] = ()):
    """Yield each unit's element with the ids above it, the owner's first."""
    unit = next((child for child in element if local(child) in TYPES), None)
    path = above
    if unit is not None:
        path = (*above, next(child.text for child in unit if local(child) == "SorIdentifier"))
        yield unit, above
    for child in element:
        if local(child).endswith("Entity"):
            yield from units_of(child, path)


def message_leaves(value, path=()):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from message_leaves(each, (*path, key))
    elif isinstance(value, list):
        for each in value:
            yield from message_leaves(each, path)
    else:
        yield path, value


@pytest.mark.shared
@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/sor is not on this machine")
@pytest.mark.parametrize("name", [VERSION_2, *VERSION_1])
def test_every_leaf_of_the_real_files_arrives_or_is_on_the_list_of_what_is_left_out(name):
    elements = list(units_of(ET.parse(FOLDER / name).getroot()))  # noqa: S314  our own known file
    with open_snapshot(FOLDER / name) as snapshot:
        readings = [(unit.sor_id, unit.read()) for unit in snapshot.units()]
    assert [sor_id for sor_id, _ in readings] == [
        text for unit, _ in elements for path, text in leaves(unit) if path == ("SorIdentifier",)
    ], "every unit, parents first"
    for (sor_id, reading), (element, above) in zip(readings, elements, strict=True):
        if sor_id == FABRICATED:
            assert [(each.sor_id, each.reason) for each in reading.damage] == [(FABRICATED, "invalid-identifier")]
            assert reading.entity is None
            continue
        assert reading.damage == ()
        change = reading.entity.as_change(1, datetime(2019, 4, 12, tzinfo=UTC))
        assert EntityChanged.from_json(json.dumps(change)).sor_id == sor_id
        assert (change["sorType"], change["parentSorId"]) == (TYPES[local(element)], above[-1] if above else None)
        assert change["ownerSorId"] == (above[0] if above else sor_id)
        assert change["isTreatmentPlace"] == (sor_id in PLACES)
        assert change["ownerType"] == (None if above else "private")
        assert_every_leaf(element, reading.entity, change)


def assert_every_leaf(element, entity, change):
    arrived = {(path[0], path[-1], value) for path, value in message_leaves(change)}
    for path, text in leaves(element):
        names = {"/".join(path[-length:]) for length in (1, 2, 3)}
        if names & (ELSEWHERE | set().union(*LEFT_OUT.values())):
            continue
        key = next(WHERE[name] for name in sorted(names, key=len, reverse=True) if name in WHERE)
        assert (top_key(path[0], key), key, text) in arrived, f"{'/'.join(path)} is not in the message"
    assert entity.updated_on.isoformat() == dict(leaves(element))["SorStatus", "UpdatedAt"]


def top_key(outermost: str, key: str) -> str:
    """Where in the message stands what an element within `outermost` says."""
    if outermost.endswith("AddressInformation") and outermost != "VirtualAddressInformation":
        return outermost[0].lower() + outermost[1:].removesuffix("Information")
    if outermost.startswith(("EanLocation", "OptionalEan")):
        return "locationNumber"
    return "specialities" if key == "code" else key


@pytest.mark.shared
@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/sor is not on this machine")
def test_what_the_real_files_say_of_themselves_and_of_what_is_inherited_r47():
    with open_snapshot(FOLDER / VERSION_2) as snapshot:
        assert (snapshot.format, snapshot.taken_on) == (SnapshotFormat.SOR_XML_2, date(2019, 4, 12))
        assert snapshot.size == (FOLDER / VERSION_2).stat().st_size
        owner, clinic, provider, _ = [unit.read().entity for unit in snapshot.units()]
        assert snapshot.position == snapshot.size
    assert [unit.location_number.gln for unit in (owner, clinic, provider)] == ["5790002401473"] * 3
    assert [unit.location_number.inherited for unit in (owner, clinic, provider)] == [False, True, True]
    for name in VERSION_1:
        with open_snapshot(FOLDER / name) as snapshot:
            assert (snapshot.format, snapshot.taken_on) == (SnapshotFormat.SOR_XML_1, date(2010, 1, 26))
            entities = [unit.read().entity for unit in snapshot.units() if not isinstance(unit, Damaged)]
        marks = {"sor1_ONE_APOTEK.xml": [False, True, True], "sor1_ONE_PRAKSIS.xml": [False, True, True]}.get(
            name, [None] * 4
        )
        found = [each.location_number.inherited if each.location_number else None for each in entities]
        assert found == marks
    assert [[each.kind for each in entity.specialities] for entity in entities] == [[], [], [], ["main"]]
