"""Whether a partition moves, by Burrow's rules: what a window of looks says, without any limit on lag.

https://github.com/linkedin/Burrow (`core/internal/evaluator/caching.go`); its samples are commits, ours are looks, each
with a number that every commit changes. So "commits, but the same offset" and "commits no more" are told apart.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

WINDOW: Final = timedelta(minutes=5)
"""As long as a partition may stand still before `/livez` says so: brokers come back from a restart in less."""


class Movement(StrEnum):
    """What the window says of one partition of one topic."""

    OK = "OK"
    """All is read, or was at one time in the window, or lag goes down."""
    WARN = "WARN"
    """Work goes on, but in the whole window lag has not gone down once."""
    STOP = "STOP"
    """Records wait, and nothing has been committed on the partition in the whole window."""
    STALL = "STALL"
    """Records wait; the partition commits, but does not move in this topic. For a while that is as it should be: of
    several topics the oldest record is taken first.
    """
    REWIND = "REWIND"
    """The position has gone back: records are being processed again, or the topic was made anew."""
    NONE = "NONE"
    """Nothing has been committed yet, so there is no lag to speak of."""
    UNKNOWN = "UNKNOWN"
    """The window is not full yet, or the brokers have not answered for its length."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one instant. `position` None: nothing committed yet; `lag` in records."""

    at: datetime
    position: int | None
    lag: int
    end: int
    commits: int
    """Any number that changes with each commit of the partition, on whatever topic: the end of its changelog."""


def movement(looks: Sequence[Look], now: datetime, window: timedelta = WINDOW) -> Movement:
    """What the looks, oldest first, say at `now`. They are to reach back over the whole window."""
    if not looks or now - looks[-1].at > window:
        return Movement.UNKNOWN
    if looks[-1].position is None:
        return Movement.NONE
    if looks[-1].lag == 0:
        return Movement.OK
    if _has_gone_back(looks):
        return Movement.REWIND
    if any(look.lag == 0 for look in looks):
        return Movement.OK
    if looks[0].at > now - window:
        return Movement.UNKNOWN
    first, last = looks[0], looks[-1]
    if first.commits == last.commits:
        return Movement.STOP
    if first.position == last.position:
        return Movement.STALL
    return Movement.OK if any(later.lag < earlier.lag for earlier, later in pairwise(looks)) else Movement.WARN


def _has_gone_back(looks: Sequence[Look]) -> bool:
    positions = [look.position for look in looks if look.position is not None]
    return any(later < earlier for earlier, later in pairwise(positions))


def waiting_since(looks: Sequence[Look], oldest_at: datetime | None) -> datetime | None:
    """Since when the oldest record not yet processed has been waiting; None when none is.

    By our own looks where they saw it come; else by its timestamp, which for a feed is the day of the snapshot and
    not the instant of writing.
    """
    if not looks or looks[-1].lag == 0 or looks[-1].position is None:
        return None
    position = looks[-1].position
    first = next(look for look in looks if look.end > position)
    if first is not looks[0] or oldest_at is None:
        return first.at
    return min(oldest_at, first.at)


class History:
    """The looks at one partition of one topic, as far back as the window reaches; some hundreds, at the usual pace."""

    def __init__(self, window: timedelta = WINDOW) -> None:
        self._window = window
        self._looks: deque[Look] = deque()

    @property
    def looks(self) -> Sequence[Look]:
        """Oldest first; the first one is from before the window, where there is one."""
        return self._looks

    def add(self, look: Look) -> None:
        """Take in a look later than all before."""
        self._looks.append(look)
        while len(self._looks) > 1 and self._looks[1].at <= look.at - self._window:
            self._looks.popleft()

    def movement(self, now: datetime) -> Movement:
        """See `movement`."""
        return movement(self._looks, now, self._window)
