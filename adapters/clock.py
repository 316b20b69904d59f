"""The clock as a port: nothing else in Sorbro asks what time it is (R48)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def latest(self) -> datetime:
        """The latest instant that a record's timestamp may claim and be believed."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def latest(self) -> datetime:
        """See `Clock.latest`: now, for a later timestamp comes from a wrong clock."""
        return self.now()


_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


class SettableClock:
    """A clock that stands where it was last set: for replays, demos and tests. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """See `Clock.now`."""
        return self._now

    def latest(self) -> datetime:
        """See `Clock.latest`: any, for who sets this clock also writes the records."""
        return _END_OF_TIME

    def set(self, instant: datetime) -> None:
        """Move forward to `instant`; an earlier one changes nothing."""
        self._now = max(self._now, instant)
