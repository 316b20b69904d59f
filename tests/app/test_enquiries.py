"""Questions to CVR: answered as soon as CVR can be asked; one that cannot be answered holds up no other (R20)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest

from adapters.clock import SettableClock
from adapters.cvr.port import Found, InvalidNumber, Lookup, NotFound, Unavailable
from contracts.cvr_facts import CompanyFact, CvrAnswer, NotFoundFact, ProductionUnitFact, UnavailableFact
from contracts.identifiers import CvrNumber, SorId
from support.cvr_service import cvr_numbers, p_numbers
from support.trees import private_clinic
from support.virtual_time import run_in_virtual_time
from workers.app.enquiries import Enquiries, Enquiry

OWNER = SorId(private_clinic().owner.sor_id)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
FETCHED = datetime(2026, 6, 15, 11, tzinfo=UTC)
LONG_AGO = datetime(2026, 6, 10, 11, tzinfo=UTC)
CVRS, (P_NUMBER,) = cvr_numbers(5), p_numbers(1)


class Registry:
    """Knows every number, but for those it is told to be silent on."""

    def __init__(self, *silent, missing=(), remembered=()):
        self.silent = set(silent)
        self.remembered = set(remembered)
        self.missing = set(missing)
        self.asked = []

    async def find_many(self, cvrs, p_numbers):
        self.asked.append({*cvrs, *p_numbers})
        await asyncio.sleep(0.05)
        return Lookup({each: self._outcome(each) for each in cvrs}, {each: self._outcome(each) for each in p_numbers})

    def _outcome(self, number):
        if not number.is_valid:
            return InvalidNumber()
        if number in self.silent & self.remembered:
            return Found(CompanyFact(cvr=number, name="Prøve", status="active"), LONG_AGO, is_stale=True)
        if number in self.silent:
            return Unavailable("CVR is busy or down (HTTP 503)")
        if number in self.missing:
            return NotFound(FETCHED)
        if isinstance(number, CvrNumber):
            return Found(CompanyFact(cvr=number, name="Prøve", status="active"), FETCHED, changes_on=date(2026, 7, 1))
        return Found(ProductionUnitFact(p_number=number, cvr=None, name="Prøve", status="active"), FETCHED)


class Sent(list):
    """Takes the records, or fails as often as it is told to."""

    failures = 0

    async def __call__(self, record):
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.append(record)

    @property
    def facts(self):
        return [CvrAnswer.from_json(each.value).fact for each in self]

    def kinds(self, number):
        named = (fact for fact in self.facts if number in fact.to_dict().values())
        return [fact.kind for fact in named]


def enquiry(number, owner=OWNER):
    return Enquiry(owner, number, 3, "cause")


def play(story, registry, **options):
    """Run a story in virtual time, with the background at work."""
    sent = Sent()

    async def told():
        enquiries = Enquiries(registry, SettableClock(NOW), sent, **options)
        background = asyncio.create_task(enquiries.keep_asking())
        try:
            await story(enquiries, sent)
        finally:
            background.cancel()

    run_in_virtual_time(told())
    return sent


def test_what_cvr_answers_is_sent_with_the_age_of_the_answer_to_the_partition_of_the_question():
    async def story(enquiries, _sent):
        await enquiries.take([enquiry(CVRS[0]), enquiry(P_NUMBER), enquiry(CVRS[1])])

    sent = play(story, Registry(missing=[CVRS[1]]))
    answers = [CvrAnswer.from_json(each.value) for each in sent]
    assert {type(each.fact) for each in answers} == {CompanyFact, ProductionUnitFact, NotFoundFact}
    assert {each.fetched_at for each in answers} == {FETCHED}
    assert {each.time for each in sent} == {NOW}, (
        "when it was written: how far the topic has come is read from it (R24)"
    )
    assert answers[0].changes_on == date(2026, 7, 1)
    assert {each.partition for each in sent} == {3}
    assert {dict(each.headers)["ce_causationid"] for each in sent} == {b"cause"}


def test_a_batch_is_asked_for_at_once_and_one_silent_number_holds_no_other_up():
    registry = Registry(CVRS[0])

    async def story(enquiries, sent):
        await enquiries.take([enquiry(each) for each in CVRS])
        assert len(sent) == len(CVRS)
        await enquiries.take([enquiry(P_NUMBER)])

    sent = play(story, registry)
    assert registry.asked[0] == set(CVRS)
    assert sent.kinds(CVRS[0]) == ["unavailable"], "so that no invoice waits for it"
    assert sent.kinds(P_NUMBER) == ["production-unit"]


def test_what_cvr_said_some_days_ago_is_given_once_and_asked_for_until_cvr_answers():
    """An outage must not make an old fact the answer for a month."""
    registry = Registry(*CVRS[:1], remembered=CVRS[:1])

    async def story(enquiries, sent):
        await enquiries.take([enquiry(CVRS[0])])
        assert sent.kinds(CVRS[0]) == ["company"]
        await asyncio.sleep(600)
        assert (enquiries.waiting, len(sent)) == (1, 1)
        registry.silent.clear()
        await asyncio.sleep(31)
        assert (enquiries.waiting, len(sent)) == (0, 2)

    sent = play(story, registry)
    assert [CvrAnswer.from_json(each.value).fetched_at for each in sent] == [LONG_AGO, FETCHED]


def test_what_waits_is_answered_once_when_cvr_is_back():
    registry = Registry(*CVRS)

    async def story(enquiries, sent):
        await enquiries.take([enquiry(each) for each in CVRS])
        await asyncio.sleep(600)
        assert enquiries.waiting == len(CVRS)
        assert len(sent) == len(CVRS), "said once, however often CVR is tried"
        registry.silent.clear()
        await asyncio.sleep(31)
        assert enquiries.waiting == 0

    sent = play(story, registry)
    assert [sent.kinds(each) for each in CVRS] == [["unavailable", "company"]] * len(CVRS)
    assert len(registry.asked) < 30, "ever more seldom"


def test_a_question_put_again_while_it_waits_is_not_told_or_kept_twice():
    async def story(enquiries, sent):
        await enquiries.take([enquiry(CVRS[0])])
        await enquiries.take([enquiry(CVRS[0]), enquiry(CVRS[0], SorId(private_clinic().place.sor_id))])
        assert enquiries.waiting == 2
        assert len(sent) == 2

    play(story, Registry(CVRS[0]))


def test_with_too_many_waiting_no_more_are_taken_until_there_is_room():
    registry = Registry(*CVRS)

    async def story(enquiries, sent):
        await enquiries.take([enquiry(each) for each in CVRS[:3]])
        second = asyncio.create_task(enquiries.take([enquiry(CVRS[3])]))
        await asyncio.sleep(60)
        assert not second.done()
        assert sent.kinds(CVRS[3]) == ["unavailable"], "who waits for it is told all the same"
        registry.silent.clear()
        await second
        await asyncio.sleep(31)

    sent = play(story, registry, most_waiting=3)
    assert sent.kinds(CVRS[3]) == ["unavailable", "company"]


def test_what_cannot_be_sent_is_not_let_go():
    async def story(enquiries, sent):
        sent.failures = 1
        with pytest.raises(ConnectionError):
            await enquiries.take([enquiry(CVRS[0])])
        await enquiries.take([enquiry(CVRS[0])])

    assert play(story, Registry()).kinds(CVRS[0]) == ["company"]


def test_what_waits_goes_on_waiting_when_its_answer_cannot_be_sent():
    registry = Registry(CVRS[0])

    async def story(enquiries, sent):
        await enquiries.take([enquiry(CVRS[0])])
        registry.silent.clear()
        sent.failures = 1
        await asyncio.sleep(60)
        assert enquiries.waiting == 0

    assert play(story, registry).kinds(CVRS[0])[-1] == "company"


def test_a_number_that_fails_its_check_is_neither_answered_nor_kept_r2():
    async def story(enquiries, _sent):
        await enquiries.take([enquiry(CvrNumber("12345678"))])
        assert enquiries.waiting == 0

    assert play(story, Registry()) == []


def test_nobody_answers_is_a_fact_of_its_own():
    async def story(enquiries, _sent):
        await enquiries.take([enquiry(CVRS[0])])

    (fact,) = play(story, Registry(CVRS[0])).facts
    assert fact == UnavailableFact(number=CVRS[0])
