"""The breaker between callers and CVR: immediate answers while it is open, one small probe, and no word of the late."""

import asyncio

import pytest

from adapters.cvr.port import Found, Unavailable
from adapters.cvr.registry.breaker import Closed, Open, Probing
from adapters.cvr.registry.guard import NotAskedError
from adapters.cvr.service import Answer, LastingError, PassingError, RejectedError
from adapters.telemetry.catalogue import REGISTRY
from support.cvr_service import cvr_numbers, reading

CVRS = cvr_numbers(400)


def now():
    return asyncio.get_running_loop().time()


async def ask(registry, numbers=CVRS):
    return set((await registry.find_many(numbers, [])).companies.values())


def down(reason="down", kind=PassingError):
    def fault(_numbers):
        raise kind(reason)

    return fault


async def cancelled_call(registry):
    """Ask, and be called off before the answer."""
    asking = asyncio.create_task(registry._ask(CVRS[:1]))
    await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()


def shown(state):
    return REGISTRY.get_sample_value("sorbro_cvr_breaker", {"state": state})


def test_wrong_credentials_are_reported_by_one_call_and_the_others_are_not_made(service, play):
    service.fault = down("HTTP 401: check user and password", LastingError)

    async def story(registry):
        assert await ask(registry) == {Unavailable("HTTP 401: check user and password")}
        assert now() < 0.1
        assert (shown("open"), shown("closed")) == (1, 0)

    play(story, calls_at_once=1)
    assert service.calls == 1


def test_while_it_is_open_the_answer_is_immediate_and_then_one_number_probes(service, play):
    service.fault = down("gone", LastingError)

    async def story(registry):
        await ask(registry)
        asked, before = service.calls, now()
        for _ in range(1000):
            assert await ask(registry, CVRS[:3]) == {Unavailable("gone")}
        assert (service.calls, now()) == (asked, before)
        await asyncio.sleep(30)
        service.fault = lambda _: None
        callers = [asyncio.create_task(ask(registry)) for _ in range(50)]
        await asyncio.sleep(0.03)
        assert isinstance(registry.standing().breaker, Probing)
        assert len(service.questions[-1]) == 1
        for outcomes in await asyncio.gather(*callers):
            assert {type(outcome) for outcome in outcomes} == {Found}
        assert isinstance(registry.standing().breaker, Closed)
        assert service.calls == asked + 3

    play(story)


def test_a_probe_that_fails_sends_everybody_home_at_once_for_twice_as_long(service, play):
    service.fault = down("gone", LastingError)

    async def story(registry):
        pauses = []
        for _ in range(6):
            await ask(registry)
            breaker = registry.standing().breaker
            assert isinstance(breaker, Open)
            pauses.append(breaker.until - now())
            await asyncio.sleep(breaker.until - now())
        return pauses

    assert play(story, calls_at_once=1) == pytest.approx([30, 60, 120, 240, 300, 300])
    assert [len(numbers) for numbers in service.questions] == [200, 1, 1, 1, 1, 1]


def test_those_who_wait_are_turned_away_when_it_opens(service, play):
    service.seconds = 4.0
    service.fault = down("gone", LastingError)

    async def story(registry):
        await asyncio.gather(*(ask(registry, [cvr]) for cvr in CVRS))
        assert now() == pytest.approx(4, abs=0.1)

    play(story, calls_at_once=1, batch_size=10)
    assert service.calls == 1


def test_who_waits_for_the_pace_is_turned_away_when_it_opens(service, play):
    service.seconds = 1.0
    service.fault = down("gone", LastingError)

    async def story(registry):
        await ask(registry)
        assert now() == pytest.approx(1, abs=0.1)

    play(story, batch_size=100, calls_per_second=0.2, burst=1)
    assert service.calls == 1


def test_a_turn_taken_before_it_opened_is_worth_nothing_after(service, play):
    async def story(registry):
        async with await registry._line.turn() as early:
            service.fault = down("gone", LastingError)
            await ask(registry, CVRS[:1])
            with pytest.raises(NotAskedError, match="gone"):
                await early.ask(CVRS[1:2])

    play(story)
    assert service.calls == 1


def test_cancelled_calls_do_not_count_and_a_cancelled_probe_makes_room(service, play):
    async def story(registry):
        for _ in range(50):
            await cancelled_call(registry)
        assert registry.standing().breaker == Closed()
        service.fault = down("gone", LastingError)
        await ask(registry, CVRS[:1])
        await asyncio.sleep(30)
        await cancelled_call(registry)
        assert service.calls == 52
        service.fault = lambda _: None
        assert {type(outcome) for outcome in await ask(registry)} == {Found}

    play(story)


def test_failures_short_of_the_share_do_not_open_it(service, play):
    def fault(_numbers):
        if service.calls % 5 == 0:
            raise PassingError("now and then")

    service.fault = fault

    async def story(registry):
        for cvr in CVRS:
            assert {type(outcome) for outcome in await ask(registry, [cvr])} == {Found}
        assert isinstance(registry.standing().breaker, Closed)

    play(story)


def test_a_cvr_that_answers_in_part_is_not_left_alone(service, play):
    def fault(numbers):
        raise PassingError("2 of 6 shards", partial=Answer({numbers[0]: reading(numbers[0])}))

    service.fault = fault

    async def story(registry):
        for start in range(0, 100, 5):
            await ask(registry, CVRS[start : start + 5])
        assert isinstance(registry.standing().breaker, Closed)

    play(story)
    assert service.calls == 60


def test_bad_numbers_that_come_alone_do_not_take_the_line_down_when_the_canary_is_well(service, play):
    canary = CVRS[-1]

    def fault(numbers):
        if set(numbers) - {canary}:
            raise RejectedError("HTTP 400")

    service.fault = fault

    async def story(registry):
        for cvr in CVRS[:50]:
            await ask(registry, [cvr])
        assert isinstance(registry.standing().breaker, Closed)

    play(story, canary=canary)
