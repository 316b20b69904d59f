"""SOR2 CSV: every field, the tree from whichever columns there are, damage (R1, R2, R3, R9, R18, R47)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from adapters.sor_files import LocationNumber, SnapshotEntity, SnapshotFormat, Speciality, open_snapshot
from adapters.sor_files import sor2_csv_columns as columns
from contracts.addresses import Address
from contracts.identifiers import SorId
from support.snapshots import GLN, IE, OE, OE2, SI, damage, entities, read, sor2, sor2_row

OWNER = sor2_row(IE, "IE", **{columns.TYPE_LABEL: "privat"})
CLINIC = sor2_row(SI, "SI", IE)
PROVIDER = sor2_row(OE, "OE", SI)


def address_cells(which: str, street: str) -> dict[str, str]:
    parts = ("StreetName", "StreetBuildingId", "FloorId", "SuiteId", "PostCodeId", "DistrictName", "MunicipalityCode")
    texts = (street, "1 B", "2", "tv", "0999", "København C", "0101")
    cells = {f"{which}{part}": text for part, text in zip(parts, texts, strict=True)}
    coordinates = {f"{which}CoordETRS89z32EMeasure": "557481,680", f"{which}CoordETRS89z32NMeasure": "6347032,450"}
    return cells | coordinates | {f"{which}CountryCode": "DK", f"{which}RegionCode": "1084"}


def test_every_field_is_read():
    details = {
        columns.TYPE_CODE: "554061000005105",
        columns.P_NUMBER: '="1023456789"',
        columns.CVR: "35095748",
        columns.SHAK: "130101A",
        columns.PROVIDER_ID: '="019062"',
        columns.FIRST_FROM: "2018-04-18",
        columns.FROM: "21-12-2018",
        columns.TO: "2019-02-28",
        columns.UPDATED: "2018-12-20T09:14:05",
        columns.TELEPHONE: "12345678",
        columns.EMAIL: "a@b.example",
        columns.WEBSITE: "www.b.example",
        "PrioritizedEntitySpeciality1Id": "394594003",
        "PrioritizedEntitySpeciality2Name": "almen medicin",
        columns.GLN: f'="{GLN}"',
        columns.GLN_INHERITED: "true",
        columns.GLN_REGION_NAME: "Region Nordjylland",
        columns.GLN_SYSTEM: "225",
        columns.GLN_SUPPLIER: "162",
        columns.GLN_OPERATOR: "41000035001",
        columns.REPLACES: f"{SorId.of_item(3)} {SorId.of_item(4)}",
        columns.REPLACED_BY: str(SorId.of_item(5)),
    }
    for which, street in zip(columns.ADDRESSES, ("Ågade", "Besøgsvej", "Aktivitetsvej"), strict=True):
        details |= address_cells(which, street)
    owner, clinic = read(sor2(OWNER | {columns.CVR: "35095748"}, CLINIC | details))
    assert (owner.cvr, owner.owner_type, owner.entity_type) == ("35095748", "private", "550891000005100")
    address = Address(
        street="Ågade", number="1 B", floor="2", door="tv", postcode="0999", city="København C",
        municipality_code="0101", country_code="DK",
    )  # fmt: skip
    assert clinic == SnapshotEntity(
        sor_id=SI,
        sor_type="SI",
        owner_sor_id=IE,
        parent_sor_id=IE,
        name="Navn",
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
            gln=GLN,
            inherited=True,
            region="1081",
            edi_system="225",
            system_supplier="162",
            network_operator="41000035001",
        ),
        replaces=(SorId.of_item(3), SorId.of_item(4)),
        replaced_by=(SorId.of_item(5),),
    )


def test_parents_come_first_whatever_the_order_of_rows_and_columns():
    content = sor2(PROVIDER, CLINIC, OWNER, header=reversed(columns.ALL))
    assert [item.sor_id for item in read(content)] == [IE, SI, OE]


@pytest.mark.parametrize("types", [("IE", "SI", "OE"), ("IO", "HI", "OU")])
def test_without_the_parents_column_owner_and_institution_say_where_a_unit_hangs(types):
    above = {columns.OWNER: f'="{IE}"', columns.INSTITUTION: f'="{SI}"'}
    rows = [sor2_row(sor_id, kind, **above) for sor_id, kind in zip((IE, SI, OE), types, strict=True)]
    header = [column for column in columns.ALL if column != columns.PARENT]
    items = entities(read(sor2(*rows, header=header)))
    assert [(item.sor_type, item.parent_sor_id) for item in items] == [("IE", None), ("SI", IE), ("OE", SI)]


def test_columns_with_sor_before_them_are_known_and_unknown_ones_are_tolerated():
    header = [
        columns.SOR_ID,
        columns.SOR_TYPE,
        columns.PARENT,
        "SorEntityName",
        "OrganizationalLevelCode",
        "SorVisitingAddressStreetName",
    ]
    own = {"SorEntityName": "Klinik", "OrganizationalLevelCode": "7", "SorVisitingAddressStreetName": "Ågade"}
    _, clinic = entities(read(sor2(OWNER | own, CLINIC | own, header=header)))
    assert (clinic.name, clinic.visiting_address) == ("Klinik", Address(street="Ågade"))


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
def test_spreadsheets_text_marks_quotes_and_either_encoding_make_no_difference(encoding, quoted):
    text = sor2(OWNER, CLINIC | {columns.NAME: "Æblegård"}).decode("utf-8-sig")
    if quoted:
        text = "".join(
            ";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line.split(";")) + "\r\n"
            for line in text.splitlines()
        )
    assert [(item.sor_id, item.name) for item in entities(read(text.encode(encoding)))] == [
        (IE, "Navn"),
        (SI, "Æblegård"),
    ]


def test_where_the_file_does_not_say_a_lokationsnummer_like_the_parents_is_inherited_r47():
    header = [column for column in columns.ALL if column != columns.GLN_INHERITED]
    other = {columns.GLN: "5790000173624"}
    own = {columns.GLN: GLN}
    found = entities(read(sor2(OWNER | own, CLINIC | own, PROVIDER | other, header=header)))
    assert [item.location_number.inherited for item in found] == [False, True, False]


@pytest.mark.parametrize("hospital", [{columns.TYPE_CODE: '="22232009"'}, {columns.TYPE_LABEL: "Hospital"}])
def test_a_hospital_is_registered_per_department_r18(hospital):
    rows = (OWNER, CLINIC | hospital, PROVIDER, sor2_row(OE2, "OE", OE))
    assert [item.sor_id for item in entities(read(sor2(*rows))) if item.is_treatment_place] == [OE2]


def test_what_is_in_a_hospital_is_a_place_by_its_shape_though_its_own_type_cannot_be_read_r18():
    rows = (OWNER, CLINIC | {columns.TYPE_LABEL: "Hospital"}, PROVIDER | {columns.TYPE_LABEL: "raketbase"})
    ward = entities(read(sor2(*rows)))[-1]
    assert (ward.type_is_unknown, ward.mark_is_unknown, ward.is_treatment_place) == (True, False, True)


def test_a_faulty_detail_is_reported_and_the_unit_kept_without_it():
    odd = {
        columns.TYPE_LABEL: "raketbase",
        columns.CVR: "11111111",
        columns.OWNER: str(SorId.of_item(8)),
        columns.GLN: "5790002401474",
        "PrioritizedEntitySpeciality1Name": "raketvidenskab",
        columns.REPLACES: f"1 {SorId.of_item(3)}",
    }
    items = read(sor2(OWNER | {columns.CVR: "35095748", columns.TYPE_LABEL: "plejehjem"}, CLINIC | odd))
    assert damage(items) == [
        (IE, "unknown-owner-type", True),
        (SI, "owner-differs-from-tree", True),
        (SI, "cvr-differs-from-owner", True),
        (SI, "unknown-label", True),
        (SI, "unknown-label", True),
        (SI, "invalid-location-number", True),
        (SI, "invalid-identifier", True),
    ]
    (_, clinic) = entities(items)
    assert clinic.replaces == (SorId.of_item(3),)
    assert clinic.type_is_unknown
    assert clinic.mark_is_unknown
    assert (clinic.cvr, clinic.entity_type, clinic.location_number, clinic.specialities) == (None, None, None, ())


def test_what_cannot_be_taken_is_named_and_what_hangs_under_it_r1_r13():
    true = SorId.of_item(105780)
    ruined, item = f"{true[:15]}0", SorId.of_item
    items = read(
        sor2(
            OWNER,
            CLINIC,
            sor2_row(SI, "SI", IE),
            sor2_row(OE, "XX", SI),
            sor2_row(OE2, "OE", OE),
            sor2_row(ruined, "SI", IE),
            sor2_row(item(11), "OE", ruined),
            sor2_row(item(12), "OE", item(13)),
            sor2_row(item(14), "OE", item(15)),
            sor2_row(item(15), "OE", item(14)),
            sor2_row(item(16), "SI", IE, **{columns.FROM: "2018-02-30"}),
            sor2_row(item(17), "IE", IE),
            sor2_row(item(18), "SI", IE, **{columns.NAME: " "}),
            sor2_row("", "SI", IE),
        )
    )
    assert [each.sor_id for each in entities(items)] == [IE, SI]
    assert sorted(damage(items)) == sorted(
        [
            (SI, "duplicate", False),
            (OE, "unreadable", False),
            (OE2, "parent-damaged", False),
            (ruined, "ruined-by-spreadsheet", False),
            (item(11), "parent-damaged", False),
            (item(12), "missing-parent", False),
            (item(14), "cycle", False),
            (item(15), "cycle", False),
            (item(16), "unreadable", False),
            (item(17), "unreadable", False),
            (item(18), "unreadable", False),
            ("", "invalid-identifier", False),
        ]
    )
    (named,) = [each for each in items if getattr(each, "reason", "") == "ruined-by-spreadsheet"]
    assert named.where == f"line 7, column SorId: can only be {true}"


def test_the_format_is_told_and_that_no_day_is():
    with open_snapshot(BytesIO(sor2(OWNER))) as snapshot:
        assert (snapshot.format, snapshot.taken_on) == (SnapshotFormat.SOR2_CSV, None)


def test_a_main_speciality_that_cannot_be_read_does_not_make_the_next_one_the_main_one_r15():
    odd = {
        "PrioritizedEntitySpeciality1Name": "raketvidenskab",
        "PrioritizedEntitySpeciality2Name": "almen medicin",
    }
    (_, clinic) = entities(read(sor2(OWNER, CLINIC | odd)))
    assert clinic.specialities == (Speciality("408443003", "secondary"),)
