"""What a caller gets, and what it costs CVR."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from adapters.cvr.port import Found, InvalidNumber, NotFound, Unavailable
from contracts.identifiers import CvrNumber, PNumber
from support.cvr_service import START, cvr_numbers, p_numbers, reading

CVRS, UNITS = cvr_numbers(1000), p_numbers(50)
CVR, OTHER = CVRS[:2]


def now():
    return asyncio.get_running_loop().time()


async def one(registry, number=CVR):
    return (await registry.find_many([number], [])).companies[number]


def test_both_kinds_go_in_one_call_and_every_number_has_its_outcome(service, play):
    bad = CvrNumber("12345678")
    service.unknown = {OTHER}

    async def story(registry):
        lookup = await registry.find_many([CVR, OTHER, bad, CVR], [UNITS[0], PNumber("1")])
        assert lookup.companies[CVR] == Found(reading(CVR).fact, lookup.companies[OTHER].as_of)
        assert isinstance(lookup.companies[OTHER], NotFound)
        assert lookup.companies[bad] == lookup.units[PNumber("1")] == InvalidNumber()
        assert lookup.units[UNITS[0]].fact.p_number == UNITS[0]
        assert START < lookup.companies[OTHER].as_of < START + timedelta(seconds=1)

    play(story)
    assert service.questions == [(CVR, OTHER, UNITS[0])]


def test_callers_of_the_same_moment_share_full_batches(service, play):
    async def story(registry):
        await asyncio.gather(*(registry.find_many(CVRS[start : start + 30], []) for start in range(0, 990, 15)))

    play(story)
    assert sorted(number for numbers in service.questions for number in numbers) == sorted(CVRS)
    assert [len(numbers) for numbers in service.questions] == [200] * 5


def test_a_batch_holds_no_more_than_the_service_takes(service, play):
    service.batch_size = 100
    play(lambda registry: registry.find_many(CVRS[:300], []))
    assert [len(numbers) for numbers in service.questions] == [100, 100, 100]


def test_calls_at_once_are_bounded_and_the_pace_is_kept(service, play):
    service.seconds = 2.0
    play(lambda registry: registry.find_many(CVRS, []), batch_size=50, calls_at_once=6)
    assert service.most_in_the_air == 6
    service.seconds, service.asked, service.most_in_the_air = 0.01, [], 0
    play(lambda registry: registry.find_many(CVRS, []), batch_size=50, calls_per_second=4, burst=1)
    times = [at for at, _ in service.asked]
    assert [round(later - sooner, 6) for sooner, later in pairwise(times)] == [0.25] * 19
    assert service.most_in_the_air == 1


def test_a_first_look_up_of_many_runs_as_fast_as_the_pace_allows_and_a_repeat_asks_nothing(service, play):
    """What `make bench-lookup` measures on a real clock, without the machine's own noise."""
    numbers = cvr_numbers(10_000)

    async def story(registry):
        for _ in range(2):
            parts = iter([numbers[at : at + 100] for at in range(0, len(numbers), 100)])
            await asyncio.gather(*(caller(registry, parts) for _ in range(20)))
        return now()

    async def caller(registry, parts):
        for part in parts:
            await registry.find_many(part, [])

    assert play(story, calls_per_second=50, burst=1) <= 49 / 50 + 0.1
    assert service.calls == 50


def test_a_number_on_its_way_is_not_asked_for_again_and_a_cancelled_waiter_takes_nobody_with_it(service, play):
    service.seconds = 1.0

    async def story(registry):
        first, second, third = (asyncio.create_task(one(registry)) for _ in range(3))
        await asyncio.sleep(0.5)
        fourth = asyncio.create_task(one(registry))
        await asyncio.sleep(0)
        first.cancel()
        third.cancel()
        assert isinstance(await second, Found)
        assert isinstance(await fourth, Found)
        assert first.cancelled()
        assert third.cancelled()

    play(story)
    assert service.calls == 1


def test_a_flight_that_everybody_has_left_still_teaches(service, play):
    service.seconds = 1.0

    async def story(registry):
        alone = asyncio.create_task(one(registry))
        await asyncio.sleep(0.5)
        alone.cancel()
        await asyncio.sleep(1)
        assert isinstance(await one(registry), Found)

    play(story)
    assert service.calls == 1


def test_who_comes_when_too_many_wait_is_told_so_at_once(service, play):
    async def story(registry):
        lookup = await registry.find_many(CVRS, [])
        assert now() < 1
        return sum(isinstance(outcome, Unavailable) for outcome in lookup.companies.values())

    assert play(story, waiting=400) == 600


def test_a_number_that_waited_beyond_its_budget_is_not_asked_for(service, play):
    service.seconds = 4.9

    async def story(registry):
        lookup = await registry.find_many(CVRS[:800], [])
        assert now() == pytest.approx(10)
        outcomes = list(lookup.companies.values())
        assert sum(isinstance(outcome, Found) for outcome in outcomes) == 400
        await asyncio.sleep(60)
        assert registry.standing().waiting == 0

    play(story, calls_at_once=1)
    assert service.calls == 3


def test_closing_tells_everybody_who_waits(service, play):
    service.seconds = 4

    async def story(registry):
        task = asyncio.create_task(registry.find_many(CVRS, []))
        await asyncio.sleep(1)
        await registry.close()
        return set((await task).companies.values())

    outcomes = play(story, calls_at_once=1)
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
