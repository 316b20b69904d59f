"""How much is asked of CVR, how long anybody waits for it, and how long an answer holds (notes/cvr.md §7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.identifiers import CvrNumber, PNumber


class RegistrySettings(BaseModel):
    """Load, patience, breaker, memory and canary. The limits hold for one process, not for all replicas together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    batch_size: int = Field(default=200, ge=3)
    """Numbers in one question, the canary's among them; never more than the service takes."""
    gather_seconds: float = Field(default=0.01, ge=0)
    """How long the first of a batch waits for company."""
    calls_at_once: int = Field(default=4, ge=1, le=8)
    """Batches on their way at the same time, each with one call at most."""
    calls_per_second: float = Field(default=5.0, gt=0)
    """Calls a second, retries, halves, probes and canary included. Nobody publishes a limit (notes §1.3)."""
    burst: int = Field(default=5, ge=1)
    """Calls that may follow each other at once after a rest."""
    waiting: int = Field(default=50_000, ge=1)
    """Numbers that may wait for a place in a batch; one more is unavailable at once."""

    attempts: int = Field(default=3, ge=1, le=10)
    """Times a question is put, the first included."""
    attempt_seconds: float = Field(default=5.0, gt=0)
    """The longest one attempt may take."""
    budget_seconds: float = Field(default=10.0, gt=0)
    """The longest a caller waits, everything included; and the longest a batch is on its way."""
    back_off_first: float = Field(default=0.2, gt=0)
    """Seconds: the wait before the second attempt is drawn from nought to this, and it doubles with each attempt."""
    back_off_longest: float = Field(default=5.0, gt=0)
    """Seconds: what doubling ends at."""

    breaker_calls: int = Field(default=20, ge=1)
    """The share of failures is taken of so many last calls, and of no fewer."""
    breaker_share: float = Field(default=0.5, gt=0, le=1)
    """From this share of failures on, the breaker opens."""
    breaker_window: float = Field(default=60.0, gt=0)
    """Seconds after which a call does not count any more."""
    open_first: float = Field(default=30.0, gt=0)
    """Seconds for which CVR is left alone at first; doubled whenever the probe fails."""
    open_longest: float = Field(default=300.0, gt=0)
    """Seconds: what doubling ends at, and the longest wish of CVR's that is heeded."""

    fresh_for: timedelta = Field(default=timedelta(hours=12), gt=timedelta(0))
    """How long a fact is given without asking, more or less `fresh_jitter`."""
    fresh_jitter: float = Field(default=0.1, ge=0, lt=1)
    """The share by which `fresh_for` differs from number to number, so that not all age in the same minute."""
    kept_for: timedelta = Field(default=timedelta(days=7), gt=timedelta(0))
    """How long a fact is given, marked as stale, when CVR cannot be asked."""
    absent_first: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0))
    """How long "not in CVR" holds at first: SOR may know of a company before CVR shows it. Doubles each time."""
    absent_longest: timedelta = Field(default=timedelta(hours=6), gt=timedelta(0))
    """What doubling ends at."""
    remembered: int = Field(default=200_000, ge=1)
    """Numbers kept in memory; the one not asked for longest goes first. About 1 KB each."""
    rejected_first: float = Field(default=300.0, gt=0)
    """Seconds for which a number that CVR rejects is not asked for. Doubles each time."""
    rejected_longest: float = Field(default=21_600.0, gt=0)
    """Seconds: what doubling ends at."""

    canary: CvrNumber | None = None
    """A company that CVR must know, for ever: a municipality, say. None: nothing watches for silent failures."""
    canary_name: str | None = None
    """A part of its name, in any case. None: any name will do."""
    canary_unit: PNumber | None = None
    """A production unit that CVR must know; watches the P numbers' own path and field names."""
    canary_every: float = Field(default=300.0, gt=0)
    """Seconds between two looks while all is well."""
    canary_soon: float = Field(default=30.0, gt=0)
    """Seconds between two looks while it is not."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        for number in (self.canary, self.canary_unit):
            if number is not None and not number.is_valid:
                raise ValueError("the canary's number fails its check digit (R2): no CVR knows it")
        if self.canary is None and (self.canary_unit or self.canary_name):
            raise ValueError("canary_unit and canary_name need a canary")
        if self.kept_for < self.fresh_for * (1 + self.fresh_jitter):
            raise ValueError("kept_for must not end before fresh_for")
        return self
