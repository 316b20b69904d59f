"""What spreadsheets leave of SOR-ids, and what can still be told of it (R1; notes/sor.md §2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sor_files.spreadsheet_damage import what_it_was
from contracts.identifiers import SorId


@pytest.mark.parametrize(
    ("left", "true"),
    [
        ("1057801000016000", "1057801000016004"),
        ("1102231000016000", "1102231000016008"),
        ("1175141000016000", "1175141000016009"),
        ("1,05780100001600E+15", "1057801000016004"),
        ("1.05780100001600E+15", "1057801000016004"),
        ("1,0578010000160E+15", "1057801000016004"),
        ("1,05780100001601E+15", None),
        ("1,10223100001601E+15", "1102231000016008"),
        ("6,98471000016005E+14", "698471000016005"),
        ("1,0578E+15", ""),
    ],
)
def test_the_true_id_is_named_where_only_one_fits_r1(left, true):
    """The first three are the ruined ids of a real file, and their true ids stand in the same file."""
    assert what_it_was(left) == true


@pytest.mark.parametrize("text", ["", "1057801000016003", "105780100001600", "1057801000017000", "1E+400", "1,5E+99"])
def test_what_no_spreadsheet_made_of_a_sor_id_is_left_alone_r1(text):
    assert what_it_was(text) is None


@given(st.integers(min_value=100_000, max_value=99_999_999), st.booleans())
def test_every_long_id_is_found_again_however_it_was_cut_r1(item, is_rounded):
    true = SorId.of_item(item)
    digits = f"{int(true):.14E}".partition("E")[0].replace(".", "") if is_rounded else true[:15]
    left = digits.ljust(len(true), "0")
    if left != true:
        assert what_it_was(left) == true
