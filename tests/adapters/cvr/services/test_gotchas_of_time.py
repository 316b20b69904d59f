"""Gotchas of notes/cvr.md §3 about time: who lives, what counts today, and what is to come."""

from datetime import date

import pytest

from adapters.cvr.readings import read
from adapters.cvr.sample import sample_address, sample_company, sample_production_unit
from support.cvr_services import (
    CVR,
    P_NUMBER,
    START,
    TODAY,
    company,
    counted,
    dated,
    reading_of,
    unit,
)


@pytest.mark.parametrize("status", ["Aktiv", "NORMAL", "Fremtid", "Ophørt"])
async def test_the_life_span_decides_over_the_status_word(kind, status):
    """§3.1."""
    closed = sample_production_unit(P_NUMBER, "X", cvr=CVR, started=START, ended=date(2020, 5, 31), status=status)
    fact = (await reading_of(kind, P_NUMBER, closed)).fact
    assert (fact.status, fact.ceased_on) == ("ceased", date(2020, 5, 31))
    alive = sample_production_unit(P_NUMBER, "X", cvr=CVR, started=START, status=status)
    assert (await reading_of(kind, P_NUMBER, alive)).fact.status == "active"


async def test_the_last_day_of_a_life_is_lived(kind):
    """§3.1, and §1.5: ``gyldigTil`` is inclusive."""
    closing = sample_company(CVR, "X", started=START, ended=TODAY)
    reading = await reading_of(kind, CVR, closing)
    assert (reading.fact.status, reading.fact.ceased_on) == ("active", TODAY)
    assert reading.changes_on == date(2026, 6, 16)
    assert (await reading_of(kind, CVR, closing, today=date(2026, 6, 16))).fact.status == "ceased"


async def test_who_has_returned_lives_again_from_then_on(kind):
    """§3.1."""
    lives = [dated(date(2024, 5, 1)), dated(date(2001, 1, 1), date(2005, 12, 31))]
    fact = (await reading_of(kind, CVR, company(livsforloeb=lives))).fact
    assert (fact.status, fact.started_on, fact.ceased_on) == ("active", date(2024, 5, 1), None)
    assert (await reading_of(kind, CVR, company(livsforloeb=lives), today=date(2010, 1, 1))).fact.status == "ceased"


async def test_the_newest_is_not_the_present_one(kind):
    """§3.2."""
    names = [dated(date(2027, 1, 1), navn="Next"), dated(START, date(2026, 12, 31), navn="Now")]
    reading = await reading_of(kind, CVR, company(navne=names))
    assert (reading.fact.name, reading.changes_on) == ("Now", date(2027, 1, 1))


async def test_who_has_closed_keeps_the_last_name_and_address(kind):
    """§3.2."""
    gone = sample_company(CVR, "Gone ApS", started=START, ended=date(2020, 1, 1), address=sample_address("Lukkevej"))
    fact = (await reading_of(kind, CVR, gone)).fact
    assert (fact.name, fact.address.street, fact.legal_form) == ("Gone ApS", "Lukkevej", "APS")


@pytest.mark.parametrize("turned", [False, True])
async def test_of_several_open_names_the_latest_start_and_then_the_latest_update_counts(kind, turned):
    """§3.5."""
    names = [
        dated(START, navn="C", updated="2026-01-05T08:59:00.000+01:00"),
        dated(START, navn="B", updated="2026-01-05T06:00:00.000-03:00"),
        dated(date(2010, 1, 1), navn="A", updated="2026-05-01T00:00:00.000+02:00"),
    ]
    before = counted("several-open")
    reading = await reading_of(kind, CVR, company(navne=names[::-1] if turned else names))
    assert reading.fact.name == "B"
    assert counted("several-open") == before + 1


async def test_one_open_entry_of_each_kind_is_nothing_to_count(kind):
    """§3.5."""
    before = counted("several-open")
    await reading_of(kind, CVR, company())
    assert counted("several-open") == before


async def test_a_period_may_have_no_start(kind):
    """§3.5."""
    assert (await reading_of(kind, CVR, company(navne=[dated(None, navn="Always")]))).fact.name == "Always"


async def test_a_company_to_come_is_future_until_its_day(kind):
    """§3.6."""
    coming = sample_company(CVR, "Coming ApS", started=date(2026, 7, 1), status="Fremtid")
    reading = await reading_of(kind, CVR, coming)
    assert (reading.fact.status, reading.fact.name) == ("future", "Coming ApS")
    assert reading.changes_on == date(2026, 7, 1)
    assert (await reading_of(kind, CVR, coming, today=date(2026, 7, 1))).fact.status == "active"


async def test_a_move_to_come_is_known_and_not_yet_read(kind):
    """§3.6."""
    addresses = [
        dated(date(2026, 9, 1), **sample_address("Nyvej")),
        dated(START, date(2026, 8, 31), **sample_address("Gammelvej")),
    ]
    reading = await reading_of(kind, CVR, company(beliggenhedsadresse=addresses))
    assert (reading.fact.address.street, reading.changes_on) == ("Gammelvej", date(2026, 9, 1))


async def test_what_nothing_is_known_to_change_has_no_day(kind):
    """§3.6."""
    assert (await reading_of(kind, CVR, company())).changes_on is None


def test_a_date_that_cvr_announces_counts_even_if_nothing_of_it_is_seen():
    """§3.6: ``naermesteFremtidigeDato``, which Elasticsearch alone has."""
    announced = company(naermesteFremtidigeDato="2026-07-07")
    assert read(announced, TODAY).changes_on == date(2026, 7, 7)
    assert read(announced, date(2026, 7, 7)).changes_on is None


async def test_what_was_registered_by_mistake_gives_way(kind):
    """§3.9."""
    proper = sample_company(CVR, "Proper", started=START, version=1)
    mistake = sample_company(CVR, "Mistake", started=START, version=9)
    mistake["Vrvirksomhed"]["fejlRegistreret"] = True
    assert (await reading_of(kind, CVR, mistake, proper)).fact.name == "Proper"


async def test_what_was_struck_off_has_ceased(kind):
    """§3.9."""
    struck = sample_company(CVR, "X", started=START, ended=date(2020, 1, 1), status="SLETTET")
    assert (await reading_of(kind, CVR, struck)).fact.status == "ceased"


async def test_employment_which_changes_without_a_new_version_is_not_read(kind):
    """§3.10."""
    figures = [{"aar": 2026, "antalAnsatte": 7, "sidstOpdateret": "2026-06-01T00:00:00.000+02:00"}]
    assert await reading_of(kind, CVR, company(aarsbeskaeftigelse=figures)) == await reading_of(kind, CVR, company())


async def test_an_unknown_status_is_kept_read_as_unknown_and_counted(kind):
    """§1.6."""
    before = counted("unknown-status")
    fact = (await reading_of(kind, CVR, company(virksomhedsstatus=[dated(START, status="Splinterny")]))).fact
    assert (fact.status, fact.status_text) == ("unknown", "Splinterny")
    document = unit()
    document["VrproduktionsEnhed"]["produktionsEnhedMetadata"]["sammensatStatus"] = "Halvaktiv"
    fact = (await reading_of(kind, P_NUMBER, document)).fact
    assert (fact.status, fact.status_text) == ("unknown", "Halvaktiv")
    assert counted("unknown-status") == before + 2


@pytest.mark.parametrize("status", ["UNDER KONKURS", "UNDER FRIVILLIG LIKVIDATION", "UNDER REKONSTRUKTION"])
async def test_a_dissolution_is_read_from_either_service(kind, status):
    """§1.6."""
    document = sample_company(CVR, "X", started=START, status=status)
    fact = (await reading_of(kind, CVR, document)).fact
    assert (fact.status, fact.status_text) == ("in-dissolution", status)
