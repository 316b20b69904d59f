"""SOR XML 2.0: every field, damage, hostile files, bounded memory (R1, R2, R3, R9, R30, R47)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from adapters.sor_files import (
    Damaged,
    LocationNumber,
    SnapshotEntity,
    SnapshotError,
    Speciality,
    read_snapshot,
)
from contracts.addresses import Address
from contracts.identifiers import SorId

REAL = (
    Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sor" / "sor2_Sor_small_2019-04-12.xml"
)
GLN = "5790002401473"
IE, SI, OE, OE2 = (str(SorId.of_item(item)) for item in (900001, 900002, 900003, 900004))

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<SorTree xmlns="urn:oio:nsi:2.0.0" xmlns:sor1="urn:oio:sundhedsstyrelsen:organisation:1.0.0" xmlns:a="urn:address"
 xmlns:cvr="urn:cvr"><sor1:CreatedAtTime>2019-04-12T01:00:29+02:00</sor1:CreatedAtTime>"""
TAIL = "</SorTree>"
STATUS = "<sor1:SorStatus><sor1:FromDate>2018-12-21</sor1:FromDate></sor1:SorStatus>"
ADDRESS = """<a:AddressPostal><a:StreetName>Ågade</a:StreetName><a:StreetBuildingIdentifier>1 B</a:StreetBuildingIdentifier>
<a:FloorIdentifier>2</a:FloorIdentifier><a:SuiteIdentifier>tv</a:SuiteIdentifier><a:PostCodeIdentifier>0999</a:PostCodeIdentifier>
<a:DistrictName>København C</a:DistrictName><a:CountryIdentificationCode>DK</a:CountryIdentificationCode></a:AddressPostal>
<a:MunicipalityCode>0101</a:MunicipalityCode><a:RegionCode>1084</a:RegionCode>"""
LOCATION = f"""<EanLocationCodeEntity><sor1:EanLocationCode>{GLN}</sor1:EanLocationCode>
<SystemSupplierIdentifier>162</SystemSupplierIdentifier><SystemTypeIdentifier>225</SystemTypeIdentifier>
<CommunicationSupplierIdentifier>41000035001</CommunicationSupplierIdentifier><a:RegionCode>1081</a:RegionCode>
<sor1:SorStatus><sor1:FromDate>1999-01-01</sor1:FromDate></sor1:SorStatus></EanLocationCodeEntity>"""
INHERITED = "<EanLocationCodeOption><EntityInheritanceIndicator>true</EntityInheritanceIndicator></EanLocationCodeOption>"


def owner(sor_id=IE, fields="", under="", kind="550891000005100"):
    return f"""<InstitutionOwnerEntity><InstitutionOwner><sor1:SorIdentifier>{sor_id}</sor1:SorIdentifier>
<sor1:EntityName>Ejer</sor1:EntityName><EntityTypeIdentifier>{kind}</EntityTypeIdentifier>{fields}</InstitutionOwner>
{under}</InstitutionOwnerEntity>"""


def institution(sor_id=SI, fields="", under="", kind="554061000005105"):
    return f"""<HealthInstitutionEntity><HealthInstitution><SorIdentifier>{sor_id}</SorIdentifier>
<sor1:EntityName>Klinik</sor1:EntityName><EntityTypeIdentifier>{kind}</EntityTypeIdentifier>{fields}</HealthInstitution>
{under}</HealthInstitutionEntity>"""


def unit(sor_id=OE, fields="", under="", kind="255203001"):
    return f"""<OrganizationalUnitEntity><OrganizationalUnit><sor1:SorIdentifier>{sor_id}</sor1:SorIdentifier>
<sor1:EntityName>Behandler</sor1:EntityName><EntityTypeIdentifier>{kind}</EntityTypeIdentifier>{fields}</OrganizationalUnit>
{under}</OrganizationalUnitEntity>"""


def _write(tmp_path: Path, body: str, *, head: str = HEAD, tail: str = TAIL) -> Path:
    path = tmp_path / "sor.xml"
    path.write_text(head + body + tail, encoding="utf-8-sig")
    return path


def _read(tmp_path: Path, body: str) -> list[SnapshotEntity | Damaged]:
    return list(read_snapshot(_write(tmp_path, body)))


def _damage(items):
    return [(item.sor_id, item.reason, item.unit_kept) for item in items if isinstance(item, Damaged)]


def test_every_field_is_read(tmp_path):
    fields = f"""
<EanLocationCodeOption>{LOCATION}</EanLocationCodeOption>
<PostalAddressInformation>{ADDRESS}</PostalAddressInformation>
<sor1:VisitingAddressInformation>{ADDRESS.replace("Ågade", "Besøgsvej")}</sor1:VisitingAddressInformation>
<ActivityAddressInformation>{ADDRESS.replace("Ågade", "Aktivitetsvej")}</ActivityAddressInformation>
<sor1:VirtualAddressInformation><a:EmailAddressIdentifier>a@b.example</a:EmailAddressIdentifier>
<sor1:Website>www.b.example</sor1:Website><sor1:TelephoneNumberIdentifier>12345678</sor1:TelephoneNumberIdentifier>
</sor1:VirtualAddressInformation>
<ProviderIdentifier>019062</ProviderIdentifier><ShakIdentifier>130101A</ShakIdentifier>
<ClinicalSpecialityCollection><ClinicalSpeciality><SpecialityCode>394594003</SpecialityCode>
<SpecialityType>51000095001</SpecialityType></ClinicalSpeciality><ClinicalSpeciality>
<SpecialityCode>408443003</SpecialityCode><SpecialityType>51000095002</SpecialityType></ClinicalSpeciality>
</ClinicalSpecialityCollection>
<sor1:SorStatus><sor1:FromDate>2018-12-21</sor1:FromDate><sor1:ToDate>2019-02-28+01:00</sor1:ToDate>
<sor1:UpdatedAt>2018-12-20</sor1:UpdatedAt><sor1:FirstFromDate>2018-04-18</sor1:FirstFromDate></sor1:SorStatus>
<ReplacesEntityCollection><Any><SorIdentifier>{SorId.of_item(3)}</SorIdentifier></Any></ReplacesEntityCollection>
<sor1:ReplacedByEntityCollection><SorIdentifier>{SorId.of_item(4)}</SorIdentifier></sor1:ReplacedByEntityCollection>
<cvr:ProductionUnitIdentifier>1023456789</cvr:ProductionUnitIdentifier>"""
    own_cvr = f"{STATUS}<cvr:CVRnumberIdentifier>35095748</cvr:CVRnumberIdentifier>"
    top, clinic = _read(tmp_path, owner(fields=own_cvr, under=institution(fields=fields)))
    address = Address(
        street="Ågade",
        number="1 B",
        floor="2",
        door="tv",
        postcode="0999",
        city="København C",
        municipality_code="0101",
        country_code="DK",
    )
    assert (top.cvr, top.owner_type, top.from_date) == ("35095748", "private", date(2018, 12, 21))
    assert clinic == SnapshotEntity(
        sor_id=SI,
        sor_type="SI",
        owner_sor_id=IE,
        parent_sor_id=IE,
        name="Klinik",
        entity_type="554061000005105",
        is_treatment_place=True,
        p_number="1023456789",
        from_date=date(2018, 12, 21),
        first_from_date=date(2018, 4, 18),
        to_date=date(2019, 2, 28),
        updated_on=date(2018, 12, 20),
        postal_address=address,
        visiting_address=address.model_copy(update={"street": "Besøgsvej"}),
        activity_address=address.model_copy(update={"street": "Aktivitetsvej"}),
        telephone="12345678",
        email="a@b.example",
        website="www.b.example",
        specialities=(Speciality("394594003", "main"), Speciality("408443003", "secondary")),
        provider_id="019062",
        shak="130101A",
        location_number=LocationNumber(
            gln=GLN, region="1081", edi_system="225", system_supplier="162", network_operator="41000035001"
        ),
        replaces=(SorId.of_item(3),),
        replaced_by=(SorId.of_item(4),),
    )


def test_a_location_number_is_inherited_down_the_tree_r47(tmp_path):
    below = institution(fields=INHERITED, under=unit(fields=INHERITED, under=unit(OE2)))
    top, clinic, provider, without = _read(tmp_path, owner(fields=LOCATION, under=below))
    assert not top.location_number.inherited
    assert (
        clinic.location_number
        == provider.location_number
        == LocationNumber(gln=GLN, inherited=True, region="1081")
    )
    assert without.location_number is None


def test_a_hospital_is_registered_per_department_r18(tmp_path):
    departments = unit(kind="550811000005108", under=unit(OE2, kind="550851000005109"))
    items = _read(tmp_path, owner(under=institution(kind="22232009", under=departments)))
    assert [str(item.sor_id) for item in items if item.is_treatment_place] == [OE2]
    (_, bare) = _read(tmp_path, owner(under=institution(kind="22232009")))
    assert bare.is_treatment_place


def test_damage_is_reported_in_its_place_and_spreads_to_what_stands_below(tmp_path):
    wrong = OE[:-1] + str((int(OE[-1]) + 1) % 10)
    last = SorId.of_item(900009)
    items = _read(
        tmp_path,
        owner(under=institution(under=unit(wrong, under=unit(OE2))))
        + owner(IE)
        + owner(last)
        + institution(OE),
    )
    assert [str(item.sor_id) for item in items if isinstance(item, SnapshotEntity)] == [IE, SI, last]
    assert _damage(items) == [
        (wrong, "invalid-identifier", False),
        (OE2, "parent-damaged", False),
        (IE, "duplicate", False),
        (OE, "missing-parent", False),
    ]


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        (STATUS.replace("2018-12-21", "2018-02-30"), "unreadable", "FromDate"),
        (
            f"<PostalAddressInformation>{ADDRESS.replace('0101', '0' * 11)}</PostalAddressInformation>",
            "unreadable",
            "PostalAddressInformation",
        ),
        (
            "<ReplacesEntityCollection><SorIdentifier>1</SorIdentifier></ReplacesEntityCollection>",
            "invalid-identifier",
            "SorIdentifier",
        ),
    ],
)
def test_a_unit_that_cannot_be_read_is_damaged_and_says_where(tmp_path, fields, reason, field):
    (item,) = _read(tmp_path, owner(fields=fields))
    assert (item.sor_id, item.reason, item.unit_kept) == (IE, reason, False)
    assert item.where.endswith(f"InstitutionOwner/{field}")


def test_a_unit_without_a_name_or_an_id_is_damaged(tmp_path):
    (nameless,) = _read(tmp_path, owner().replace("Ejer", " "))
    (unidentified,) = _read(tmp_path, owner(""))
    assert (nameless.sor_id, nameless.reason) == (IE, "unreadable")
    assert (unidentified.sor_id, unidentified.reason) == ("", "invalid-identifier")


def test_units_where_the_format_has_none_are_reported(tmp_path):
    second = (
        owner().split("<InstitutionOwnerEntity>", 1)[1].split("</InstitutionOwner>", 1)[0]
        + "</InstitutionOwner>"
    )
    items = _read(
        tmp_path,
        owner(under=second.replace(IE, OE))
        + f"<InstitutionOwnerEntity>{institution()}</InstitutionOwnerEntity>",
    )
    assert [str(item.sor_id) for item in items if isinstance(item, SnapshotEntity)] == [IE]
    assert _damage(items) == [
        (OE, "unreadable", False),
        (SI, "parent-damaged", False),
        ("", "unreadable", False),
    ]


def test_a_faulty_detail_is_reported_and_the_unit_kept_without_it(tmp_path):
    other_cvr = "<cvr:CVRnumberIdentifier>{}</cvr:CVRnumberIdentifier>"
    items = _read(
        tmp_path,
        owner(
            fields=LOCATION.replace(GLN, "5790002401474") + other_cvr.format("35095748"),
            under=institution(
                fields=other_cvr.format("11111111"), under=unit(fields=other_cvr.format("35095748"))
            ),
        ),
    )
    assert _damage(items) == [(IE, "invalid-location-number", True), (SI, "cvr-differs-from-owner", True)]
    units = [item for item in items if isinstance(item, SnapshotEntity)]
    assert [(item.location_number, item.cvr) for item in units] == [
        (None, "35095748"),
        (None, None),
        (None, None),
    ]


LAUGHS = """<?xml version="1.0"?><!DOCTYPE SorTree [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        '<!DOCTYPE SorTree [<!ENTITY d SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE SorTree SYSTEM "http://127.0.0.1:9/sor.dtd">',
        '<!DOCTYPE SorTree [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd"> %p;]>',
    ],
)
def test_entities_and_doctypes_are_refused(tmp_path, head):
    body = owner().replace("Ejer", "&d;" if "ENTITY d" in head else "Ejer")
    with pytest.raises(SnapshotError):
        list(read_snapshot(_write(tmp_path, body, head=head + HEAD.split("?>", 1)[1])))


def test_a_doctype_beyond_a_long_comment_is_refused(tmp_path):
    head = f"<!--{'x' * 100_000}-->" + LAUGHS.split("?>", 1)[1] + HEAD.split("?>", 1)[1]
    with pytest.raises(SnapshotError, match="document type"):
        read_snapshot(_write(tmp_path, owner(), head=head))


def test_a_file_that_breaks_off_raises_and_is_no_snapshot_r30(tmp_path):
    reader = read_snapshot(_write(tmp_path, owner() + owner(SI) + "<InstitutionOwnerEntity>", tail=""))
    with pytest.raises(SnapshotError, match="not well-formed"):
        list(reader)


@pytest.mark.parametrize(
    "content",
    [
        '<SorTree xmlns="urn:oio:sundhedsstyrelsen:organisation:1.0.0"/>',
        '<Other xmlns="urn:oio:nsi:2.0.0"/>',
        "<SorTree/>",
    ],
)
def test_other_xml_is_refused_saying_which_formats_are_read(tmp_path, content):
    path = tmp_path / "sor.xml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotError, match=r"SOR XML 2\.0"):
        read_snapshot(path)


PEAK = """
import re, sys
from pathlib import Path
from adapters.sor_files import read_snapshot
units = sum(1 for _ in read_snapshot(Path(sys.argv[1])))
print(units, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs Linux's account of a process's memory"
)
def test_memory_does_not_grow_with_the_file(tmp_path):
    def units_and_peak_kilobytes(owners: int) -> tuple[int, int]:
        # A process of its own: the parser's memory is not Python's, so only the peak of the process shows it.
        ids = (SorId.of_item(item) for item in range(1_000_000, 1_000_000 + 2 * owners))
        filler = f"<Unknown>{'<x>y</x>' * 1_000}</Unknown>"
        body = "".join(owner(a, filler, institution(b, filler)) for a, b in zip(ids, ids, strict=True))
        path = _write(tmp_path, body)
        done = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True)
        units, peak = done.stdout.split()
        return int(units), int(peak)

    few, peak_of_few = units_and_peak_kilobytes(5)
    many, peak_of_many = units_and_peak_kilobytes(500)
    assert (few, many) == (10, 1000)
    assert peak_of_many - peak_of_few < 8 * 1024, "8 MB of XML is more than 100 MB as a tree"


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
    assert _damage(items) == [("6984910000160091", "invalid-identifier", False)]
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
        assert json.loads(json.dumps(change)) == change
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
