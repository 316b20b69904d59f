"""Every abbreviation that a person reads as the same word, and none that they would not (R19)."""

from __future__ import annotations

import pytest

from contracts.addresses import Address
from workers.enrichment.likeness import same_address, same_name

SHORT_AND_LONG = [
    ("Gl. Strandvej", "Gammel Strandvej"),
    ("Nr. Allé", "Nørre Allé"),
    ("Ndr. Fasanvej", "Nordre Fasanvej"),
    ("Sdr. Boulevard", "Sønder Boulevard"),
    ("Ll. Torv", "Lille Torv"),
    ("Kgs. Nytorv", "Kongens Nytorv"),
    ("Sankt Hans Torv", "St. Hans Torv"),
    ("Skt. Hans Torv", "St. Hans Torv"),
    ("Sct. Hans Torv", "St. Hans Torv"),
    ("Store Kongensgade", "St. Kongensgade"),
    ("Doktor Prøves Vej", "Dr. Prøves Vej"),
    ("Dronning Prøves Vej", "Dr. Prøves Vej"),
    ("Professor Prøves Vej", "Prof. Prøves Vej"),
    ("Prøve V", "Prøve Vej"),
    ("Prøve G", "Prøve Gade"),
    ("Prøve Pl", "Prøve Plads"),
    ("Prøve Al", "Prøve Allé"),
    ("Prøve Blvd", "Prøve Boulevard"),
    ("Prøve Str", "Prøve Stræde"),
    ("Prøvev.", "Prøvevej"),
    ("Prøveg.", "Prøvegade"),
    ("Prøvepl.", "Prøveplads"),
    ("Prøveal.", "Prøvealle"),
    ("Prøveblvd.", "Prøveboulevard"),
    ("Prøvestr.", "Prøvestræde"),
    ("Prøvepladsen", "Prøveplads"),
    ("Prøvev. nord", "Prøvevej nord"),
    ("Läkargatan", "Laekargatan"),
    ("Höjvej", "Hoejvej"),
    ("Æblevej", "Aeblevej"),
]
OTHER_WAYS = [
    ("V", "Vej"),  # a street that has no other name
    ("Prøvepladsen", "Prøvepladsen syd"),
    ("Pladsenvej", "Pladsvej"),
    ("Gl. Strandvej", "Ny Strandvej"),
]
FLOORS = [
    ("st", "stue"),
    ("st", "stuen"),
    ("st.", "Stueetage"),
    ("st", "0"),
    ("st", "00"),
    ("st", "0. stue"),
    ("kl", "kælder"),
    ("kl", "kælderen"),
    ("1", "1. sal"),
    ("1", "01"),
    ("1", None),
]
OTHER_FLOORS = [("1", "2"), ("1", "10"), ("st", "kl"), ("1", "0"), ("1", "00"), ("x1", "1")]
DOORS = [
    ("tv", "til venstre"),
    ("tv", "venstre"),
    ("th", "til højre"),
    ("th", "højre"),
    ("mf", "midtfor"),
    ("tv.", "TV"),
    ("1", "01"),
    ("th", None),
]
OTHER_DOORS = [("tv", "th"), ("tv", "mf"), ("1", "10"), ("x1", "1")]
HOUSES = [("007", "7"), ("7 A", "7a"), ("4-6", "4 – 6"), ("7.", "7"), ("7", None), ("10", "10"), ("A7", "A 7")]
OTHER_HOUSES = [("7", "70"), ("4-6", "46"), ("7A", "7B"), ("0", "7"), ("7A-7B", "7A")]
COMPANY_FORMS = [
    "ApS",
    "A/S",
    "I/S",
    "K/S",
    "P/S",
    "IVS",
    "A.M.B.A.",
    "F.M.B.A.",
    "S.M.B.A.",
    "aps.",
    "a.p.s.",
    "a / s",
]


def at(street: str | None = "Østergade", number: str | None = "70", **parts) -> Address:
    return Address(street=street, number=number, **({"postcode": "9700", "city": "Brønderslev"} | parts))


def both_ways(one: Address, other: Address) -> set[bool]:
    return {same_address(one, other), same_address(other, one)}


@pytest.mark.parametrize(("short", "long"), SHORT_AND_LONG)
def test_an_abbreviated_street_is_the_same_street_r19(short, long):
    assert both_ways(at(short), at(long)) == {True}


@pytest.mark.parametrize(("one", "other"), OTHER_WAYS)
def test_these_are_two_streets_r19(one, other):
    assert both_ways(at(one), at(other)) == {False}


@pytest.mark.parametrize(("one", "other"), FLOORS)
def test_the_same_floor_r19(one, other):
    assert both_ways(at(floor=one), at(floor=other)) == {True}


@pytest.mark.parametrize(("one", "other"), OTHER_FLOORS)
def test_another_floor_r19(one, other):
    assert both_ways(at(floor=one), at(floor=other)) == {False}


@pytest.mark.parametrize(("one", "other"), DOORS)
def test_the_same_door_r19(one, other):
    assert both_ways(at(door=one), at(door=other)) == {True}


@pytest.mark.parametrize(("one", "other"), OTHER_DOORS)
def test_another_door_r19(one, other):
    assert both_ways(at(door=one), at(door=other)) == {False}


@pytest.mark.parametrize(("one", "other"), HOUSES)
def test_the_same_house_r19(one, other):
    assert both_ways(at(number=one), at(number=other)) == {True}


@pytest.mark.parametrize(("one", "other"), OTHER_HOUSES)
def test_another_house_r19(one, other):
    assert both_ways(at(number=one), at(number=other)) == {False}


@pytest.mark.parametrize("form", COMPANY_FORMS)
def test_the_form_of_a_company_is_no_part_of_its_name_r19(form):
    assert same_name(f"Klinik Prøve {form}", "Klinik Prøve")
    assert same_name(f"{form} Klinik Prøve", "Klinik Prøve")


@pytest.mark.parametrize("form", ["Q/S", "D.M.B.A.", "IVSA", "AS"])
def test_what_is_no_form_of_a_company_is_part_of_its_name_r19(form):
    assert not same_name(f"Klinik Prøve {form}", "Klinik Prøve")


@pytest.mark.parametrize("join", ["&", "+", " & ", " + ", " og "])
def test_and_is_written_in_many_ways_r19(join):
    assert same_name(f"Lind{join}Ask", "Lind og Ask")


def test_without_a_postcode_the_city_is_compared_and_with_both_it_is_not_r19():
    assert both_ways(at(postcode=None), at(city="Brønderslev.")) == {True}
    assert both_ways(at(postcode=None), at(city="Hjørring")) == {False}
    assert both_ways(at(postcode="9700", city="Brønderslev"), at(postcode="DK-9700", city="Hjørring")) == {True}
    assert both_ways(at(postcode="9700"), at(postcode="9800")) == {False}


def test_who_stands_behind_counts_only_where_both_say_it_r19():
    assert same_name("Fod-klinikken", "Fodklinikken v/Ane Prøve")
    assert same_name("Fodklinikken v/Ane Prøve", "Fod-klinikken")
    assert not same_name("Fod-klinikken v/Bo Prøve", "Fodklinikken v/Ane Prøve")
