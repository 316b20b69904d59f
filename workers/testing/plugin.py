"""The pytest plugin, there as soon as Sorbro is installed: fixtures for tests that read like the rules.

    def test_a_clinic_that_closes_owes_the_year_it_closed_in(given, at, then):
        clinic = given.clinic("Nordjysk Fodterapi", closes="2024-02-29")
        given.self_registration(clinic, category="3b", turnover_band="half")
        at("2024-03-01")
        then.deregistered(clinic, last_day="2024-02-29")
        then.invoiced(clinic, 2024, amount="2341.00")
        then.nothing_else()

`given` tells, at the instant at which the clock stands (9 o'clock on 2 January 2023 until it is set); `at` sets the
clock, and what falls due on the way happens; `then` speaks of what was sent since. A failure shows the unit's story.

Nothing of the worker is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workers.testing.brokers import SorbroBroker
    from workers.testing.given import Given
    from workers.testing.golden import GoldenFolder
    from workers.testing.recordings import Recording
    from workers.testing.then import Then
    from workers.testing.world import VirtualWorld


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to write the golden files anew."""
    group = parser.getgroup("sorbro")
    group.addoption("--sorbro-update-golden", action="store_true", help="Write golden files instead of comparing.")


@pytest.fixture
def sorbro_world() -> VirtualWorld:
    """The worker that `given`, `at` and `then` share; for what they have no word for."""
    from workers.testing.world import VirtualWorld

    return VirtualWorld()


@pytest.fixture
def given(sorbro_world: VirtualWorld) -> Given:
    """Tells the worker what SOR, the places and STPS say."""
    from workers.testing.given import Given

    return Given(sorbro_world)


@pytest.fixture
def at(sorbro_world: VirtualWorld) -> Callable[[str | datetime], None]:
    """Sets the clock: "2024-03-01", "2024-03-01 10:00" (Danish time), or a datetime."""
    return sorbro_world.at


@pytest.fixture
def then(sorbro_world: VirtualWorld, sorbro_golden: GoldenFolder) -> Then:
    """Says what must have been sent since the clock was last set."""
    from workers.testing.then import Then

    return Then(sorbro_world, sorbro_golden)


@pytest.fixture
def sorbro_golden(request: pytest.FixtureRequest) -> GoldenFolder:
    """The folder ``golden`` beside the test file."""
    from workers.testing.golden import UPDATE, GoldenFolder

    return GoldenFolder(request.path.parent / "golden", is_updating=request.config.getoption(UPDATE))


@pytest.fixture
def recording(request: pytest.FixtureRequest, sorbro_golden: GoldenFolder) -> Callable[..., Recording]:
    """`recording("night.jsonl", cvr=…, tariffs=…)`: a file beside the test, replayed; then ask its `then`."""

    def replayed(file: str | Path, *, cvr: str | Path | None = None, tariffs: str | Path | None = None) -> Recording:
        from workers.testing.recordings import Recording

        beside = request.path.parent
        others = {name: beside / path if path else None for name, path in (("cvr", cvr), ("tariffs", tariffs))}
        return Recording(beside / file, sorbro_golden, **others)

    return replayed


@pytest.fixture(scope="session")
def sorbro_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SorbroBroker]:
    """A broker of the tests' own on this machine, with Sorbro's topics; skips where there can be none, and says why."""
    import asyncio

    from adapters.broker.embedded import choose_broker
    from adapters.broker.errors import BrokerError
    from adapters.kafka.connection import Connection
    from workers.testing.brokers import SorbroBroker

    try:
        broker = choose_broker(tmp_path_factory.mktemp("sorbro-broker"))
    except BrokerError as error:
        pytest.skip(str(error))
    with broker:
        found = SorbroBroker(Connection(broker.bootstrap_servers, transactions=broker.transactions))
        asyncio.run(found.have_topics())
        yield found
