"""The proxy between worker and brokers, on a broker of a few lines: what passes, what is lost, what comes late."""

from __future__ import annotations

import asyncio
import struct

import pytest

from adapters.broker.ports import LOOPBACK, free_ports
from faults.fleet import until
from faults.proxy import END_TXN, INIT_PRODUCER_ID, PRODUCE, Link, Network, Request

FENCED = 47


def request(api: int, correlation: int, transactional_id: str = "sorbro-0") -> bytes:
    name = transactional_id.encode()
    body = struct.pack(">hhih", api, 7, correlation, -1) + struct.pack(">h", len(name)) + name
    return struct.pack(">i", len(body)) + body


def answer(asked: Request) -> bytes:
    body = struct.pack(">i", asked.correlation) + struct.pack(">ih", 0, 0)
    if asked.api == PRODUCE:
        body = struct.pack(">iih1sii", asked.correlation, 1, 1, b"t", 1, 0) + struct.pack(">h", FENCED)
    return struct.pack(">i", len(body)) + body


class Broker:
    """Answers every request, and remembers in which order they came."""

    def __init__(self) -> None:
        self.came: list[tuple[int, int]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(4):
            asked = Request(head + await reader.readexactly(struct.unpack(">i", head)[0]))
            self.came.append((asked.api, asked.correlation))
            writer.write(answer(asked))


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, api: int, correlation: int) -> int:
        """The correlation id of the next answer."""
        self._writer.write(request(api, correlation))
        return await self.hears()

    async def hears(self) -> int:
        size = struct.unpack(">i", await self._reader.readexactly(4))[0]
        return int(struct.unpack_from(">i", await self._reader.readexactly(size))[0])


@pytest.fixture
async def scene():
    broker, link = Broker(), Link(Network())
    port, target = free_ports(2)
    server = await asyncio.start_server(broker.serve, LOOPBACK, target)
    await link.open(port, target)
    clients = []

    async def client() -> Client:
        clients.append(await asyncio.open_connection(LOOPBACK, port))
        return Client(*clients[-1])

    yield broker, link, client
    for _, writer in clients:
        writer.close()
    await link.close()
    server.close()


async def soon(awaitable):
    """Well before anybody loses patience; the time only bounds a failure."""
    return await asyncio.wait_for(awaitable, 10)


async def test_what_is_not_disturbed_passes(scene):
    _, _, client = scene
    worker = await client()
    assert [await soon(worker.ask(api, number)) for number, api in enumerate((18, 3, PRODUCE, END_TXN))] == [0, 1, 2, 3]


async def test_a_swallowed_answer_was_acted_upon_and_never_arrives(scene):
    broker, link, client = scene
    worker = await client()
    link.swallow[END_TXN] = "reset"
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await soon(worker.ask(END_TXN, 1))
    assert broker.came == [(END_TXN, 1)]
    assert link.swallowed[END_TXN] == 1
    assert await soon((await client()).ask(END_TXN, 2)) == 2, "only the one"


async def test_a_produce_held_back_comes_when_a_successor_has_the_id(scene):
    broker, link, client = scene
    worker, successor = await client(), await client()
    link.hold_produce = True
    asking = asyncio.create_task(worker.ask(PRODUCE, 1))
    assert await until(lambda: link.held, 10)
    assert await soon(successor.ask(INIT_PRODUCER_ID, 7)) == 7
    assert await until(lambda: link.network.late_produce, 10)
    assert broker.came == [(INIT_PRODUCER_ID, 7), (PRODUCE, 1)]
    assert link.network.late_produce == {FENCED: 1}
    asking.cancel()


@pytest.mark.parametrize("direction", ["to broker", "to client"])
async def test_a_cut_in_one_direction_holds_what_goes_there_until_it_is_healed(scene, direction):
    broker, link, client = scene
    worker = await client()
    link.cut(direction)
    asking = asyncio.create_task(worker.ask(END_TXN, 1))
    if direction == "to client":
        assert await until(lambda: broker.came, 10)
    else:
        await asyncio.sleep(0)
        assert not broker.came
    assert not asking.done()
    link.heal()
    assert await soon(asking) == 1
    assert broker.came == [(END_TXN, 1)]
