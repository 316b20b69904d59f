"""Any walk of the clock, with closures announced and undone on the way and restarts in between (R25, R48)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.danish_time import danish_date
from support.scenario import Scenario
from support.trees import wide_owner
from support.watched import deregistered, watched
from support.work import broker_with, publish

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
OWNER = wide_owner(5)
FICKLE = OWNER.places[3:]
"""Places that may change their minds; the others close when they say so, be it on another day."""

WALKS = st.lists(
    st.one_of(
        st.tuples(st.just("time passes"), st.sampled_from([HOUR, DAY])),
        st.tuples(st.just("clock is off by"), st.sampled_from([timedelta(0), -HOUR, HOUR, -WEEK, WEEK])),
        st.tuples(st.just("closes"), st.tuples(st.sampled_from(OWNER.places), st.integers(-1, 2))),
        st.tuples(st.just("undoes"), st.sampled_from(FICKLE)),
        st.tuples(st.just("restarts"), st.none()),
    ),
    min_size=5,
    max_size=15,
)


@given(WALKS)
@settings(max_examples=15, deadline=None)
def test_whatever_the_clock_does_a_closure_fires_once_and_never_early(walk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workers.decide.STEP", 2)
        patch.setattr("workers.stream.world.FULL", 3)
        asyncio.run(take(walk))


async def take(walk: list[tuple[str, Any]]) -> None:
    """Senders know the time; the worker has a clock of its own. In the end that is right, and all days have come."""
    world = Scenario()
    world.at("2023-03-20 12:00").registered(OWNER, *OWNER.places)
    world.at("2023-03-20 22:00")
    broker, off = broker_with(world), timedelta(0)
    for leg in legs(walk):
        async with watched(broker, world.now + off) as loop:
            for name, what in leg:
                if name == "clock is off by":
                    off = what
                else:
                    happens(world, name, what)
                publish(broker, world)
                await loop.at(world.now + off)
    async with watched(broker, "2024-01-01") as loop:
        await loop.at("2024-01-01")
    closing = {what[0].sor_id for name, what in walk if name == "closes" and what[0] not in FICKLE}
    closed = {each["sorId"] for each in deregistered(broker)}
    assert closed - {place.sor_id for place in FICKLE} == closing


def happens(world: Scenario, name: str, what: Any) -> None:
    if name == "time passes":
        world.at(world.now + what)
    elif name == "closes":
        place, days = what
        world.sor(place, to_date=(danish_date(world.now) + timedelta(days)).isoformat(), channel="sor-office")
    else:
        world.sor(what, to_date=None)


def legs(walk: list[tuple[str, Any]]) -> Iterator[list[tuple[str, Any]]]:
    """The walk between one restart and the next."""
    leg: list[tuple[str, Any]] = []
    for move in walk:
        if move[0] == "restarts":
            yield leg
            leg = []
        else:
            leg.append(move)
    yield leg
