"""Rows joined to documents, in all the ways rows can lie (notes/cvr.md §2.2, §3)."""

from datetime import date
from itertools import permutations

import pytest

from adapters.cvr.datafordeler.documents import Rows, documents
from adapters.cvr.readings import read
from adapters.cvr.sample import sample_p_numbers
from support.cvr_service import cvr_numbers
from support.datafordeler import TIMES

TODAY = date(2026, 6, 15)
CVR, OTHER_CVR = cvr_numbers(2)
P_NUMBER = next(sample_p_numbers())


def row(start="2010-01-01", end=None, registered="2020-01-01T09:00:00.000000Z", **fields):
    return {**TIMES, **fields, "virkningFra": start, "virkningTil": end, "registreringFra": registered}


def base(start="2010-01-01", end=None, **fields):
    """A row of the company: its version's days, and what it says."""
    said = {"id": "4001", "CVRNummer": int(CVR), "status": "aktiv", "virksomhedStartdato": "2010-01-01"}
    return row(start, end, **{**said, "virksomhedOphoersdato": None, **fields})


def of_unit(start="2010-01-01", end=None, **fields):
    said = {
        "id": "5001",
        "pNummer": int(P_NUMBER),
        "status": "aktiv",
        "produktionsenhedStartdato": "2010-01-01",
        "tilknyttetVirksomhedsCVRNummer": int(CVR),
        "tilknyttetTilVirksomhedStartdato": start,
    }
    return row(start, end, **{**said, **fields})


def name(text, *days, **fields):
    return row(*days, CVREnhedsId="4001", vaerdi=text, **fields)


def company(*rows, today=TODAY, **others):
    return read(documents(Rows(list(rows), **others), today)[CVR], today).fact


def unit(*rows, today=TODAY):
    return read(documents(Rows(units=list(rows)), today)[P_NUMBER], today).fact


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=repr)
def test_the_order_of_versions_means_nothing(order):
    versions = [
        base("2010-01-01", "2019-12-31"),
        base("2020-01-01", "2026-12-31"),
        base("2027-01-01", status="inaktiv", virksomhedOphoersdato="2026-12-31"),
    ]
    fact = company(*(versions[place] for place in order))
    assert (fact.status, fact.started_on, fact.ceased_on) == ("active", date(2010, 1, 1), date(2026, 12, 31))


def test_a_superseded_row_counts_no_more():
    superseded = base(status="inaktiv", virksomhedOphoersdato="2015-01-01") | {
        "registreringTil": "2020-02-01T00:00:00Z"
    }
    assert company(superseded, base()).status == "active"
    wrong = name("Wrong") | {"registreringTil": "2021-01-01T00:00:00.000000Z"}
    assert company(base(), names=[wrong, name("Right", "2009-01-01")]).name == "Right"
    assert documents(Rows([superseded]), TODAY) == {}


def test_of_two_versions_from_one_day_the_later_registration_counts():
    older = base(registered="2020-01-01T09:00:00.000000Z")
    newer = {**base(virksomhedOphoersdato="2025-01-01"), "registreringFra": "2025-01-02T09:00:00.000000Z"}
    assert company(newer, older).status == company(older, newer).status == "ceased"


def test_a_version_that_nothing_follows_ends_with_its_period():
    assert company(base("2010-01-01", "2020-05-31")).ceased_on == date(2020, 5, 31)


def test_a_corrected_start_leaves_one_life():
    fact = company(base("2010-01-01", "2012-12-31"), base("2013-01-01", virksomhedStartdato="2009-06-01"))
    assert (fact.started_on, fact.ceased_on) == (date(2009, 6, 1), None)


def test_who_comes_back_has_a_second_life():
    rows = [
        base("2010-01-01", "2015-12-31"),
        base("2016-01-01", "2025-12-31", status="inaktiv", virksomhedOphoersdato="2015-12-31"),
        base("2026-01-01", virksomhedStartdato="2026-01-01"),
    ]
    assert (company(*rows).status, company(*rows).started_on) == ("active", date(2026, 1, 1))
    assert company(*rows, today=date(2020, 1, 1)).status == "ceased"


@pytest.mark.parametrize("status", ["inaktiv", "INAKTIV", "Aktiv", None, ""])
def test_an_open_life_is_lived_whatever_the_status_says(status):
    assert company(base(status=status)).status == "active"


def test_the_status_of_the_present_version_is_the_status_text():
    rows = [
        base("2010-01-01", "2020-12-31", status="ny"),
        base("2021-01-01", "2027-01-01"),
        base("2027-01-02", status="x"),
    ]
    assert (company(*rows).status_text, company(*rows).status) == ("aktiv", "active")
    assert company(*rows, today=date(2015, 1, 1)).status == "unknown"


def test_a_credit_event_that_is_over_is_over():
    event = row("2020-01-01", "2021-01-01", CVREnhedsId="4001", statusvaerdiTekst="Under konkurs")
    assert company(base(), credit_events=[event]).status_text == "aktiv"
    assert company(base(), credit_events=[event], today=date(2020, 6, 1)).status == "in-dissolution"
    only_text = row(CVREnhedsId="4001", statusvaerdiTekst=None, kreditoplysningstekst="Konkursdekret afsagt")
    assert company(base(), credit_events=[only_text]).status == "in-dissolution"


def test_secondary_names_are_passed_over_unless_there_are_no_others():
    later = name("Second", "2020-01-01", sekvens=1)
    assert company(base(), names=[later, name("First", sekvens=0)]).name == "First"
    assert company(base(), names=[later, name("First", sekvens="0")]).name == "First"
    assert company(base(), names=[later, name("First", sekvens=None)]).name == "First"
    assert company(base(), names=[later]).name == "Second"


def test_numbers_and_ids_may_be_text_or_numbers():
    fact = company(base(id=4001, CVRNummer=str(CVR)), names=[name("X") | {"CVREnhedsId": 4001}])
    assert (fact.cvr, fact.name) == (CVR, "X")
    assert documents(Rows([base(CVRNummer=None)]), TODAY) == {}


def test_rows_of_another_unit_are_another_s():
    assert company(base(), names=[name("X") | {"CVREnhedsId": "4002"}]).name is None


@pytest.mark.parametrize("purpose", ["beliggenhedsadresse", "BELIGGENHEDSADRESSE", " Beliggenhedsadresse "])
def test_the_registered_address_goes_before_the_postal_one(purpose):
    addresses = [
        row(CVREnhedsId="4001", AdresseringAnvendelse="postadresse", CVRAdresse_vejnavn="Postvej"),
        row(CVREnhedsId="4001", AdresseringAnvendelse=purpose, CVRAdresse_vejnavn="Stedvej"),
        row(CVREnhedsId="4001", AdresseringAnvendelse="another", CVRAdresse_vejnavn="Nowhere"),
    ]
    assert company(base(), addresses=addresses).address.street == "Stedvej"
    assert company(base(), addresses=addresses[::2]).address.street == "Postvej"


@pytest.mark.parametrize(
    ("code", "text", "form"),
    [
        ("80", "Anpartsselskab", "APS"),
        (80, "Anpartsselskab", "APS"),
        ("999", "Nyt", "Nyt"),
        ("999", None, "999"),
        (None, None, None),
    ],
)
def test_a_legal_form_has_its_short_name_or_the_one_that_came(code, text, form):
    assert company(base(), forms=[row(CVREnhedsId="4001", vaerdi=code, vaerdiTekst=text)]).legal_form == form


def test_an_owner_who_is_followed_has_ended_even_if_no_row_says_when():
    moved = [
        of_unit("2010-01-01", "2021-12-31"),
        of_unit("2022-01-01", tilknyttetVirksomhedsCVRNummer=int(OTHER_CVR)),
    ]
    assert unit(*moved).cvr == OTHER_CVR
    assert unit(*moved, today=date(2021, 12, 31)).cvr == CVR
    assert unit(*moved).started_on == date(2010, 1, 1)


@pytest.mark.parametrize("nobody", [None, ""])
def test_a_unit_without_an_owner_has_none(nobody):
    assert unit(of_unit(tilknyttetVirksomhedsCVRNummer=nobody)).cvr is None
