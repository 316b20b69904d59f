"""A registry over a service of our own making, in virtual time."""

from random import Random

import pytest

from adapters.cvr.registry.lookup import ServiceRegistry
from adapters.cvr.registry.settings import RegistrySettings
from support.cvr_service import FakeService, LoopClock
from support.virtual_time import run_in_virtual_time


@pytest.fixture
def service():
    return FakeService()


@pytest.fixture
def play(service):
    """Run `story(registry)` in virtual time; settings as keywords. The rate is none unless a story asks for one."""
    chance = Random(7)  # noqa: S311

    def play(story, **settings):
        async def run():
            registry = ServiceRegistry(
                service,
                RegistrySettings(**{"calls_per_second": 1e6, "burst": 1000, **settings}),
                LoopClock(),
                chance,
            )
            try:
                return await story(registry)
            finally:
                await registry.close()

        return run_in_virtual_time(run())

    return play
