"""Code lists: labels, codes, owner kinds and BSR unit types (R15 items 9–11, R43)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from contracts.code_lists import (
    bsr_unit_types,
    bsr_unit_types_of,
    default_category,
    entity_type_code,
    entity_type_label,
    owner_type_of,
    speciality_label,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sor"


def _compiled(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_labels_and_codes_both_ways_whatever_the_letter_case():
    assert entity_type_label("554061000005105") == "fodterapeutklinik"
    assert entity_type_code("Fodterapeutklinik ") == entity_type_code("FODTERAPEUTKLINIK") == "554061000005105"
    assert speciality_label("394605001") == "tand-, mund- og kæbekirurgi"


def test_of_two_codes_with_one_label_the_present_one_is_given():
    assert entity_type_label("2104671000005110") == "ergoterapiklinik"
    assert entity_type_code("ergoterapiklinik") == "546821000005103"


@pytest.mark.parametrize("unknown", ["", "999", "255203001"])
def test_a_code_without_a_published_label_has_none(unknown):
    assert entity_type_label(unknown) is None
    assert speciality_label(unknown) is None


@pytest.mark.parametrize("unknown", ["", "raketbase", "frivilligt arbejde"])
def test_a_label_without_a_published_code_has_none(unknown):
    assert entity_type_code(unknown) is None


@pytest.mark.parametrize(
    ("code", "label", "expected"),
    [
        ("550891000005100", "privat", "private"),
        ("547211000005108", "Kommune", "municipality"),
        ("550881000005103", "region", "region"),
        ("398070004", "STAT", "state"),
        ("554061000005105", "fodterapeutklinik", None),
        ("", "", None),
    ],
)
def test_kinds_of_owner_by_code_and_by_label(code, label, expected):
    assert owner_type_of(code) == owner_type_of(label) == expected


@pytest.mark.parametrize(
    ("label", "category"),
    [("hospital", "1"), ("plejehjem", "4"), ("kiropraktorklinik", "3b"), ("fodterapeutklinik", "4")],
)
def test_default_fee_category_of_a_unit_type_r43(label, category):
    assert default_category(entity_type_code(label)) == category


def test_3b_types_are_always_3b_r43():
    always = {unit_type.name for unit_type in bsr_unit_types() if unit_type.categories == ("3b",)}
    assert always == {
        "kiropraktorklinik",
        "lægevagtordning",
        "præhospital enhed",
        "vaccinationsklinik",
        "apotek med behandlerfarmaceut",
    }


def test_bsr_unit_types_point_at_labelled_entity_types():
    assert len(bsr_unit_types()) == 29
    for unit_type in bsr_unit_types():
        assert all(entity_type_label(code) for code in unit_type.entity_types)
    assert [u.name for u in bsr_unit_types_of("42665001")] == ["plejecenter", "plejehjem"]
    assert default_category("550811000005108") is None


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/sor is not on this machine")
def test_every_compiled_code_and_label_is_in_our_tables():
    for row in _compiled("codelist_sor_entity_type.csv"):
        if row["sct_code"] and row["label_da"]:
            assert entity_type_label(row["sct_code"]) == row["label_da"]
            assert entity_type_code(row["label_da"]) is not None
    for row in _compiled("codelist_sor_speciality.csv"):
        assert speciality_label(row["sct_code"]) == re.sub(r" \(snomed:.*\)", "", row["label_da"])
    compiled = _compiled("bsr_enhedstype_map.csv")
    assert len(compiled) == len(bsr_unit_types())
    for row, unit_type in zip(compiled, bsr_unit_types(), strict=True):
        assert row["sor_sct_code"].split("|") == list(unit_type.entity_types)
        assert re.match(r"[0-9][ab]?", row["category_default"])[0] == unit_type.default_category
