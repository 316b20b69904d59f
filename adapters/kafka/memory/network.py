"""The wire between a partition's client and the broker: the one place where a simulation makes things go wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Network(Protocol):
    """Carries calls to the broker, and answers back."""

    async def carry(self, step: str, call: Callable[[], T]) -> T:
        """Let `call` take effect and return its answer; `step` is its name.

        May fail before or after it took effect, take any time, or never come back.
        """
        ...

    def shows(self, topic: str, end: int) -> int:
        """How far into the topic fetches reach at present; `end` is as far as can be."""
        ...


class GoodNetwork:
    """Nothing ever goes wrong."""

    async def carry(self, step: str, call: Callable[[], T]) -> T:  # noqa: ARG002  # the port's parameter
        """See `Network.carry`."""
        await asyncio.sleep(0)
        return call()

    def shows(self, topic: str, end: int) -> int:  # noqa: ARG002  # the port's parameter
        """See `Network.shows`."""
        return end
