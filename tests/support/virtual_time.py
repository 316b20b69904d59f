"""An event loop whose time is its own: a sleep costs nothing, and every run of the same program is the same run."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _NobodyCalls(selectors.SelectSelector):
    """Instead of waiting it lets time pass. Nothing comes from outside in here."""

    now = 0.0

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("nothing will ever happen again: every task waits for another")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Single-threaded and deterministic; `time()` starts at nought."""

    def __init__(self) -> None:
        self._nobody = _NobodyCalls()
        super().__init__(self._nobody)

    def time(self) -> float:
        return self._nobody.now


def run_in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, in no time at all."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
