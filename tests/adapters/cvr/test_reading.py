"""Reading CVR documents; the numbered gotchas are those of notes/cvr.md §3."""

from copy import deepcopy
from datetime import date

import pytest

from adapters.cvr.reading import (
    CvrShapeError,
    number_of,
    read_company,
    read_production_unit,
    supersedes,
)
from adapters.cvr.sample import (
    sample_address,
    sample_company,
    sample_p_numbers,
    sample_period,
    sample_production_unit,
)
from contracts.addresses import Address
from contracts.cvr_facts import CompanyFact, ProductionUnitFact
from contracts.identifiers import CvrNumber, PNumber
from support.cvr_service import cvr_numbers

TODAY = date(2026, 6, 15)
CVR, OTHER_CVR = cvr_numbers(2)
P_NUMBER = next(sample_p_numbers())
START = date(2015, 3, 1)


def company(**changes):
    """A sample company's inner object and the document around it, with top-level fields replaced."""
    document = sample_company(CVR, "Lægehuset Prøve ApS", started=START, address=sample_address())
    document["Vrvirksomhed"].update(changes)
    return document


def unit(**changes):
    document = sample_production_unit(P_NUMBER, "Lægehuset Prøve", cvr=CVR, started=START, address=sample_address())
    document["VrproduktionsEnhed"].update(changes)
    return document


def dated(start, end=None, updated="2026-01-05T09:00:00.000+01:00", **content):
    return {**content, "periode": sample_period(start, end), "sidstOpdateret": updated}


def test_a_company_is_read_whole():
    assert read_company(company(), TODAY) == CompanyFact(
        cvr=CVR,
        name="Lægehuset Prøve ApS",
        status="active",
        status_text="NORMAL",
        started_on=START,
        ceased_on=None,
        legal_form="APS",
        address=Address(
            street="Prøvevej",
            number="12",
            postcode="8000",
            city="Aarhus C",
            municipality_code="0751",
            country_code="DK",
        ),
    )


def test_a_production_unit_is_read_whole():
    fact = read_production_unit(unit(), TODAY)
    assert fact == ProductionUnitFact(
        p_number=P_NUMBER,
        cvr=CVR,
        name="Lægehuset Prøve",
        status="active",
        status_text="Aktiv",
        started_on=START,
        address=fact.address,
    )


def test_gotcha_1_a_closed_unit_that_is_still_called_aktiv_has_ceased():
    document = sample_production_unit(P_NUMBER, "X", cvr=CVR, started=START, ended=date(2020, 5, 31))
    fact = read_production_unit(document, TODAY)
    assert (fact.status, fact.status_text, fact.ceased_on) == ("ceased", "Aktiv", date(2020, 5, 31))


def test_gotcha_2_newest_is_not_current():
    document = company(navne=[dated(START, navn="Now"), dated(date(2027, 1, 1), navn="Next year")])
    document["Vrvirksomhed"]["virksomhedMetadata"]["nyesteNavn"] = dated(date(2027, 1, 1), navn="Next year")
    assert read_company(document, TODAY).name == "Now"
    ended = company(navne=[dated(START, date(2026, 12, 31), navn="Now"), dated(date(2027, 1, 1), navn="Next")])
    assert read_company(ended, date(2026, 12, 31)).name == "Now"
    assert read_company(ended, date(2027, 1, 1)).name == "Next"


def test_gotcha_2_after_closing_the_last_name_remains():
    document = sample_company(CVR, "Gone ApS", started=START, ended=date(2020, 1, 1))
    assert read_company(document, TODAY).name == "Gone ApS"


@pytest.mark.parametrize("nothing", [None, {}, [], [None], [{"navn": None}], "?"])
def test_gotcha_3_names_may_be_missing(nothing):
    document = company(navne=nothing)
    document["Vrvirksomhed"]["virksomhedMetadata"]["nyesteNavn"] = nothing
    assert read_company(document, TODAY).name is None


def test_gotcha_3_a_null_name_does_not_hide_an_older_one():
    document = company(navne=[dated(date(2020, 1, 1), navn=None), dated(START, navn="Real")])
    assert read_company(document, TODAY).name == "Real"


def test_gotcha_4_a_unit_may_belong_to_nobody():
    document = sample_production_unit(P_NUMBER, "Alone", cvr=None, started=START)
    assert read_production_unit(document, TODAY).cvr is None


def test_gotcha_4_a_moved_unit_belongs_to_its_present_owner():
    document = unit(
        virksomhedsrelation=[
            dated(date(2022, 1, 1), cvrNummer=int(OTHER_CVR)),
            dated(START, date(2021, 12, 31), cvrNummer=int(CVR)),
        ]
    )
    assert read_production_unit(document, TODAY).cvr == OTHER_CVR
    assert read_production_unit(document, date(2021, 12, 31)).cvr == CVR


def test_gotcha_4_without_a_present_owner_the_last_one_counts():
    past = [
        dated(date(2018, 1, 1), date(2019, 1, 1), cvrNummer=int(OTHER_CVR)),
        dated(START, date(2017, 12, 31), cvrNummer=int(CVR)),
    ]
    assert read_production_unit(unit(virksomhedsrelation=past), TODAY).cvr == OTHER_CVR


def test_gotcha_4_with_no_relation_at_all_the_metadata_knows():
    assert read_production_unit(unit(virksomhedsrelation=[]), TODAY).cvr == CVR


def test_gotcha_5_of_several_open_entries_the_latest_start_and_then_the_latest_update_wins():
    names = [
        dated(START, navn="C", updated="2026-01-05T08:59:00.000+01:00"),
        dated(START, navn="B", updated="2026-01-05T06:00:00.000-03:00"),
        dated(date(2010, 1, 1), navn="A", updated="2026-05-01T00:00:00.000+02:00"),
    ]
    for order in (names, names[::-1]):
        assert read_company(company(navne=order), TODAY).name == "B"


def test_gotcha_5_a_period_may_have_no_start():
    assert read_company(company(navne=[dated(None, navn="Always")]), TODAY).name == "Always"


def test_gotcha_6_a_future_company_is_future_and_has_its_name():
    document = sample_company(CVR, "Coming ApS", started=date(2026, 7, 1), status="Fremtid")
    fact = read_company(document, TODAY)
    assert (fact.status, fact.name, fact.started_on) == ("future", "Coming ApS", date(2026, 7, 1))


def test_gotcha_7_numbers_as_text_read_like_numbers():
    as_text = company(cvrNummer=str(CVR))
    address = as_text["Vrvirksomhed"]["beliggenhedsadresse"][0]
    address.update(postnummer="8000", husnummerFra="12", kommune={"kommuneKode": "0751"})
    assert read_company(as_text, TODAY) == read_company(company(), TODAY)


def test_gotcha_8_protected_data_shows_as_absence():
    document = sample_company(CVR, "Owner", started=START, address=None)
    assert read_company(document, TODAY).address is None


def test_gotcha_9_a_withdrawn_document_gives_way_to_a_proper_one():
    proper = sample_company(CVR, "Proper", started=START, version=1)
    mistake = sample_company(CVR, "Mistake", started=START, version=9)
    mistake["Vrvirksomhed"]["fejlRegistreret"] = True
    assert supersedes(proper, mistake)
    assert not supersedes(mistake, proper)
    assert read_company(mistake, TODAY).status == "ceased", "where it stands alone; its life span may stand open"


def test_gotcha_10_equal_versions_may_differ_and_the_later_arrival_counts():
    old, new = (sample_company(CVR, name, started=START, version=3) for name in ("Old", "New"))
    assert supersedes(new, old)
    assert not supersedes(sample_company(CVR, "Older", started=START, version=2), old)


def test_gotcha_13_key_drift_and_missing_fields_are_harmless():
    bare = {"Vrvirksomhed": {"cvrNummer": int(CVR), "somethingNew": [1]}}
    assert read_company(bare, TODAY) == CompanyFact(cvr=CVR, name=None, status="unknown")


def test_an_unknown_status_is_kept_as_text():
    document = company(virksomhedsstatus=[dated(START, status="UNDER FORVANDLING-ISH")])
    assert read_company(document, TODAY).status_text == "UNDER FORVANDLING-ISH"
    document = company(virksomhedsstatus=[dated(START, status="Splinterny")])
    fact = read_company(document, TODAY)
    assert (fact.status, fact.status_text) == ("unknown", "Splinterny")


def test_the_dated_status_counts_before_the_summary_while_it_is_valid():
    bankrupt = company(
        virksomhedsstatus=[
            dated(START, date(2026, 5, 31), status="NORMAL"),
            dated(date(2026, 6, 1), status="UNDER KONKURS"),
        ]
    )
    assert read_company(bankrupt, TODAY).status == "in-dissolution"
    assert read_company(bankrupt, date(2026, 5, 31)).status == "active"
    lapsed = company(virksomhedsstatus=[dated(START, date(2020, 1, 1), status="UNDER KONKURS")])
    assert read_company(lapsed, TODAY).status_text == "NORMAL"


def test_r38_without_a_life_span_the_foundation_date_is_the_start():
    document = company(livsforloeb=[])
    document["Vrvirksomhed"]["virksomhedMetadata"]["stiftelsesDato"] = "2026-06-10"
    assert read_company(document, TODAY).started_on == date(2026, 6, 10)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Vrdeltagerperson": {"enhedsNummer": 1}},
        {"Vrvirksomhed": {}},
        {"Vrvirksomhed": None},
        {"Vrvirksomhed": {"cvrNummer": None}},
        {"Vrvirksomhed": {"cvrNummer": "9" * 41}},
        {"VrproduktionsEnhed": {"cvrNummer": 1}},
        {"Vrproduktionsenhed": {"pNummer": 1}},
    ],
)
def test_what_is_no_cvr_document_or_has_no_number_is_refused(document):
    for read in (number_of, lambda d: read_company(d, TODAY), lambda d: read_production_unit(d, TODAY)):
        with pytest.raises(CvrShapeError):
            read(document)


def test_the_number_tells_the_kind():
    assert isinstance(number_of(company()), CvrNumber)
    assert isinstance(number_of(unit()), PNumber)


def test_reading_leaves_the_document_alone():
    document = company()
    before = deepcopy(document)
    read_company(document, TODAY)
    assert document == before
