"""A page in this process, told a story from memory; and a browser where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from page.desk_work import Drawer
from page.fed import MemoryPicker, following
from page.stage import TODAY, TOKEN, Story
from support.scenario import instant
from workers.app.settings import Settings
from workers.page.desk import Desk
from workers.page.follower import Follower
from workers.page.server import build_app


@pytest.fixture(scope="session")
def story() -> Story:
    """A register in the middle of its life, on the morning of `TODAY`."""
    story = Story()
    story.tell()
    story.world.until(TODAY)
    return story


@pytest.fixture(scope="session")
def follower(story) -> Follower:
    """What the page knows of it."""
    return following(story.world, instant(TODAY))


@pytest.fixture
def drawer() -> Drawer:
    """Stands in for the topics when letters are sent once more."""
    return Drawer()


@pytest.fixture
async def open_page(story, follower, drawer) -> AsyncIterator[Callable[..., TestClient]]:
    """Opens the page to a browser, with a token unless told otherwise."""
    opened = []

    async def open_it(token: str | None = TOKEN, **options: Any) -> TestClient:
        settings = Settings(page_token=SecretStr(token) if token is not None else None, **options)
        app = build_app(follower, settings, MemoryPicker(story.world), Desk(drawer))
        client = TestClient(TestServer(app))
        await client.start_server()
        opened.append(client)
        return client

    yield open_it
    for client in opened:
        await client.close()


@pytest.fixture
async def client(open_page) -> TestClient:
    """The page as a browser meets it."""
    return await open_page()
