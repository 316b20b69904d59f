"""When CVR is left alone: a circuit breaker as a value, with the time given in (notes/cvr.md §7).

Times are seconds of a monotonic clock. A cancelled call is told to nobody, and so counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Admission = Literal["call", "probe", "wait", "refuse"]
"""Ask; ask, as the one probe; wait for the probe that is out; do not ask."""


@dataclass(frozen=True, slots=True)
class Closed:
    """CVR is asked. `calls` are the last ones, oldest first: when each ended and whether it failed."""

    calls: tuple[tuple[float, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """CVR is left alone until `until`. `period` is for how long this time, in seconds."""

    until: float
    period: float
    reason: str


@dataclass(frozen=True, slots=True)
class Probing:
    """One call is out to see whether CVR is back; `period` and `reason` are those of the time before."""

    period: float
    reason: str


Breaker = Closed | Open | Probing


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """What moves a breaker. Once it has opened only the probe's word counts, not that of calls still out."""

    calls: int
    share: float
    window: float
    first: float
    longest: float

    def admission(self, breaker: Breaker, now: float) -> Admission:
        """Whether a call may go out now."""
        match breaker:
            case Closed():
                return "call"
            case Open(until=until):
                return "refuse" if now < until else "probe"
            case Probing():
                return "wait"

    def probing(self, breaker: Open) -> Probing:
        """The probe has gone out."""
        return Probing(breaker.period, breaker.reason)

    def succeeded(self, breaker: Breaker, now: float, *, is_probe: bool) -> Breaker:
        """A call has brought something."""
        match breaker:
            case Closed():
                return self._after(breaker, now, failed=False)
            case Probing() if is_probe:
                return Closed()
            case _:
                return breaker

    def failed(self, breaker: Breaker, now: float, reason: str, *, is_probe: bool) -> Breaker:
        """A call has brought nothing; `reason` is why."""
        if not isinstance(breaker, Closed):
            return self.broke(breaker, now, reason, is_probe=is_probe)
        after = self._after(breaker, now, failed=True)
        failures = sum(failed for _, failed in after.calls)
        if len(after.calls) < self.calls or failures < self.share * len(after.calls):
            return after
        return Open(now + self.first, self.first, reason)

    def broke(self, breaker: Breaker, now: float, reason: str, *, is_probe: bool) -> Breaker:
        """A call has shown that no other will fare better: somebody must change something first."""
        match breaker:
            case Closed():
                return Open(now + self.first, self.first, reason)
            case Probing(period=period) if is_probe:
                longer = min(self.longest, 2 * period)
                return Open(now + longer, longer, reason)
            case _:
                return breaker

    def asked_to_wait(self, breaker: Breaker, now: float, seconds: float, reason: str) -> Breaker:
        """CVR wishes to be left alone for longer than anybody would wait; an open breaker only grows by it."""
        until = now + min(self.longest, seconds)
        match breaker:
            case Closed():
                return Open(until, self.first, reason)
            case Open(until=sooner, period=period) if sooner < until:
                return Open(until, period, reason)
            case _:
                return breaker

    def given_up(self, breaker: Breaker, now: float) -> Breaker:
        """The probe was cancelled before it could tell anything: another may go at once."""
        return Open(now, breaker.period, breaker.reason) if isinstance(breaker, Probing) else breaker

    def _after(self, breaker: Closed, now: float, *, failed: bool) -> Closed:
        recent = [call for call in breaker.calls if call[0] > now - self.window]
        return Closed((*recent, (now, failed))[-self.calls :])
