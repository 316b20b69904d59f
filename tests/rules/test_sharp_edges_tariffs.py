"""A fee table that could charge a wrong amount stops the worker and says where to look (R32, R34)."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import pytest

from contracts.tariffs import Tariff, TariffTable, TariffTableError

NAMES = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source"
HEADER = f"{NAMES}\n"
GOOD = "stps-2024-3,2024,3,4681.00,2341.00,28615,57230,,page\n"
LIMITS_TOGETHER = "the two turnover limits come together or not at all"


def loaded(tmp_path, content: str | bytes) -> TariffTable:
    path = tmp_path / "tariffs.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TariffTable.load(path)


def complaint(tmp_path, content: str | bytes) -> str:
    with pytest.raises(TariffTableError) as refused:
        loaded(tmp_path, content)
    return str(refused.value).removeprefix("tariff table, ")


def test_a_row_is_read_to_the_oere_r32(tmp_path):
    table = loaded(tmp_path, HEADER + GOOD)
    assert table.find(2024, "3") == Tariff(
        id="stps-2024-3",
        year=2024,
        category="3",
        full=Decimal("4681.00"),
        half=Decimal("2341.00"),
        exempt_if_turnover_le=Decimal(28615),
        half_if_turnover_le=Decimal(57230),
    )


def test_what_a_year_did_not_have_stays_empty_r32_r34(tmp_path):
    tariff = loaded(tmp_path, HEADER + "stps-2017-1,2017,1,10847.00,,,,no half,page\n").find(2017, "1")
    assert (tariff.half, tariff.exempt_if_turnover_le, tariff.half_if_turnover_le) == (None, None, None)
    assert tariff == Tariff("stps-2017-1", 2017, "1", Decimal("10847.00"), None)


def test_the_version_is_the_digest_of_the_very_file_r50(tmp_path):
    assert loaded(tmp_path, HEADER + GOOD).version == sha256((HEADER + GOOD).encode()).hexdigest()


def test_a_byte_order_mark_is_no_part_of_the_table_r32(tmp_path):
    assert loaded(tmp_path, ("\ufeff" + HEADER + GOOD).encode()).years == (2024,)


def test_a_note_may_run_over_lines_only_in_quotes_and_the_line_is_still_right_r32(tmp_path):
    note = GOOD.replace(",,page", ',"cut by decree, see page",page')
    assert loaded(tmp_path, HEADER + note).years == (2024,)
    assert complaint(tmp_path, HEADER + note + GOOD) == "line 3, column id: stps-2024-3 stands twice"


HALF = "less than half of the full fee, or not less than the whole"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (NAMES.replace("full", "fee") + "\n", f"line 1, column full: the header must be {NAMES}"),
        (NAMES + ",more\n", f"line 1, column count: the header must be {NAMES}"),
        ("", f"line 1, column count: the header must be {NAMES}"),
        (HEADER + GOOD + GOOD, "line 3, column id: stps-2024-3 stands twice"),
        (HEADER + GOOD + "a" + GOOD, "line 3, column category: 2024, category 3 stands twice"),
        (HEADER + GOOD.replace("2341.00", "2340.00"), f"line 2, column half: {HALF}"),
        (HEADER + GOOD.replace("2341.00", "4681.00"), f"line 2, column half: {HALF}"),
        (HEADER + GOOD.replace("57230", ""), f"line 2, column half_if_turnover_le: {LIMITS_TOGETHER}"),
        (HEADER + GOOD.replace("28615", ""), f"line 2, column half_if_turnover_le: {LIMITS_TOGETHER}"),
        (
            HEADER + GOOD.replace("57230", "28615"),
            "line 2, column half_if_turnover_le: must be above exempt_if_turnover_le",
        ),
        (HEADER + "a,2024\n", "line 2, column category: 2 cells where 9 belong"),
        (HEADER + GOOD.strip() + ",more\n", "line 2, column after source: 10 cells where 9 belong"),
        (HEADER + GOOD.replace("3,4681", "6,4681"), "line 2, column category: '6' is not of the form [1-5]"),
        (HEADER.encode() + b"\n\xe5", "line 3, column any: not UTF-8"),
        (b"\xe5", "line 1, column any: not UTF-8"),
    ],
)
def test_a_complaint_names_line_column_and_what_is_wrong_r32(tmp_path, content, said):
    assert complaint(tmp_path, content) == said


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("id", "STPS-2024-3"),
        ("id", "-2024"),
        ("id", ""),
        ("year", "1999"),
        ("year", "20244"),
        ("year", "20٢4"),
        ("category", "0"),
        ("full", "0.00"),
        ("full", "04681.00"),
        ("full", "4681.0"),
        ("full", ""),
        ("half", "2341"),
        ("half", "0.50"),
        ("exempt_if_turnover_le", "0"),
        ("exempt_if_turnover_le", "28615.00"),
        ("half_if_turnover_le", "5723O"),
        ("source", ""),
    ],
)
def test_a_cell_of_another_form_is_refused_by_its_column_r32(tmp_path, column, cell):
    cells = dict(zip(NAMES.split(","), GOOD.strip().split(","), strict=True)) | {column: cell}
    assert complaint(tmp_path, HEADER + ",".join(cells.values())).startswith(
        f"line 2, column {column}: '{cell}' is not"
    )


def test_half_may_be_anything_from_a_half_to_just_under_the_whole_r34(tmp_path):
    for half in ("2340.50", "4680.99"):
        assert loaded(tmp_path, HEADER + GOOD.replace("2341.00", half)).find(2024, "3").half == Decimal(half)


@pytest.mark.parametrize(("asked", "row"), [("3a", "3"), ("3b", "3"), ("3", "3"), ("1", None), ("3A", None)])
def test_categories_3a_and_3b_are_one_row_r32(tmp_path, asked, row):
    found = loaded(tmp_path, HEADER + GOOD).find(2024, asked)
    assert (found.category if found else None) == row


def test_years_are_told_in_order_r32(tmp_path):
    rows = "".join(f"a-{year},{year},1,10.00,,,,,page\n" for year in (2024, 2018, 2023))
    assert loaded(tmp_path, HEADER + rows).years == (2018, 2023, 2024)
