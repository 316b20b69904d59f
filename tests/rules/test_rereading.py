"""Changes that begin in CVR: what it said is asked for again when it is old, and forwarded when it differs (R17, R38)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.cvr.sample import sample_company, sample_production_unit
from contracts.cvr_facts import CompanyFact, CvrAnswer
from contracts.danish_time import rfc3339
from contracts.identifiers import CvrNumber, PNumber
from contracts.topics import Topic
from support.scenario import instant
from support.trees import private_clinic, wide_owner

CLINIC = private_clinic()
CVR, P_NUMBER = CvrNumber(CLINIC.owner.first["cvr"]), PNumber(CLINIC.place.first["pNumber"])
START = date(2010, 1, 1)


def company(name=CLINIC.owner.first["name"], version=1, ended=None):
    return sample_company(CVR, name, started=START, ended=ended, version=version)


def unit(cvr=CVR, version=1):
    return sample_production_unit(P_NUMBER, CLINIC.place.first["name"], cvr=cvr, started=START, version=version)


@pytest.fixture
def world(new_world):
    """A registered clinic whose company and production unit CVR knows."""
    world = new_world(cvr=[company(), unit()])
    world.registered(CLINIC)
    return world


def asked(world):
    """The questions about the company."""
    return [each for each in world.questions if each.cvr == CVR]


def asked_by(world, time):
    """How often the company has been asked about by then."""
    world.until(time)
    return len(asked(world))


def says(world, fact, **more):
    """CVR's answer as the agent sends it."""
    answer = CvrAnswer(owner_sor_id=CLINIC.owner.sor_id, fetched_at=world.now, fact=fact, **more)
    data = answer.to_dict()
    world.send(Topic.CVR_FACTS, data, key=f"{CLINIC.owner.sor_id}/{CVR}", ce_type="dk.sorbro.cvr.answered.v1")


def test_nothing_is_asked_again_within_four_weeks_r20(world):
    world.until("2023-01-30 08:59")
    assert len(world.questions) == 1, "both numbers at once, when they came"


def test_after_four_weeks_and_at_most_one_more_both_numbers_are_asked_for_again_r17(world):
    world.until("2023-02-07 09:00")
    assert {number for each in world.questions[1:] for number in each.numbers} == {
        CVR,
        P_NUMBER,
    }


def test_it_goes_on_month_after_month_and_an_unchanged_answer_forwards_nothing_r17(world):
    before = len(world.forwards())
    world.until("2024-01-01")
    assert 11 <= len(asked(world)) <= 14
    assert len(world.forwards()) == before


def test_the_numbers_of_a_register_do_not_all_grow_old_at_one_instant_r20(new_world):
    tree = wide_owner(30)
    numbers = [PNumber(place.first["pNumber"]) for place in tree.places if place.first["pNumber"]]
    world = new_world(cvr=[sample_production_unit(each, "P", cvr=CVR, started=START) for each in numbers])
    world.sor(tree)
    first = len(world.questions)
    world.until("2023-02-07 09:00")
    assert len(world.questions) - first > 3


def test_a_name_that_changes_in_cvr_is_forwarded_when_it_is_read_r17_r19(world):
    world.cvr_changes(company("Et helt andet navn ApS", version=2))
    sent = world.until("2023-02-07 09:00")
    assert sent.forwards().one["companyFacts"]["company"]["name"] == "Et helt andet navn ApS"
    assert "name" in [each["field"] for each in sent.forwards().one["discrepancies"]]


def test_a_record_that_turns_back_is_sent_under_an_id_of_its_own_r17(world):
    """BSR drops an id it has seen; what CVR says last must not be lost by that."""
    first = world.forwards().last
    world.cvr_changes(company("Et helt andet navn ApS", version=2)).until("2023-02-07 09:00")
    world.cvr_changes(company(version=3))
    back = world.until("2023-03-15 09:00").forwards().one
    assert back["companyFacts"]["company"]["name"] == first["companyFacts"]["company"]["name"]
    assert len({each.headers["ce_id"] for each in world.forwards()}) == len(world.forwards())


def test_a_unit_that_changes_company_in_cvr_becomes_a_discrepancy_r19(world):
    world.cvr_changes(unit(cvr=CvrNumber("25052943"), version=2))
    (found,) = world.until("2023-02-07 09:00").forwards().one["discrepancies"]
    assert (found["field"], found["cvr"]) == ("pNumber", "25052943")


def test_a_company_that_ceases_in_cvr_closes_the_road_of_the_next_invoice_r38(world):
    world.cvr_changes(company(version=2, ended=date(2023, 6, 30)))
    world.until("2023-09-01")
    world.fee_run(2024, "2024-01-02")
    assert world.until("2024-01-03").triggers().one["routeStatus"] == "company-ceased"


def test_a_change_that_cvr_has_announced_is_read_on_its_day_r17(world):
    announced = CompanyFact(cvr=CVR, name="Prøve ApS", status="active")
    says(world.at("2023-01-03 10:00"), announced, changes_on=date(2023, 1, 5))
    before = len(asked(world))
    world.until("2023-01-04 23:59")
    assert len(asked(world)) == before
    world.until("2023-01-05 00:00")
    assert len(asked(world)) == before + 1


def test_an_end_that_the_company_s_own_dates_announce_is_told_on_the_day_after_r17_r38(new_world):
    world = new_world(cvr=[company(ended=date(2023, 3, 31)), unit()])
    world.registered(CLINIC)
    world.until("2023-03-31 23:59")
    assert world.forwards().last["companyFacts"]["company"]["status"] == "active"
    told = world.until("2023-04-01 00:00").forwards().one
    assert told["companyFacts"]["company"]["status"] == "ceased"
    assert [each["field"] for each in told["discrepancies"]] == ["status"]


def test_a_number_that_cvr_does_not_know_is_asked_for_after_an_hour_and_then_ever_more_seldom_r20(new_world):
    """A new unit may be in SOR before it is in CVR."""
    world = new_world(cvr=[unit()])
    world.sor(CLINIC)
    counts = []
    for hours in (1, 2, 4, 8, 16):
        world.until(rfc3339(instant("2023-01-02 09:00") + timedelta(hours=hours)))
        counts.append(len(asked(world)))
    assert counts == [2, 3, 4, 5, 6]
    world.until("2023-04-01")
    assert len(asked(world)) < 25, "once a week in the end"


@pytest.mark.parametrize("news", ["of the unit", "of the owner", "of its registration"])
def test_news_of_a_unit_asks_again_what_is_older_than_a_day_r17_r19(world, news):
    world.cvr_changes(company("Et helt andet navn ApS", version=2))
    world.at("2023-01-03 08:59").sor(CLINIC.place, telephone="1")
    assert len(asked(world)) == 1, "not yet a day"
    world.at("2023-01-03 09:00")
    if news == "of its registration":
        world.self_registers(CLINIC.place, reference_id="REF")
    else:
        world.sor(CLINIC.place if news == "of the unit" else CLINIC.owner, telephone="2")
    assert len(asked(world)) == 2
    assert world.forwards().last["companyFacts"]["company"]["name"] == "Et helt andet navn ApS"
    world.sor(CLINIC.place, telephone="3")
    assert len(asked(world)) == 2, "and then not for a day"


def test_news_while_the_question_is_out_does_not_ask_once_more_r20(new_world):
    silent = new_world()
    silent.registered(CLINIC)
    says(silent, CompanyFact(cvr=CVR, name="Prøve ApS", status="active"))
    silent.at("2023-01-04 09:00").sor(CLINIC.place, telephone="1")
    silent.at("2023-01-04 10:00").sor(CLINIC.place, telephone="2")
    assert len(asked(silent)) == 2


def test_a_number_that_cvr_comes_to_know_completes_the_record_r20(new_world):
    world = new_world(cvr=[unit()])
    world.sor(CLINIC)
    world.cvr_changes(company())
    assert world.until("2023-01-02 10:00").forwards().one["enrichment"] == "complete"


def test_nobody_asks_for_the_numbers_of_a_place_and_a_company_that_have_closed_r20(world):
    world.sor(CLINIC.place, to_date="2023-02-01")
    world.sor(CLINIC.owner, to_date="2023-02-01")
    world.until("2023-02-02")
    before = len(world.questions)
    world.until("2023-12-31")
    assert len(world.questions) == before


def test_a_number_that_a_company_has_given_up_is_not_asked_for_r20(world):
    other = CvrNumber("25052943")
    world.at("2023-01-03 09:00").sor(CLINIC.owner, cvr=other)
    before = len(asked(world))
    world.until("2023-06-01")
    assert len(asked(world)) == before


@pytest.mark.parametrize("restarts", [False, True])
def test_a_question_that_got_lost_is_put_again_a_day_later_also_after_a_restart_r20(new_world, restarts):
    """Whoever had it may have died with it. What was known stays known meanwhile."""
    silent = new_world()
    silent.registered(CLINIC)
    says(silent, CompanyFact(cvr=CVR, name="Prøve ApS", status="active"))
    before = asked_by(silent, "2023-02-07 09:00")
    assert before > 1
    if restarts:
        silent.restart()
    assert asked_by(silent, "2023-02-09 09:00") == before + 2
    assert silent.forwards().last["enrichment"] == "pending", "the production unit has never been answered"
