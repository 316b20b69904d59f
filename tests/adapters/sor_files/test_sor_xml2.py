"""SOR XML 2.0: every field, damage, inheritance (R1, R2, R3, R9, R18, R47)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.sor_files import (
    Damaged,
    LocationNumber,
    SnapshotEntity,
    Speciality,
    read_snapshot,
)
from contracts.addresses import Address
from contracts.identifiers import SorId

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
INHERITED = (
    "<EanLocationCodeOption><EntityInheritanceIndicator>true</EntityInheritanceIndicator></EanLocationCodeOption>"
)


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
    assert clinic.location_number == provider.location_number == LocationNumber(gln=GLN, inherited=True, region="1081")
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
        owner(under=institution(under=unit(wrong, under=unit(OE2)))) + owner(IE) + owner(last) + institution(OE),
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
    second = owner().split("<InstitutionOwnerEntity>", 1)[1].split("</InstitutionOwner>", 1)[0] + "</InstitutionOwner>"
    items = _read(
        tmp_path,
        owner(under=second.replace(IE, OE)) + f"<InstitutionOwnerEntity>{institution()}</InstitutionOwnerEntity>",
    )
    assert [str(item.sor_id) for item in items if isinstance(item, SnapshotEntity)] == [IE]
    assert _damage(items) == [
        (OE, "unreadable", False),
        (SI, "parent-damaged", False),
        ("", "unreadable", False),
    ]


def test_an_owner_of_unknown_kind_is_reported(tmp_path):
    assert _damage(_read(tmp_path, owner(kind="42665001"))) == [(IE, "unknown-owner-type", True)]


def test_a_faulty_detail_is_reported_and_the_unit_kept_without_it(tmp_path):
    other_cvr = "<cvr:CVRnumberIdentifier>{}</cvr:CVRnumberIdentifier>"
    items = _read(
        tmp_path,
        owner(
            fields=LOCATION.replace(GLN, "5790002401474") + other_cvr.format("35095748"),
            under=institution(fields=other_cvr.format("11111111"), under=unit(fields=other_cvr.format("35095748"))),
        ),
    )
    assert _damage(items) == [(IE, "invalid-location-number", True), (SI, "cvr-differs-from-owner", True)]
    units = [item for item in items if isinstance(item, SnapshotEntity)]
    assert [(item.location_number, item.cvr) for item in units] == [
        (None, "35095748"),
        (None, None),
        (None, None),
    ]
