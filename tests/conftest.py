"""Fixtures that every part of the tests may use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.broker.java import NO_JAVA, find_java
from adapters.broker.maven import cached_jars, find_maven
from contracts.tariffs import TariffTable
from support.scenario import Scenario
from workers.testing import plugin


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Our own plugin, also where an older Sorbro is installed than the one under test."""
    if not pluginmanager.has_plugin("sorbro"):
        pluginmanager.register(plugin, "sorbro")


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


@pytest.fixture
def fee_table(tmp_path) -> Callable[..., TariffTable]:
    """Fee tables with these years alone, category 5: 2,300 kroner, and the half of it."""
    header = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"

    def table(*years: int) -> TariffTable:
        rows = "".join(f"stps-{year}-5,{year},5,2300.00,1150.00,29000,58000,,test\n" for year in years)
        path = tmp_path / "tariffs.csv"
        path.write_text(header + rows, encoding="utf-8")
        return TariffTable.load(path)

    return table
