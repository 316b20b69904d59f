"""The rate limit, on a clock that moves only when everybody waits."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.registry.pace import Pace
from support.virtual_time import run_in_virtual_time


async def turns(pace, count, start=0.0):
    loop = asyncio.get_running_loop()
    await asyncio.sleep(start)
    taken = []

    async def one():
        await pace.wait()
        taken.append(loop.time())

    await asyncio.gather(*(one() for _ in range(count)))
    return taken


@pytest.mark.parametrize("start", [0.0, 0.1, 12_345.678, 1e7 + 0.3])
@pytest.mark.parametrize("rate", [0.3, 1, 3, 7.3, 50])
def test_turns_come_evenly_at_the_rate_whatever_the_clock_shows(rate, start):
    taken = run_in_virtual_time(turns(Pace(rate, 1), 100, start))
    assert taken[0] == pytest.approx(start)
    assert taken[-1] - taken[0] == pytest.approx(99 / rate, rel=1e-6)


@given(st.floats(0.2, 100), st.integers(1, 20), st.integers(1, 60))
def test_no_second_ever_holds_more_than_the_rate_and_one_burst(rate, burst, count):
    taken = run_in_virtual_time(turns(Pace(rate, burst), count))
    assert len(taken) == count
    for first in taken:
        assert sum(first <= at < first + 1 for at in taken) <= rate + burst + 1


def test_a_burst_may_follow_a_rest():
    assert run_in_virtual_time(turns(Pace(2, 3), 5)) == pytest.approx([0, 0, 0, 0.5, 1.0])


def test_a_rest_holds_for_those_who_wait_already():
    async def story():
        pace = Pace(10, 1)
        waiting = asyncio.create_task(turns(pace, 3))
        await asyncio.sleep(0.05)
        pace.rest(7.0)
        return await waiting

    taken = run_in_virtual_time(story())
    assert taken[0] == 0
    assert min(taken[1:]) == pytest.approx(7.0)


def test_a_cancelled_turn_is_unused_and_harms_nobody():
    async def story():
        pace = Pace(1, 1)
        await pace.wait()
        gone = asyncio.create_task(pace.wait())
        await asyncio.sleep(0)
        gone.cancel()
        await pace.wait()
        return asyncio.get_running_loop().time()

    assert run_in_virtual_time(story()) == 2.0
