"""Keeps what stays in memory from Python's garbage collector, in a process that holds a register."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

_LONG_SECONDS: Final = 0.05
"""A heartbeat does not suffer by this; a register of the country's size takes some seconds."""
_OLDEST: Final = 2
"""The generation in which everything is that has been there for a while."""
_YOUNG: Final = 200_000
"""New objects after which the collector looks for circles among them. A turn of the loop makes nearly as many, and most
of them are gone when it ends: there is no use in looking before."""


def spare_what_stays() -> None:
    """From now on, what a long look of the collector has left alive is not looked through again.

    A register is millions of objects without circles: they go when nobody refers to them any more. The collector would
    look through all of them again and again, and nothing else happens meanwhile. The price is that a circle that was
    alive at such a moment is never freed: a client or two, when a partition is opened again.
    """
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    gc.callbacks.append(FreezesAfterLongLooks())


class FreezesAfterLongLooks:
    """Told by the collector when it begins and when it ends; `now` is a clock for durations, in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """See `gc.callbacks`."""
        if phase == "start":
            self._began = self._now()
        elif info["generation"] == _OLDEST and self._now() - self._began > _LONG_SECONDS:
            gc.freeze()
