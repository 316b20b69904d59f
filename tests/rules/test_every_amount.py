"""Every amount of the fee table comes out of the worker, to the øre (R32, R34)."""

from __future__ import annotations

import csv
from decimal import ROUND_CEILING, Decimal
from importlib import resources
from pathlib import Path

import pytest

from support.trees import municipality, private_clinic

FEES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sor" / "fees.csv"
ABSENT = f"the compiled fee table is not on this machine ({FEES}): its amounts were not checked"
CATEGORIES = {"1": ["1"], "2": ["2"], "3": ["3a", "3b"], "4": ["4"], "5": ["5"]}
"""Registration categories that pay by a row of the table."""
NO_HALF = {"2017"}
"""Half fees began on 1 July 2018: the question of a place in the half band is parked before."""


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def each(found):
    """Year, category of registration, whole amount and half (None: not published)."""
    return [
        pytest.param(row["year"], category, row["full"], row["half"] or None, id=f"{row['year']}-{category}")
        for row in found
        for category in CATEGORIES[row["category"]]
    ]


def in_our_columns(row):
    return row | {"full": row["full_fee_dkk"], "half": row["half_fee_dkk_published"]}


OURS = rows(resources.files("contracts.tariffs").joinpath("tariffs.csv").read_text(encoding="utf-8"))
COMPILED = [in_our_columns(row) for row in rows(FEES.read_text(encoding="utf-8"))] if FEES.is_file() else []
CHARGED = each(row for row in COMPILED if row["year"].isdigit())
BASE = each(row | {"year": row["year"].removesuffix("base")} for row in COMPILED if row["year"].endswith("base"))
IN_A_ROW = {tuple(param.values[:2]) for param in each(OURS)}
UNKNOWN = [
    (str(year), category)
    for year in range(2016, 2027)
    for paying in CATEGORIES.values()
    for category in paying
    if (str(year), category) not in IN_A_ROW
]
NOTHING = [pytest.param(None, None, None, None, marks=pytest.mark.skip(reason=ABSENT))]


@pytest.fixture
def fee(new_world):
    """The amount and basis that a place's registration in the year triggers; None when the question is parked."""

    def fee(tree, year, category, band):
        world = new_world()
        sent = world.at(f"{year}-09-01 10:00").registered(tree, category=category, turnover_band=band)
        assert sent.forwards().last["state"] == "registered"
        assert not sent.not_due()
        if not sent.triggers():
            return None
        trigger = sent.triggers().one
        assert (trigger["feeYear"], trigger["category"], trigger["currency"]) == (int(year), category, "DKK")
        return trigger["amount"], trigger["basis"]

    return fee


def kroner(amount):
    return f"{Decimal(amount):.2f}"


def half_of(year, full, published):
    """The half as published; where it is not, rounded up to whole kroner as from 2021 (R34)."""
    if published is not None:
        return kroner(published)
    assert int(year) >= 2021, "before, øre were kept and every half was published"
    return kroner((Decimal(full) / 2).to_integral_value(ROUND_CEILING))


def check(fee, year, category, full, half):
    whole = kroner(full), "full"
    assert fee(private_clinic(), year, category, "full") == whole
    assert fee(municipality(), year, category, "full") == whole
    assert fee(municipality(), year, category, "half") == whole, "a public place never gets the half fee"
    expected = None if year in NO_HALF else (half_of(year, full, half), "half")
    assert fee(private_clinic(), year, category, "half") == expected


@pytest.mark.shared
@pytest.mark.parametrize(("year", "category", "full", "half"), CHARGED or NOTHING)
def test_every_compiled_amount_is_charged_to_the_oere_r32_r34(fee, year, category, full, half):
    check(fee, year, category, full, half)


@pytest.mark.parametrize(("year", "category", "full", "half"), each(OURS))
def test_every_amount_of_our_own_table_is_charged_to_the_oere_r32_r34(fee, year, category, full, half):
    check(fee, year, category, full, half)


@pytest.mark.shared
@pytest.mark.parametrize(("year", "category", "full", "half"), BASE or NOTHING)
def test_a_base_amount_is_never_charged_r32(fee, year, category, full, half):
    assert fee(private_clinic(), year, category, "full")[0] != kroner(full)


@pytest.mark.parametrize(("year", "category"), UNKNOWN)
def test_what_stands_in_no_row_is_charged_to_nobody_r32(fee, year, category):
    assert fee(private_clinic(), year, category, "full") is None
    assert fee(municipality(), year, category, "full") is None
