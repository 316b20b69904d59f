"""What is the same name or address to a person who reads it (R19)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.addresses import Address
from workers.enrichment.likeness import same_address, same_name

SAME_NAMES = [
    ("Brønderslev Fodterapi", "BRØNDERSLEV FODTERAPI"),
    ("Brønderslev fodterapi", " Brønderslev  fodterapi "),
    ("Brønderslev fodterapi", "Broenderslev fodterapi ApS"),
    ("Brønderslev fodterapi A/S", "Brønderslev fodterapi"),
    ("I/S Brønderslev fodterapi", "Brønderslev fodterapi"),
    ("Lægerne Prøve a / s", "Lægerne Prøve ApS."),
    ("Lægerne Aa & Å", "Lægerne Å og Aa"),
    ("Øre-, næse- og halsklinikken", "Øre næse & halsklinikken"),
    ("Fodklinikken v/Ane Prøve", "Fodklinikken"),
    ("Fodklinikken", "Fodklinikken v/ Ane Prøve ApS"),
    ("Fodklinikken v/Ane Prøve", "FODKLINIKKEN V / ANE PRØVE"),
    ("Café Tand", "Cafe Tand"),
    ("Prøve A.m.b.a.", "Prøve AMBA"),
]
OTHER_NAMES = [
    ("Brønderslev fodterapi", "Et tredje navn"),
    ("Fodklinikken v/Ane Prøve", "Fodklinikken v/Bo Prøve"),
    ("Klinik 1", "Klinik 2"),
    ("ApS", "A/S"),
    ("v/Ane Prøve", "v/Bo Prøve"),
    ("v/Ane Prøve", "Fodklinikken"),
    ("Kapselklinikken", "Klinikken"),
]
SAME_STREETS = [
    (("Gl. Kongevej", "70"), ("Gammel Kongevej", "70")),
    (("Nyv.", "7"), ("Nyvej", "7")),
    (("Marskal Prøves V", "7"), ("Marskal Prøves Vej", "7")),
    (("Østerg.", "7"), ("Oestergade", "7")),
    (("Frederiksberg Alle", "7"), ("Frederiksberg Allé", "7")),
    (("Rådhuspl.", "7"), ("Raadhuspladsen", "7")),
    (("Rådhuspl.", "7"), ("Rådhusplads", "7")),
    (("Skt. Hans Gade", "7"), ("Sankt Hans Gade", "7")),
    (("Sct. Hans Gade", "7"), ("St. Hans Gade", "7")),
    (("St. Kongensgade", "7"), ("Store Kongensgade", "7")),
    (("Sdr. Boulevard", "7"), ("Sønder Boulevard", "7")),
    (("H.C. Andersens Vej", "7"), ("H C Andersens Vej", "7")),
    (("Carl-Johans-Vej", "7"), ("Carl Johans Vej", "7")),
    (("Østergade", "70 A"), ("Østergade", "70A")),
    (("Østergade", "70a"), ("ØSTERGADE", "070 A")),
    (("Østergade", "70-72"), ("Østergade", "70 – 72")),
    (("Østergade 70 A", None), ("Østergade", "70A")),
    (("Østergade", None), ("Østergade", "70A")),
]
OTHER_STREETS = [
    (("Østergade", "70"), ("Vestergade", "70")),
    (("Østergade", "70"), ("Østergade", "7")),
    (("Østergade", "70A"), ("Østergade", "70B")),
    (("Østergade", "70-72"), ("Østergade", "7072")),
    (("Skov", "7"), ("Skovej", "7")),
    (("Østergade", None), ("Vestergade", None)),
]


@pytest.mark.parametrize(("one", "other"), SAME_NAMES)
def test_the_same_name_r19(one, other):
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER_NAMES)
def test_another_name_r19(one, other):
    assert not same_name(one, other)
    assert not same_name(other, one)


def at(house, **parts):
    street, number = house
    return Address(street=street, number=number, **({"postcode": "9700", "city": "Brønderslev"} | parts))


@pytest.mark.parametrize(("one", "other"), SAME_STREETS)
def test_the_same_house_r19(one, other):
    assert same_address(at(one), at(other))
    assert same_address(at(other), at(one))


@pytest.mark.parametrize(("one", "other"), OTHER_STREETS)
def test_another_house_r19(one, other):
    assert not same_address(at(one), at(other))
    assert not same_address(at(other), at(one))


HOUSE = ("Østergade", "70")
SAME_PARTS = [
    ({"floor": "st"}, {"floor": "0"}),
    ({"floor": "St."}, {"floor": "stuen"}),
    ({"floor": "1"}, {"floor": "1. sal"}),
    ({"floor": "01"}, {"floor": "1."}),
    ({"floor": "kl."}, {"floor": "kælder"}),
    ({"door": "tv"}, {"door": "t.v."}),
    ({"door": "TH"}, {"door": "til højre"}),
    ({"door": "0003"}, {"door": "3"}),
    ({"postcode": "9700"}, {"postcode": "DK-9700"}),
    ({"city": "Brønderslev"}, {"city": "9700 Brønderslev, Jylland"}),
    ({"postcode": None, "city": "Århus C"}, {"postcode": None, "city": "AARHUS C"}),
]
OTHER_PARTS = [
    ({"floor": "1"}, {"floor": "2"}),
    ({"floor": "st"}, {"floor": "1"}),
    ({"floor": "10"}, {"floor": "1"}),
    ({"door": "tv"}, {"door": "th"}),
    ({"postcode": "9700"}, {"postcode": "9000"}),
    ({"postcode": None, "city": "Brønderslev"}, {"city": "Aalborg"}),
]


@pytest.mark.parametrize(("one", "other"), SAME_PARTS)
def test_the_same_floor_door_and_town_r19(one, other):
    assert same_address(at(HOUSE, **one), at(HOUSE, **other))
    assert same_address(at(HOUSE, **other), at(HOUSE, **one))


@pytest.mark.parametrize(("one", "other"), OTHER_PARTS)
def test_another_floor_door_or_town_r19(one, other):
    assert not same_address(at(HOUSE, **one), at(HOUSE, **other))
    assert not same_address(at(HOUSE, **other), at(HOUSE, **one))


@pytest.mark.parametrize("left_out", ["street", "number", "floor", "door", "postcode", "city"])
@pytest.mark.parametrize("empty", [None, "", " ", "-"])
def test_what_one_side_leaves_out_is_no_difference_r19(left_out, empty):
    whole = at(HOUSE, floor="1", door="tv")
    assert same_address(whole, replace(whole, **{left_out: empty}))


def test_a_name_that_is_missing_is_no_difference_r19():
    assert same_name("", "Brønderslev fodterapi")
    assert same_name("-", "Brønderslev fodterapi")


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_does_not_depend_on_who_is_asked_first_r19(one, other):
    assert same_name(one, other) == same_name(other, one)
    assert same_name(one, one)
    first, second = Address(street=one, number=other), Address(street=other, floor=one)
    assert same_address(first, second) == same_address(second, first)
    assert same_address(first, first)
