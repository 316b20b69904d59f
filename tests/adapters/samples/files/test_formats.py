"""Snapshots in SOR's three formats: sound files, with all in them that the format carries (R8, R9, R47)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from itertools import islice

import pytest
from lxml import etree

from adapters.samples.files import FileFormat, carried, write
from adapters.sor_files import read_snapshot, sor2_csv_columns
from support.sample_lives import FIRST_DAY, begun, trees_of, units_of

XML = [FileFormat.XML1, FileFormat.XML2]
BOM = b"\xef\xbb\xbf"


def written(form, trees, day=FIRST_DAY):
    target = io.BytesIO()
    write(form, trees, day, target)
    return target.getvalue()


def rows(trees, day=FIRST_DAY):
    text = written(FileFormat.CSV, trees, day).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";", strict=False))


@pytest.fixture(scope="module")
def trees():
    return trees_of(5_000, seed=7)


@pytest.mark.parametrize("form", FileFormat)
def test_the_same_register_gives_the_same_bytes(form):
    assert written(form, trees_of(60, seed=3)) == written(form, trees_of(60, seed=3))
    assert written(form, trees_of(60, seed=3)) != written(form, trees_of(60, seed=4))


@pytest.mark.parametrize("form", FileFormat)
def test_a_file_is_written_tree_by_tree(form):
    taken = []
    target = io.BytesIO()

    def one_after_the_other():
        for tree in trees_of(200, seed=3):
            taken.append(target.tell())
            yield tree

    write(form, one_after_the_other(), FIRST_DAY, target)
    assert taken == sorted(set(taken)), "each tree was written before the next was asked for"


@pytest.mark.parametrize("units", [10, 11, 60, 1_000])
def test_the_reader_of_xml_2_gives_back_what_the_format_carries(tmp_path, units):
    trees = trees_of(units, seed=7)
    path = tmp_path / FileFormat.XML2.file_name(FIRST_DAY)
    path.write_bytes(written(FileFormat.XML2, trees))
    expected = units_of(carried(FileFormat.XML2, tree) for tree in trees)
    assert {unit.sor_id: unit for unit in read_snapshot(path)} == expected


@pytest.mark.parametrize("units", [10, 200])
def test_the_reader_of_xml_2_gives_back_what_has_lived_and_guesses_every_mark_r14(tmp_path, units):
    life = begun(units, seed=4)
    path = tmp_path / "Sor.xml"
    for night in islice(life.nights(), 40, 400, 40):
        path.write_bytes(written(FileFormat.XML2, life.standing.trees(), night.day))
        expected = units_of(carried(FileFormat.XML2, tree) for tree in life.standing.trees())
        assert {unit.sor_id: unit for unit in read_snapshot(path)} == expected


@pytest.mark.parametrize("form", XML)
def test_xml_says_when_it_was_taken_and_shows_every_unit_where_it_stands(form, trees):
    root = etree.fromstring(written(form, trees))
    assert root.findtext("{*}SnapshotDate") == "2023-01-01"
    assert root.findtext("{*}CreatedAtTime") == "2023-01-01T01:00:29+01:00"
    known = units_of(trees)
    seen = 0
    for entity in root.iter("{*}InstitutionOwnerEntity", "{*}HealthInstitutionEntity", "{*}OrganizationalUnitEntity"):
        unit = known[entity[0].findtext("{*}SorIdentifier")]
        above = entity.getparent()[0].findtext("{*}SorIdentifier") if entity.getparent() is not root else None
        assert unit.parent_sor_id == above
        assert entity[0].findtext("{*}EntityName") == unit.name
        seen += 1
    assert seen == len(known)


def test_xml_1_carries_neither_cvr_nor_p_number_nor_municipality(trees):
    text = written(FileFormat.XML1, trees).decode()
    for name in ("CVRnumber", "ProductionUnit", "MunicipalityCode"):
        assert name not in text
    for tree in trees:
        for unit in carried(FileFormat.XML1, tree):
            assert (unit.cvr, unit.p_number) == (None, None)
            addresses = (unit.postal_address, unit.visiting_address, unit.activity_address)
            assert all(address is None or address.municipality_code is None for address in addresses)
            assert unit.sor_type == "OE" or unit.specialities == ()


def test_csv_has_a_row_a_unit_with_ids_that_a_spreadsheet_takes_for_text(trees):
    known = units_of(trees)
    found = rows(trees)
    assert sorted(row["SorId"] for row in found) == sorted(f'="{sor_id}"' for sor_id in known)
    for row in found:
        unit = known[row["SorId"][2:-1]]
        assert list(row) == list(sor2_csv_columns.ALL)
        assert row["EntityName"] == unit.name
        assert row["ParentSorId"] == (f'="{unit.parent_sor_id}"' if unit.parent_sor_id else "")
        assert row["FromDate"] == unit.from_date.isoformat()
        assert row["ToDate"] == (unit.to_date.isoformat() if unit.to_date else "")
        assert row["ProviderId"] == (unit.provider_id or "")
        assert row["InstitutionOwnerCvrNumberId"] == (known[unit.owner_sor_id].cvr or "")


def test_csv_shows_no_inheritance_r8(trees):
    known = units_of(trees)
    for tree in trees:
        for row, unit in zip(rows([tree]), carried(FileFormat.CSV, tree), strict=True):
            own = known[unit.sor_id]
            assert unit.visiting_address == (own.visiting_address or unit.postal_address)
            assert unit.activity_address == (own.activity_address or unit.visiting_address)
            assert row["VisitingAddressStreetName"] == unit.visiting_address.street
            assert row["ActivityAddressPostCodeId"] == unit.activity_address.postcode
            assert row["VirtualAddressTelephoneNumber"] == unit.telephone
    departments = [unit for unit in known.values() if unit.sor_type == "OE" and unit.postal_address is None]
    assert departments, "there is something to inherit"


def test_csv_writes_measures_with_a_decimal_comma(trees):
    for row in rows(trees[:3]):
        for measure in ("E", "N"):
            whole, decimals = row[f"PostalAddressCoordETRS89z32{measure}Measure"].split(",")
            assert whole.isdigit()
            assert len(decimals) == 3


@pytest.mark.parametrize("form", [FileFormat.XML2, FileFormat.CSV])
def test_coordinates_are_measured_anew_once_a_year_and_nothing_else_is_noise(form, trees):
    tonight = written(form, trees).decode().splitlines()
    tomorrow = written(form, trees, FIRST_DAY + timedelta(days=1)).decode().splitlines()
    # Two lines of an XML file differ by the day alone: CreatedAtTime and SnapshotDate.
    noise = [new for old, new in zip(tonight[4:], tomorrow[4:], strict=True) if old != new]
    assert 0 < len(noise) < 100
    assert all("Measure>" in line for line in noise) or form is FileFormat.CSV


@pytest.mark.parametrize("form", FileFormat)
def test_a_file_begins_with_a_byte_order_mark_as_the_real_ones_do(form):
    assert written(form, trees_of(10, seed=1)).startswith(BOM)
