"""Closing a client of aiokafka, in whatever state it and its brokers are: the one way for all of them."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CLOSE_SECONDS: Final = 5.0


@asynccontextmanager
async def started(client: Any) -> AsyncIterator[Any]:
    """The client, started, for as long as the block lasts; closed as well when starting it fails half-way."""
    try:
        await client.start()
        yield client
    finally:
        await let_go(client)


async def let_go(*clients: Any) -> None:
    """Close the clients side by side, within five seconds. Never raises; cancelled, it leaves them to close alone."""
    await asyncio.shield(asyncio.gather(*(_close(each) for each in clients)))


def is_told_to_end() -> bool:
    """Whether a `CancelledError` here is meant for the running task.

    After failed fetches aiokafka hands on the cancellation of a task of its own. Taken for ours, that would end a loop
    without a word, and nobody would begin it again.
    """
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


async def _close(client: Any) -> None:
    with contextlib.suppress(Exception, asyncio.CancelledError):  # there is nothing left to save
        await asyncio.wait_for(client.stop(), _CLOSE_SECONDS)
