"""What is remembered, for how long, and what then counts."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from adapters.cvr.port import Found, NotFound, Unavailable
from adapters.cvr.service import PassingError
from contracts.cvr_facts import NotFoundFact, UnavailableFact
from contracts.identifiers import CvrNumber
from support.cvr_service import START, always, cvr_numbers, failing, reading

CVRS = cvr_numbers(1000)
CVR, OTHER = CVRS[:2]
HOURS = 3600


async def one(registry, number=CVR):
    return (await registry.find_many([number], [])).companies[number]


def test_errors_are_not_kept(service, play):
    service.fault = failing(*[PassingError("down")] * 3)

    async def story(registry):
        assert await one(registry) == Unavailable("down")
        assert isinstance(await one(registry), Found)

    play(story)
    assert service.calls == 4


def test_what_is_fresh_is_not_asked_for_and_what_is_not_is(service, play):
    async def story(registry):
        first = await one(registry)
        await asyncio.sleep(10 * HOURS)
        assert await one(registry) == first
        assert service.calls == 1
        await asyncio.sleep(4 * HOURS)
        assert (await one(registry)).as_of > first.as_of
        assert service.calls == 2

    play(story)


def test_between_soft_and_hard_age_a_fact_is_given_stale_when_cvr_cannot_be_asked(service, play):
    async def story(registry):
        first = await one(registry)
        service.fault = always(PassingError("down"))
        await asyncio.sleep(14 * HOURS)
        assert await one(registry) == Found(first.fact, first.as_of, is_stale=True)
        await asyncio.sleep(7 * 24 * HOURS)
        assert await one(registry) == Unavailable("down")

    play(story)


def test_a_fact_is_not_given_beyond_the_day_cvr_announced_not_even_stale(service, play):
    service.told[CVR] = reading(CVR, changes_on=date(2026, 6, 16))

    async def story(registry):
        assert isinstance(await one(registry), Found)
        service.fault = always(PassingError("down"))
        await asyncio.sleep(14 * HOURS)  # 22:00 UTC is midnight in Denmark
        assert await one(registry) == Unavailable("down")

    play(story)


def test_a_change_that_lies_behind_is_no_change_to_come(service, play):
    service.told[CVR] = reading(CVR, changes_on=date(2026, 6, 15))

    async def story(registry):
        assert await one(registry) == await one(registry)

    play(story)
    assert service.calls == 1


def test_not_in_cvr_is_asked_again_ever_more_seldom(service, play):
    service.unknown = {CVR}

    async def story(registry):
        for _ in range(24 * 60):
            assert isinstance(await one(registry), NotFound)
            await asyncio.sleep(60)

    play(story)
    gaps = [round((later - sooner) / 60) for (sooner, _), (later, _) in pairwise(service.asked)]
    assert gaps[:3] == [pytest.approx(10, abs=1), pytest.approx(20, abs=1), pytest.approx(40, abs=1)]
    assert max(gaps) == pytest.approx(360, abs=1)


def test_a_lagging_copy_of_cvr_does_not_take_back_what_a_newer_one_said(service, play):
    service.told[CVR] = reading(CVR, "New", version=8)

    async def story(registry):
        await one(registry)
        await asyncio.sleep(14 * HOURS)
        service.told[CVR] = reading(CVR, "Old", version=7)
        outcome = await one(registry)
        assert (outcome.fact.name, outcome.is_stale) == ("New", True)
        service.told[CVR] = reading(CVR, "Newest", version=9)
        assert (await one(registry)).fact.name == "Newest"

    play(story)


def test_what_was_learnt_from_the_topic_is_not_asked_for(service, play):
    async def story(registry):
        await asyncio.sleep(1 * HOURS)
        registry.learn(CVR, reading(CVR).fact, START)
        registry.learn(OTHER, NotFoundFact(number=OTHER), START + timedelta(minutes=55))
        registry.learn(CVRS[2], UnavailableFact(number=CVRS[2]), START)
        registry.learn(CvrNumber("12345678"), NotFoundFact(number="12345678"), START)
        lookup = await registry.find_many([CVR, OTHER], [])
        assert lookup.companies == {
            CVR: Found(reading(CVR).fact, START),
            OTHER: NotFound(START + timedelta(minutes=55)),
        }
        assert service.calls == 0
        assert registry.standing().remembered == 2
        await one(registry, CVRS[2])
        assert service.questions == [(CVRS[2],)]

    play(story)


def test_a_learnt_fact_ends_with_its_own_dates(service, play):
    fact = replace(reading(CVR).fact, ceased_on=date(2026, 6, 15))

    async def story(registry):
        registry.learn(CVR, fact, START + timedelta(hours=10))
        await asyncio.sleep(13.9 * HOURS)
        assert (await one(registry)).fact == fact
        await asyncio.sleep(0.2 * HOURS)
        assert (await one(registry)).fact == reading(CVR).fact

    play(story)
    assert service.calls == 1


def test_memory_is_bounded(service, play):
    async def story(registry):
        await registry.find_many(CVRS, [])
        return registry.standing().remembered

    assert play(story, remembered=300) == 300


def test_what_was_read_before_midnight_still_tells_of_the_day_after(service, play):
    """Asked on the evening of the 15th and answered on the 16th, on which CVR says that it will say something else."""
    announced = reading(CVR, changes_on=date(2026, 6, 16))
    service.told[CVR] = announced

    async def story(registry):
        await asyncio.sleep(14 * HOURS - 0.02)  # midnight is at 22:00 UTC
        outcome = await one(registry)
        assert outcome.changes_on == date(2026, 6, 16)
        service.told[CVR] = reading(CVR, "After")
        assert (await one(registry)).fact.name == "After"

    play(story)
