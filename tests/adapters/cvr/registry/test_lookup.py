"""What a caller gets, and what it costs CVR."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise

import pytest

from adapters.cvr.port import Found, InvalidNumber, NotFound, Unavailable
from adapters.cvr.service import Answer, LastingError, PassingError, RejectedError
from contracts.cvr_facts import NotFoundFact, UnavailableFact
from contracts.identifiers import CvrNumber, PNumber
from support.cvr_service import START, cvr_numbers, p_numbers, reading

CVRS, UNITS = cvr_numbers(1000), p_numbers(50)
CVR, OTHER = CVRS[:2]
HOURS = 3600


def now():
    return asyncio.get_running_loop().time()


def failing(*failures):
    """A fault that raises these one after the other, and then nothing."""
    left = list(failures)

    def fault(_numbers):
        if left:
            raise left.pop(0)

    return fault


def always(failure):
    def fault(_numbers):
        raise failure

    return fault


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
    fact = reading(CVR).fact.model_copy(update={"ceased_on": date(2026, 6, 15)})

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


def test_a_bad_number_is_found_told_and_left_alone_for_a_while(service, play):
    bad = CVRS[123]

    def fault(numbers):
        if bad in numbers:
            raise RejectedError("CVR rejected the question (HTTP 400)")

    service.fault = fault

    async def story(registry):
        lookup = await registry.find_many(CVRS[:200], [])
        assert lookup.companies[bad] == Unavailable("CVR rejected the question (HTTP 400)")
        assert sum(isinstance(outcome, Found) for outcome in lookup.companies.values()) == 199
        assert service.calls <= 17
        before = service.calls
        for _ in range(100):
            assert isinstance((await registry.find_many(CVRS[:200], [])).companies[bad], Unavailable)
        assert service.calls == before
        assert registry.standing().rejected == 1
        await asyncio.sleep(301)
        await one(registry, bad)
        assert service.calls == before + 1
        service.fault = lambda _: None
        await asyncio.sleep(601)
        assert isinstance(await one(registry, bad), Found)
        assert registry.standing().rejected == 0

    play(story)


def test_a_number_asked_for_again_while_its_first_batch_is_still_out_keeps_its_second_flight(service, play):
    def fault(numbers):
        if CVRS[0] in numbers:
            raise RejectedError("HTTP 400")

    service.fault = fault

    async def story(registry):
        whole = asyncio.create_task(registry.find_many(CVRS[:200], []))
        await asyncio.sleep(0.2)  # the good half is answered, the bad one not found yet
        assert registry.standing().remembered
        again = await one(registry, CVRS[199])
        await whole
        return again

    at_once = {"fresh_for": timedelta(microseconds=1), "calls_at_once": 1}
    again = play(story, **at_once)
    assert isinstance(again, Found)
    assert not again.is_stale


def test_a_batch_full_of_bad_numbers_does_not_bury_the_good_among_them(service, play):
    """One in each quarter looks as if everything were rejected; smaller batches tell."""
    bad = {CVRS[10], CVRS[60], CVRS[110], CVRS[160]}

    def fault(numbers):
        if bad.intersection(numbers):
            raise RejectedError("HTTP 400")

    service.fault = fault

    async def story(registry):
        for _ in range(4):
            lookup = await registry.find_many(CVRS[:200], [])
            await asyncio.sleep(1)
        return {cvr for cvr, outcome in lookup.companies.items() if not isinstance(outcome, Found)}

    assert play(story) == bad


@pytest.mark.parametrize("failure", [RejectedError("HTTP 400"), LastingError("HTTP 404")])
def test_a_broken_path_is_no_storm(service, play, failure):
    service.fault = always(failure)

    async def story(registry):
        for _ in range(120):
            await registry.find_many(CVRS, [])
            await asyncio.sleep(5)

    play(story)
    # Until it opens: four batches of seven at most; then a probe after 30, 60, 120, 240 and 300 s.
    assert service.calls <= 4 * 7 + 6


def test_a_fault_of_ours_in_reading_is_isolated_like_a_bad_number(service, play):
    def fault(numbers):
        if CVR in numbers:
            raise KeyError("secret")

    service.fault = fault

    async def story(registry):
        lookup = await registry.find_many(CVRS[:50], [])
        assert lookup.companies[CVR] == Unavailable("the answer could not be read (KeyError): this is a fault of ours")
        assert sum(isinstance(outcome, Found) for outcome in lookup.companies.values()) == 49

    play(story)


def test_a_partial_answer_is_used_for_what_it_holds_and_only_the_rest_is_asked_again(service, play):
    half = {number: reading(number) for number in CVRS[:2]}
    service.fault = failing(PassingError("2 of 6 shards", partial=Answer(half)))
    play(lambda registry: registry.find_many(CVRS[:4], []))
    assert service.questions == [tuple(CVRS[:4]), tuple(CVRS[2:4])]


def test_a_partial_answer_that_has_all_that_was_asked_is_not_asked_again(service, play):
    whole = {number: reading(number) for number in CVRS[:2]}
    service.fault = failing(PassingError("2 of 6 shards", partial=Answer(whole)))

    async def story(registry):
        lookup = await registry.find_many(CVRS[:2], [])
        assert all(isinstance(outcome, Found) for outcome in lookup.companies.values())

    play(story)
    assert service.calls == 1


def test_a_bad_number_asked_for_alone_does_not_make_the_batches_small(service, play):
    service.fault = failing(RejectedError("HTTP 400"))

    async def story(registry):
        await one(registry)
        await registry.find_many(CVRS[1:201], [])

    play(story)
    assert [len(numbers) for numbers in service.questions] == [1, 200]


def test_a_partial_answer_is_never_not_found(service, play):
    service.unknown = {OTHER}
    service.fault = always(PassingError("2 of 6 shards", partial=Answer({CVR: reading(CVR)})))

    async def story(registry):
        lookup = await registry.find_many([CVR, OTHER], [])
        assert isinstance(lookup.companies[CVR], Found)
        assert lookup.companies[OTHER] == Unavailable("2 of 6 shards")

    play(story)


def test_a_service_that_mixes_kinds_up_is_not_believed(service, play):
    service.told[CVR] = reading(UNITS[0])

    async def story(registry):
        assert isinstance(await one(registry), Unavailable)

    play(story)


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
