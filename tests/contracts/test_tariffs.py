"""The fee table: R32 (a dated table, never computed) and R34 (halves)."""

from __future__ import annotations

import csv
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import pytest

from contracts.tariffs import TariffTable, TariffTableError

FEES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sor" / "fees.csv"
HEADER = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"
GOOD = "stps-2024-3,2024,3,4681.00,2341.00,28615,57230,,page\n"


@pytest.fixture(scope="module")
def table() -> TariffTable:
    return TariffTable.load()


@pytest.mark.shared
@pytest.mark.skipif(not FEES.is_file(), reason="../shared/data/sor/fees.csv is not on this machine")
def test_every_compiled_amount_is_in_the_table_to_the_oere(table):
    with FEES.open(encoding="utf-8", newline="") as file:
        compiled = [row for row in csv.DictReader(file) if row["year"] != "2023base"]
    assert compiled
    found = 0
    for row in compiled:
        tariff = table.find(int(row["year"]), row["category"])
        assert tariff is not None, row
        assert tariff.full == Decimal(row["full_fee_dkk"]), row
        if row["half_fee_dkk_published"]:
            assert tariff.half == Decimal(row["half_fee_dkk_published"]), row
        for limit in ("exempt_if_turnover_le", "half_if_turnover_le"):
            expected = Decimal(row[limit]) if row[limit] else None
            assert getattr(tariff, limit) == expected, row
        found += 1
    assert found == sum(table.find(year, category) is not None for year in table.years for category in "12345")


def test_halves_keep_oere_until_2019_and_are_whole_kroner_from_2021_r34(table):
    for year in table.years:
        for category in "12345":
            tariff = table.find(year, category)
            if tariff is None or tariff.half is None:
                continue
            exact = tariff.full / 2
            assert tariff.half == (exact if year <= 2019 else exact.to_integral_value(ROUND_CEILING))


@pytest.mark.parametrize(
    ("year", "category", "full", "half"),
    [
        (2018, "1", "11161.00", "5580.50"),
        (2019, "5", "2009.00", "1004.50"),
        (2021, "1", "6389.00", "3195.00"),
        (2022, "4", "2444.00", "1222.00"),
        (2023, "3", "3578.00", "1789.00"),
        (2023, "1", "9765.00", "4883.00"),
        (2024, "2", "8520.00", "4260.00"),
    ],
)
def test_known_amounts_r32(table, year, category, full, half):
    tariff = table.find(year, category)
    assert (str(tariff.full), str(tariff.half)) == (full, half)
    assert tariff.id == f"stps-{year}-{category}"


def test_2017_had_no_half_fee(table):
    assert all(table.find(2017, category).half is None for category in "12345")


def test_3a_and_3b_pay_category_3(table):
    assert table.find(2023, "3a") == table.find(2023, "3b") == table.find(2023, "3")


@pytest.mark.parametrize(
    ("year", "category"),
    [(2020, "1"), (2022, "1"), (2022, "3a"), (2025, "4"), (2016, "1"), (2023, "6"), (2023, "")],
)
def test_what_is_not_published_has_no_tariff_r32(table, year, category):
    assert table.find(year, category) is None


def test_years_and_version(table, tmp_path):
    assert table.years == (2017, 2018, 2019, 2021, 2022, 2023, 2024)
    assert len(table.version) == 64
    other = tmp_path / "tariffs.csv"
    other.write_text(HEADER + GOOD, encoding="utf-8")
    loaded = TariffTable.load(other)
    assert loaded.years == (2024,)
    assert loaded.version != table.version == TariffTable.load().version


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("", 1, "count"),
        ("id,year\n", 1, "count"),
        (HEADER.replace("full", "fee") + GOOD, 1, "full"),
        (HEADER + GOOD + GOOD, 3, "id"),
        (HEADER + GOOD + GOOD.replace("stps-2024-3", "other"), 3, "category"),
        (HEADER + GOOD.replace("4681.00", "4681"), 2, "full"),
        (HEADER + GOOD.replace("4681.00", '"4.681,00"'), 2, "full"),
        (HEADER + GOOD.replace("4681.00", "-4681.00"), 2, "full"),
        (HEADER + GOOD.replace("2341.00", "2340.00"), 2, "half"),
        (HEADER + GOOD.replace("2341.00", "4681.00"), 2, "half"),
        (HEADER + GOOD.replace(",3,", ",3a,"), 2, "category"),
        (HEADER + GOOD.replace(",2024,", ",24,"), 2, "year"),
        (HEADER + GOOD.replace("57230", ""), 2, "half_if_turnover_le"),
        (HEADER + GOOD.replace("57230", "28615"), 2, "half_if_turnover_le"),
        (HEADER + GOOD.replace(",page", ","), 2, "source"),
        (HEADER + GOOD.replace(",page", ""), 2, "source"),
        (HEADER + "\n" + GOOD, 2, "id"),
    ],
)
def test_a_doubtful_table_is_refused_by_line_and_column(tmp_path, content, line, column):
    path = tmp_path / "tariffs.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TariffTableError, match=rf"line {line}, column {column}:"):
        TariffTable.load(path)


def test_a_table_that_is_not_utf8_is_refused_by_line(tmp_path):
    path = tmp_path / "tariffs.csv"
    path.write_bytes((HEADER + GOOD.replace("page", "gebyrside på")).encode("iso-8859-1"))
    with pytest.raises(TariffTableError, match="line 2"):
        TariffTable.load(path)
