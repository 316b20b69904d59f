"""Retries: which failures, how long between, and an end in time."""

import asyncio
from itertools import pairwise

import pytest

from adapters.cvr.port import Found, Unavailable
from adapters.cvr.service import LastingError, PassingError
from support.cvr_service import cvr_numbers

CVR = cvr_numbers(1)[0]


def gaps(service):
    times = [at for at, _ in service.asked]
    return [later - sooner - service.seconds for sooner, later in pairwise(times)]


def always(failure):
    def fault(_numbers):
        raise failure

    return fault


async def one(registry):
    return (await registry.find_many([CVR], [])).companies[CVR]


def test_a_passing_failure_is_tried_again_with_full_jitter(service, play):
    service.fault = always(PassingError("down"))
    waits = []
    for _ in range(40):
        service.asked.clear()
        assert play(one, attempts=4) == Unavailable("down")
        waits.append(gaps(service))
    for longest, drawn in zip((0.2, 0.4, 0.8), zip(*waits, strict=True), strict=True):
        assert 0 <= min(drawn) < 0.2 * longest
        assert 0.8 * longest < max(drawn) <= longest


def test_retries_keep_the_pace_too(service, play):
    service.fault = always(PassingError("down"))
    assert play(one, calls_per_second=0.5, burst=1) == Unavailable("down")
    times = [at for at, _ in service.asked]
    assert [later - sooner for sooner, later in pairwise(times)] == pytest.approx([2.0, 2.0])


def test_a_lasting_failure_is_not_tried_again(service, play):
    service.fault = always(LastingError("HTTP 401: check user and password"))
    assert play(one) == Unavailable("HTTP 401: check user and password")
    assert service.calls == 1


def test_cvr_s_wish_is_a_lower_bound_and_holds_for_everybody(service, play):
    numbers = cvr_numbers(400)

    def fault(_numbers):
        if service.calls == 1:
            raise PassingError("HTTP 429", wait=4.0)

    service.fault = fault

    async def story(registry):
        outcomes = (await registry.find_many(numbers, [])).companies.values()
        assert all(isinstance(outcome, Found) for outcome in outcomes)

    play(story, calls_at_once=1)
    first, *others = (at for at, _ in service.asked)
    assert len(others) == 2
    assert min(others) >= first + service.seconds + 4.0


def test_a_wish_that_outlasts_the_budget_is_heeded_by_not_asking(service, play):
    service.fault = always(PassingError("HTTP 503", wait=120.0))

    async def story(registry):
        started = asyncio.get_running_loop().time()
        assert await one(registry) == Unavailable("HTTP 503")
        assert asyncio.get_running_loop().time() - started < 1
        await asyncio.sleep(119)
        assert await one(registry) == Unavailable("HTTP 503")
        assert service.calls == 1
        service.fault = lambda _: None
        await asyncio.sleep(2)
        assert isinstance(await one(registry), Found)

    play(story)


def test_a_slow_attempt_is_given_up_and_the_budget_ends_all(service, play):
    service.seconds = 3600

    async def story(registry):
        started = asyncio.get_running_loop().time()
        outcome = await one(registry)
        return outcome, asyncio.get_running_loop().time() - started

    outcome, seconds = play(story, attempt_seconds=2.0)
    assert outcome == Unavailable("CVR did not answer within 2 s")
    assert service.calls == 3
    outcome, seconds = play(story, attempt_seconds=9.0, budget_seconds=10.0)
    assert outcome == Unavailable("CVR did not answer within 10 s")
    assert seconds == pytest.approx(10)


def test_a_batch_that_ran_out_of_time_keeps_nobody_from_the_next(service, play):
    service.seconds = 3600

    async def story(registry):
        await one(registry)
        await asyncio.sleep(1)
        service.seconds = 0.05
        assert isinstance(await one(registry), Found)
        assert registry.standing().waiting == 0

    play(story, calls_at_once=1)


def test_once_the_breaker_is_open_nobody_tries_again(service, play):
    service.fault = always(PassingError("down"))
    play(one, breaker_calls=2, attempts=10)
    assert service.calls == 2
