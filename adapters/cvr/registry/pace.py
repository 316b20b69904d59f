"""So many calls a second and no more, one after the other.

aiolimiter 1.3 was tried and left out: where its arithmetic comes out a rounding error short, it wakes itself again and
again until the clock has moved on, and the clock of a simulated loop does not move by itself. Here every caller is
given its instant when it comes, so there is nobody to wake and no line to keep.
"""

from __future__ import annotations

import asyncio


class Pace:
    """A leaky bucket over the running loop's clock: `per_second` calls a second, `burst` at once after a rest."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._between = 1 / per_second
        self._slack = (burst - 1) * self._between
        self._next = float("-inf")
        self._rest = 0.0

    async def wait(self) -> None:
        """Return when it is the caller's turn. A caller that is cancelled meanwhile leaves its turn unused."""
        loop = asyncio.get_running_loop()
        if (seconds := self._reserve(loop.time())) > 0:
            await asyncio.sleep(seconds)
        # CVR may have asked for a rest while this one was waiting already.
        if (seconds := self._rest - loop.time()) > 0:
            await asyncio.sleep(seconds)

    def rest(self, until: float) -> None:
        """Let nobody have a turn before `until`, in seconds of the loop's clock."""
        self._rest = max(self._rest, until)
        self._next = max(self._next, until)

    def _reserve(self, now: float) -> float:
        turn = max(self._next, now - self._slack)
        self._next = turn + self._between
        return turn - now
