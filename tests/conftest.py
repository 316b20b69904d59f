"""Fixtures that every part of the tests may use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.broker.java import NO_JAVA, find_java
from adapters.broker.maven import cached_jars, find_maven
from support.scenario import Scenario


@pytest.fixture
def world() -> Scenario:
    """A worker that has heard of nobody, on 2 January 2023 at nine, without CVR."""
    return Scenario()


@pytest.fixture
def new_world() -> Callable[..., Scenario]:
    """Worlds of your own: `new_world(cvr=[…])`, `new_world(tariffs=…)`."""
    return Scenario


@pytest.fixture(scope="session")
def kafka_possible() -> None:
    """Skips what needs a real broker where there can be none."""
    if find_java() is None:
        pytest.skip(f"not tested against a real Kafka broker: {NO_JAVA}")
    if cached_jars() is None and find_maven() is None:
        pytest.skip("not tested against a real Kafka broker: its jars are not cached and there is no mvn")
