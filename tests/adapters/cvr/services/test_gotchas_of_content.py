"""Gotchas of notes/cvr.md §3 about content: names, addresses, owners, and how they are written."""

import unicodedata
from datetime import date

import pytest

from adapters.cvr.sample import sample_address, sample_company, sample_production_unit
from contracts.addresses import Address
from support.cvr_services import (
    CVR,
    OTHER_CVR,
    P_NUMBER,
    START,
    company,
    dated,
    reading_of,
    unit,
)


async def test_a_name_may_be_missing(kind):
    """§3.3."""
    assert (await reading_of(kind, CVR, sample_company(CVR, None, started=START))).fact.name is None


@pytest.mark.parametrize("nothing", [None, [], [{}]])
async def test_an_address_may_be_missing(kind, nothing):
    """§3.3, §3.8: a protected address shows as none, which is a legal state."""
    document = company(beliggenhedsadresse=nothing)
    document["Vrvirksomhed"]["virksomhedMetadata"]["nyesteBeliggenhedsadresse"] = nothing
    assert (await reading_of(kind, CVR, document)).fact.address is None


async def test_without_a_registered_address_the_postal_one_serves(kind):
    """§3.3."""
    document = company(beliggenhedsadresse=[], postadresse=[dated(START, **sample_address("Postvej"))])
    assert (await reading_of(kind, CVR, document)).fact.address.street == "Postvej"


async def test_a_greenlandic_address_is_free_text(kind):
    """§3.3."""
    abroad = sample_address(postcode=3900, city="Nuuk", municipality=(955, "KUJALLEQ")) | {
        "landekode": "GL",
        "fritekst": "Imaneq 1, Postboks 99",
        "vejnavn": None,
        "husnummerFra": None,
    }
    address = (await reading_of(kind, CVR, company(beliggenhedsadresse=[dated(START, **abroad)]))).fact.address
    assert address == Address(
        street="Imaneq 1, Postboks 99", postcode="3900", city="Nuuk", municipality_code="0955", country_code="GL"
    )


async def test_a_foreign_address_keeps_its_postcode_and_needs_no_municipality(kind):
    """§3.3."""
    abroad = {"landekode": "DE", "fritekst": "Am Markt 1", "postnummer": 800, "postdistrikt": "Flensburg"}
    address = (await reading_of(kind, CVR, company(beliggenhedsadresse=[dated(START, **abroad)]))).fact.address
    assert (address.country_code, address.postcode, address.municipality_code) == ("DE", "800", None)


async def test_a_unit_may_belong_to_nobody(kind):
    """§3.4."""
    alone = sample_production_unit(P_NUMBER, "Alone", cvr=None, started=START)
    fact = (await reading_of(kind, P_NUMBER, alone)).fact
    assert (fact.cvr, fact.status, fact.started_on) == (None, "active", START)


async def test_a_moved_unit_belongs_to_its_present_owner(kind):
    """§3.4."""
    moved = unit(
        virksomhedsrelation=[
            dated(date(2022, 1, 1), cvrNummer=int(OTHER_CVR)),
            dated(START, date(2021, 12, 31), cvrNummer=int(CVR)),
        ]
    )
    assert (await reading_of(kind, P_NUMBER, moved)).fact.cvr == OTHER_CVR
    before = await reading_of(kind, P_NUMBER, moved, today=date(2021, 12, 31))
    assert (before.fact.cvr, before.changes_on) == (CVR, date(2022, 1, 1))


async def test_without_a_present_owner_the_last_one_counts(kind):
    """§3.4."""
    left = unit(virksomhedsrelation=[dated(START, date(2019, 1, 1), cvrNummer=int(OTHER_CVR))])
    fact = (await reading_of(kind, P_NUMBER, left)).fact
    assert (fact.cvr, fact.status) == (OTHER_CVR, "active")


@pytest.mark.parametrize("postcode", [800, "800", "0800"])
async def test_numbers_and_text_read_alike(kind, postcode):
    """§3.7: ints in Elasticsearch, text in Datafordeler and re-exports; municipality codes and postcodes have 4 digits."""
    document = company(cvrNummer=str(CVR))
    address = document["Vrvirksomhed"]["beliggenhedsadresse"][0]
    address.update(postnummer=postcode, husnummerFra="12", kommune={"kommuneKode": "751"})
    fact = (await reading_of(kind, CVR, document)).fact
    assert (fact.address.postcode, fact.address.number, fact.address.municipality_code) == ("0800", "12", "0751")


@pytest.mark.parametrize(
    ("form", "short"),
    [((245, "REG", "Region"), "REG"), (("60", "A/S", "Aktieselskab"), "A/S"), ((30, "I/S", "Interessentskab"), "I/S")],
)
async def test_legal_forms_have_the_register_s_short_names(kind, form, short):
    """§3.7, §1.7."""
    document = sample_company(CVR, "X", started=START, legal_form=form)
    assert (await reading_of(kind, CVR, document)).fact.legal_form == short


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title, lambda text: unicodedata.normalize("NFD", text)])
async def test_status_words_are_compared_without_case_and_composition(kind, spell):
    """§3.13."""
    status = spell("UNDER TVANGSOPLØSNING, ÅBEN")
    document = company(virksomhedsstatus=[dated(START, status=status)])
    fact = (await reading_of(kind, CVR, document)).fact
    assert (fact.status, fact.status_text) == ("in-dissolution", status)


async def test_danish_letters_arrive(kind):
    """§3.13."""
    document = sample_company(
        CVR, "Ærø Øjenlæger på Ålø", started=START, address=sample_address("Ågade", city="Ærøskøbing")
    )
    fact = (await reading_of(kind, CVR, document)).fact
    assert (fact.name, fact.address.street, fact.address.city) == ("Ærø Øjenlæger på Ålø", "Ågade", "Ærøskøbing")


async def test_fields_nobody_has_heard_of_are_harmless(kind):
    """§3.13, §3.7."""
    assert await reading_of(kind, CVR, company(ansvarligDataleverandør="E&S", nyt=[1])) == await reading_of(
        kind, CVR, company()
    )


async def test_house_numbers_have_letters_and_ranges(kind):
    """§3.14."""
    address = sample_address(number=10, letter="B", floor="st", door="tv") | {"husnummerTil": 12, "bogstavTil": "C"}
    read_address = (await reading_of(kind, CVR, company(beliggenhedsadresse=[dated(START, **address)]))).fact.address
    assert (read_address.number, read_address.floor, read_address.door) == ("10B-12C", "st", "tv")
