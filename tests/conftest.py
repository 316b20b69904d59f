"""Fixtures that every part of the tests may use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.scenario import Scenario


@pytest.fixture
def world() -> Scenario:
    """A worker that has heard of nobody, on 2 January 2023 at nine, without CVR."""
    return Scenario()


@pytest.fixture
def new_world() -> Callable[..., Scenario]:
    """Worlds of your own: `new_world(cvr=[…])`, `new_world(tariffs=…)`."""
    return Scenario
