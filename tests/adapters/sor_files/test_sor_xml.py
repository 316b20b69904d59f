"""SOR XML: every field, damage, inheritance (R1, R2, R3, R9, R18, R47)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapters.sor_files import LocationNumber, SnapshotEntity, Speciality
from contracts.addresses import Address
from contracts.identifiers import SorId
from support.snapshots import (
    ADDRESS,
    GLN,
    IE,
    INHERITED,
    LOCATION,
    OE,
    OE2,
    SI,
    STATUS,
    damage,
    institution,
    owner,
    read,
    unit,
    xml,
)


def read_xml(body):
    return read(xml(body))


def test_every_field_is_read():
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
    top, clinic = read_xml(owner(fields=own_cvr, under=institution(fields=fields)))
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
        visiting_address=replace(address, street="Besøgsvej"),
        activity_address=replace(address, street="Aktivitetsvej"),
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


def test_an_address_with_nothing_in_it_is_none_r8():
    (_, clinic) = read_xml(owner(under=institution(fields="<PostalAddressInformation><a/></PostalAddressInformation>")))
    assert clinic.postal_address is None


def test_a_location_number_is_inherited_down_the_tree_r47():
    below = institution(fields=INHERITED, under=unit(fields=INHERITED, under=unit(OE2)))
    top, clinic, provider, without = read_xml(owner(fields=LOCATION, under=below))
    assert not top.location_number.inherited
    assert clinic.location_number == provider.location_number == LocationNumber(gln=GLN, inherited=True, region="1081")
    assert without.location_number is None


def test_a_hospital_is_registered_per_department_r18():
    departments = unit(kind="550811000005108", under=unit(OE2, kind="550851000005109"))
    items = read_xml(owner(under=institution(kind="22232009", under=departments)))
    assert [str(item.sor_id) for item in items if item.is_treatment_place] == [OE2]
    (_, bare) = read_xml(owner(under=institution(kind="22232009")))
    assert bare.is_treatment_place


def test_damage_is_reported_in_its_place_and_spreads_to_what_stands_below():
    wrong = OE[:-1] + str((int(OE[-1]) + 1) % 10)
    last = SorId.of_item(900009)
    items = read_xml(
        owner(under=institution(under=unit(wrong, under=unit(OE2)))) + owner(IE) + owner(last) + institution(OE),
    )
    assert [str(item.sor_id) for item in items if isinstance(item, SnapshotEntity)] == [IE, SI, last]
    assert damage(items) == [
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
    ],
)
def test_a_unit_that_cannot_be_read_is_damaged_and_says_where(fields, reason, field):
    (item,) = read_xml(owner(fields=fields))
    assert (item.sor_id, item.reason, item.unit_kept) == (IE, reason, False)
    assert item.where.endswith(f"InstitutionOwner/{field}")


def test_one_of_the_units_it_replaces_that_has_no_id_is_left_out_alone():
    ids = f"<SorIdentifier>1</SorIdentifier><SorIdentifier>{OE}</SorIdentifier>"
    fault, unit = read_xml(owner(fields=f"<ReplacesEntityCollection>{ids}</ReplacesEntityCollection>"))
    assert (fault.reason, fault.unit_kept) == ("invalid-identifier", True)
    assert fault.where.endswith("ReplacesEntityCollection/SorIdentifier")
    assert unit.replaces == (OE,)


def test_a_unit_without_a_name_or_an_id_is_damaged():
    (nameless,) = read_xml(owner().replace("Ejer", " "))
    (unidentified,) = read_xml(owner(""))
    assert (nameless.sor_id, nameless.reason) == (IE, "unreadable")
    assert (unidentified.sor_id, unidentified.reason) == ("", "invalid-identifier")


def test_units_where_the_format_has_none_are_reported():
    second = owner().split("<InstitutionOwnerEntity>", 1)[1].split("</InstitutionOwner>", 1)[0] + "</InstitutionOwner>"
    items = read_xml(
        owner(under=second.replace(IE, OE)) + f"<InstitutionOwnerEntity>{institution()}</InstitutionOwnerEntity>",
    )
    assert [str(item.sor_id) for item in items if isinstance(item, SnapshotEntity)] == [IE]
    assert damage(items) == [
        (OE, "unreadable", False),
        (SI, "parent-damaged", False),
        ("", "unreadable", False),
    ]


def test_an_owner_of_unknown_kind_is_reported():
    assert damage(read_xml(owner(kind="42665001"))) == [(IE, "unknown-owner-type", True)]


def test_a_faulty_detail_is_reported_and_the_unit_kept_without_it():
    other_cvr = "<cvr:CVRnumberIdentifier>{}</cvr:CVRnumberIdentifier>"
    items = read_xml(
        owner(
            fields=LOCATION.replace(GLN, "5790002401474") + other_cvr.format("35095748"),
            under=institution(fields=other_cvr.format("11111111"), under=unit(fields=other_cvr.format("35095748"))),
        ),
    )
    assert damage(items) == [(IE, "invalid-location-number", True), (SI, "cvr-differs-from-owner", True)]
    units = [item for item in items if isinstance(item, SnapshotEntity)]
    assert [(item.location_number, item.cvr) for item in units] == [
        (None, "35095748"),
        (None, None),
        (None, None),
    ]


def test_version_1_names_the_same_things_otherwise_r18():
    hospital = institution(
        kind="22232009",
        fields="<OptionalEanLocationCode><EntityInheritedIndicator>true</EntityInheritedIndicator></OptionalEanLocationCode>",
        under=unit(),
    )
    as_in_1 = {"EntityTypeIdentifier": "InstitutionType", "SystemTypeIdentifier": "SystemType"}
    as_in_1 |= {
        "SystemSupplierIdentifier": "SystemSupplier",
        "CommunicationSupplierIdentifier": "CommunicationSupplier",
    }
    body = owner(fields=LOCATION, under=hospital)
    for newer, older in as_in_1.items():
        body = body.replace(newer, older)
    top, clinic, department = read_xml(body)
    assert top.location_number == LocationNumber(
        gln=GLN, region="1081", edi_system="225", system_supplier="162", network_operator="41000035001"
    )
    assert (clinic.entity_type, clinic.location_number.inherited) == ("22232009", True)
    assert (clinic.is_treatment_place, department.is_treatment_place) == (False, True)


def test_what_is_wrong_with_a_parent_but_for_its_id_is_no_damage_to_its_children_r13():
    fields = STATUS.replace("2018-12-21", "2018-02-30")
    items = read_xml(owner(under=institution(fields=fields, under=unit())))
    assert damage(items) == [(SI, "unreadable", False)]
    assert [item.sor_id for item in items if isinstance(item, SnapshotEntity)] == [IE, OE]


def test_an_id_ruined_by_a_spreadsheet_is_named_r1():
    true = SorId.of_item(105780)
    (item,) = read_xml(owner(f"{true[:15]}0"))
    assert (item.reason, item.where) == (
        "ruined-by-spreadsheet",
        f"line 3, InstitutionOwner/SorIdentifier: can only be {true}",
    )
