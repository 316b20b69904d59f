"""CVR addresses (notes/cvr.md §3.3, §3.7, §3.8, §3.14)."""

from datetime import date

import pytest

from adapters.cvr.registered_address import registered_address
from adapters.cvr.sample import sample_address, sample_period
from contracts.addresses import Address

TODAY = date(2026, 6, 15)
PAST = {"periode": sample_period(date(2000, 1, 1), date(2010, 1, 1))}
OPEN = {"periode": sample_period(date(2000, 1, 1))}


def only(**fields):
    """The address read from a single registered one."""
    return registered_address({"beliggenhedsadresse": [{**OPEN, **fields}]}, {}, TODAY)


def test_the_house_number_keeps_letter_and_range():
    assert only(vejnavn="A", husnummerFra=10, bogstavFra="B").number == "10B"
    assert only(vejnavn="A", husnummerFra=10, husnummerTil=14, bogstavTil="C").number == "10-14C"


def test_greenland_has_free_text_for_a_street():
    address = only(landekode="GL", fritekst="Qallimiut", vejnavn=None, postnummer=3920, postdistrikt="Qaqortoq")
    assert address == Address(street="Qallimiut", postcode="3920", city="Qaqortoq", country_code="GL")


def test_a_post_box_stands_in_for_a_missing_street():
    assert only(postboks="7777").street == "Postboks 7777"


@pytest.mark.parametrize("code", [101, "101", "0101"])
def test_the_municipality_code_has_four_digits(code):
    assert only(kommune={"kommuneKode": code}).municipality_code == "0101"


def test_danish_postcodes_have_four_digits_and_faroese_three():
    assert only(postnummer=800, landekode="DK").postcode == "0800"
    assert only(postnummer=100, landekode="FO").postcode == "100"


@pytest.mark.parametrize("nothing", [None, {}, [], [{}], [{"landekode": "DK", "vejnavn": " "}]])
def test_no_address_is_a_legal_state(nothing):
    content = {"beliggenhedsadresse": nothing, "postadresse": nothing}
    assert registered_address(content, {"nyesteBeliggenhedsadresse": nothing}, TODAY) is None


def test_a_valid_postal_address_counts_before_a_past_registered_one():
    content = {
        "beliggenhedsadresse": [sample_address("Gammelvej") | PAST],
        "postadresse": [sample_address("Postvej") | OPEN],
    }
    assert registered_address(content, {}, TODAY).street == "Postvej"


def test_a_past_registered_address_is_better_than_none():
    content = {"beliggenhedsadresse": [sample_address("Gammelvej") | PAST]}
    assert registered_address(content, {}, TODAY).street == "Gammelvej"


@pytest.mark.parametrize("empty", [{}, {"landekode": "DK"}])
def test_where_today_s_registered_address_is_empty_no_past_one_is_told(empty):
    """It may be protected; a postal one of today is somebody's own choice."""
    content = {"beliggenhedsadresse": [sample_address("Gammelvej") | PAST, {**OPEN, **empty}]}
    metadata = {"nyesteBeliggenhedsadresse": sample_address("Gammelvej") | PAST}
    assert registered_address(content, metadata, TODAY) is None
    content["postadresse"] = [sample_address("Postvej") | OPEN]
    assert registered_address(content, metadata, TODAY).street == "Postvej"


def test_an_address_that_is_still_to_come_is_none():
    to_come = sample_address("Nyvej") | {"periode": sample_period(date(2026, 7, 1))}
    assert registered_address({"beliggenhedsadresse": [to_come]}, {"nyesteBeliggenhedsadresse": to_come}, TODAY) is None


def test_the_metadata_serves_where_the_lists_are_missing():
    metadata = {"nyesteBeliggenhedsadresse": sample_address("Metavej") | OPEN}
    assert registered_address({}, metadata, TODAY).street == "Metavej"


def test_overlong_text_is_cut_to_what_the_contract_holds():
    assert only(fritekst="x" * 500).street == "x" * 200
