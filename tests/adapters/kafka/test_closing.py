"""Clients of brokers in trouble are closed all the same, and take nobody with them."""

from __future__ import annotations

import asyncio

import pytest

from adapters.kafka.closing import let_go, started
from support.virtual_time import run_in_virtual_time


class Client:
    """Closes after a second."""

    def __init__(self) -> None:
        self.is_closed = False

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        await asyncio.sleep(1)
        self.is_closed = True


class Unreachable(Client):
    async def start(self) -> None:
        raise ConnectionError("nobody there")


class Cancelling(Client):
    """Hands on the cancellation of a task of its own, as aiokafka does after failed fetches."""

    async def stop(self) -> None:
        own = asyncio.get_running_loop().create_task(asyncio.sleep(60))
        own.cancel()
        await own


class Failing(Client):
    async def stop(self) -> None:
        raise KeyError("a node that is gone")


class Hanging(Client):
    async def stop(self) -> None:
        await asyncio.sleep(3600)


async def test_a_client_that_cannot_start_is_closed_again():
    client = Unreachable()
    with pytest.raises(ConnectionError):
        async with started(client):
            raise AssertionError("it has not started")
    assert client.is_closed


@pytest.mark.parametrize("kind", [Cancelling, Failing, Hanging])
def test_one_client_in_trouble_holds_up_neither_the_others_nor_whoever_closes_them(kind):
    async def work() -> float:
        client = Client()
        await let_go(kind(), client)
        assert client.is_closed
        return asyncio.get_running_loop().time()

    assert run_in_virtual_time(work()) <= 5


def test_whoever_closes_clients_can_be_cancelled_and_they_close_alone():
    async def work() -> None:
        client = Client()
        closing = asyncio.get_running_loop().create_task(let_go(client))
        await asyncio.sleep(0.5)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert not client.is_closed
        await asyncio.sleep(1)
        assert client.is_closed

    run_in_virtual_time(work())
