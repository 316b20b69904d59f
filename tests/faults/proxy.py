"""A way to the brokers that can go wrong: a TCP proxy that knows Kafka's frames.

A worker comes to each broker through a `Link` of its own and is told to come back the same way, so all its traffic can
be cut, delayed, reset, or robbed of single answers, while the brokers talk to each other undisturbed. Whatever is not
disturbed passes byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from adapters.broker.ports import LOOPBACK

PRODUCE: Final = 0
INIT_PRODUCER_ID: Final = 22
ADD_PARTITIONS: Final = 24
TXN_OFFSETS: Final = 28
END_TXN: Final = 26
_NONE: Final = 0


@dataclass(frozen=True)
class Request:
    """One request frame of a client."""

    frame: bytes

    @property
    def api(self) -> int:
        return int(struct.unpack_from(">h", self.frame, 4)[0])

    @property
    def correlation(self) -> int:
        return int(struct.unpack_from(">i", self.frame, 8)[0])

    @property
    def transactional_id(self) -> str | None:
        """Of the requests that begin with it: Produce and the transaction requests."""
        if self.api not in {PRODUCE, INIT_PRODUCER_ID, ADD_PARTITIONS, TXN_OFFSETS, END_TXN}:
            return None
        _, after = _string(self.frame, 12)
        return _string(self.frame, after)[0]


def _string(frame: bytes, at: int) -> tuple[str | None, int]:
    (length,) = struct.unpack_from(">h", frame, at)
    if length < 0:
        return None, at + 2
    return frame[at + 2 : at + 2 + length].decode(), at + 2 + length


def produce_error(frame: bytes) -> int:
    """The first error code in the answer to a Produce (versions 3 to 8)."""
    _, at = _string(frame, 12)
    return int(struct.unpack_from(">h", frame, at + 8)[0])


@dataclass
class Held:
    """A Produce that waits until its transaction is over."""

    request: Request
    wire: Wire


@dataclass
class Network:
    """What concerns all links: Produce requests held back until somebody has fenced their transaction."""

    held: list[Held] = field(default_factory=list)
    late_produce: Counter[int] = field(default_factory=Counter)
    """How the brokers answered Produce requests that came after the end of their transaction, by error code."""

    async def fenced(self, transactional_id: str | None) -> None:
        """Deliver what was held of this id: its transaction is over now, and the brokers must refuse it."""
        due = [each for each in self.held if each.request.transactional_id == transactional_id]
        self.held = [each for each in self.held if each not in due]
        for each in due:
            await each.wire.deliver_late(each.request)


class Link:
    """One worker's way to all brokers: `ports` maps each broker's number to the port it listens on behind the proxy."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.delay = 0.0
        self.refusing = False
        self.swallow: dict[int, str] = {}
        """By api: what follows the answer that is not delivered, "silence" or "reset"."""
        self.hold_produce = False
        self.swallowed: Counter[int] = Counter()
        self.held = 0
        self._flows = {"to broker": asyncio.Event(), "to client": asyncio.Event()}
        self._servers: list[asyncio.Server] = []
        self._wires: set[Wire] = set()
        self._targets: dict[int, int] = {}
        self.heal()

    async def open(self, port: int, target: int) -> None:
        """Listen on `port`, for whoever wants to talk to the broker on `target`."""

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self.refusing:
                writer.transport.abort()
                return
            wire = Wire(self, reader, writer)
            self._wires.add(wire)
            try:
                await wire.run(target)
            finally:
                self._wires.discard(wire)

        self._servers.append(await asyncio.start_server(accept, LOOPBACK, port, limit=1 << 23))

    async def close(self) -> None:
        """Stop listening and hang up."""
        self.heal()
        for server in self._servers:
            server.close()
        self.reset()

    def cut(self, *directions: str) -> None:
        """Let nothing pass in these directions, and say nothing of it; without any: in neither."""
        for direction in directions or self._flows:
            self._flows[direction].clear()

    def heal(self) -> None:
        """Let everything pass again, what has waited first."""
        self.delay, self.refusing, self.hold_produce = 0.0, False, False
        self.swallow.clear()
        for flow in self._flows.values():
            flow.set()

    def reset(self) -> None:
        """Break every connection, as a router does that has lost its memory."""
        for wire in list(self._wires):
            wire.abort()

    async def passage(self, direction: str) -> None:
        """Wait as long as the link wants a frame to wait."""
        if self.delay:
            await asyncio.sleep(self.delay)
        await self._flows[direction].wait()


class Wire:
    """One connection of a client, and the one behind it to the broker."""

    def __init__(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._link = link
        self._reader, self._writer = reader, writer
        self._upstream: asyncio.StreamWriter | None = None
        self._asked: dict[int, Request] = {}
        self._late: set[int] = set()
        self._is_deaf = False

    async def run(self, target: int) -> None:
        """Pass frames both ways until either side hangs up."""
        try:
            answers, self._upstream = await asyncio.open_connection(LOOPBACK, target, limit=1 << 23)
        except OSError:
            self.abort()
            return
        pumps = [asyncio.create_task(self._to_broker()), asyncio.create_task(self._to_client(answers))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            # A client that gives up does not take back what it has sent: a Produce may still be on its way.
            while self._is_holding and not pumps[1].done():
                await asyncio.wait(pumps[1:], timeout=0.1)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self.abort()
            self._upstream.close()

    @property
    def _is_holding(self) -> bool:
        return bool(self._late) or any(each.wire is self for each in self._link.network.held)

    def abort(self) -> None:
        """Hang up on the client at once, with a reset."""
        with contextlib.suppress(OSError, AttributeError):
            linger = struct.pack("ii", 1, 0)
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    async def deliver_late(self, request: Request) -> None:
        """Send the broker a request that the client has long given up."""
        if self._upstream is None or self._upstream.is_closing():
            return
        self._late.add(request.correlation)
        self._upstream.write(request.frame)

    async def _to_broker(self) -> None:
        while (frame := await _frame(self._reader)) is not None and self._upstream is not None:
            request = Request(frame)
            await self._link.passage("to broker")
            if request.api == PRODUCE and self._link.hold_produce and request.transactional_id is not None:
                self._link.hold_produce = False
                self._link.held += 1
                self._link.network.held.append(Held(request, self))
                continue
            self._asked[request.correlation] = request
            self._upstream.write(frame)
            with contextlib.suppress(ConnectionError):
                await self._upstream.drain()

    async def _to_client(self, answers: asyncio.StreamReader) -> None:
        while (frame := await _frame(answers)) is not None:
            correlation = struct.unpack_from(">i", frame, 4)[0]
            if correlation in self._late:
                self._late.discard(correlation)
                self._link.network.late_produce[produce_error(frame)] += 1
                continue
            request = self._asked.pop(correlation, None)
            await self._link.passage("to client")
            if request is not None and request.api == INIT_PRODUCER_ID and _succeeded(frame):
                await self._link.network.fenced(request.transactional_id)
            if request is not None and (then := self._link.swallow.pop(request.api, None)) is not None:
                self._link.swallowed[request.api] += 1
                self._is_deaf = True
                if then == "reset":
                    self.abort()
            if not self._is_deaf:  # a connection that has lost an answer has lost the later ones as well
                self._writer.write(frame)
                with contextlib.suppress(ConnectionError):
                    await self._writer.drain()


def _succeeded(init_producer_id_answer: bytes) -> bool:
    """Whether the answer (version 0: throttle time, error code) is that the id is ours now."""
    return int(struct.unpack_from(">h", init_producer_id_answer, 12)[0]) == _NONE


async def _frame(reader: asyncio.StreamReader) -> bytes | None:
    """The next frame with its length, or None when the other side has hung up."""
    try:
        head = await reader.readexactly(4)
        return head + await reader.readexactly(struct.unpack(">i", head)[0])
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
