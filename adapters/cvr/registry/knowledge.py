"""What is known of a number without asking: remembered facts by their age, and numbers that CVR rejects."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from adapters.clock import Clock
from adapters.cvr.port import Found, InvalidNumber, NotFound, Outcome, Unavailable
from adapters.cvr.registry.ages import Absent, Ages, Memo, Present
from adapters.cvr.registry.memory import Memory
from adapters.cvr.registry.rejects import Rejects
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Number
from adapters.telemetry import cvr as metrics
from contracts.danish_time import danish_date

_FRESH, _MISS, _STALE = (metrics.MEMORY.labels(result) for result in ("fresh", "miss", "stale"))


class Knowledge:
    """Memory with its rules. `clock` tells how old a fact is; how long a number is left alone, the loop's clock."""

    def __init__(self, settings: RegistrySettings, clock: Clock) -> None:
        self._clock = clock
        self._ages = Ages(
            settings.fresh_for,
            settings.fresh_jitter,
            settings.kept_for,
            settings.absent_first,
            settings.absent_longest,
        )
        self._memory = Memory(settings.remembered)
        self._rejects = Rejects(settings.rejected_first, settings.rejected_longest)

    @property
    def remembered(self) -> int:
        """How many numbers are remembered."""
        return len(self._memory)

    @property
    def rejected(self) -> int:
        """How many numbers CVR has rejected and not spoken of since."""
        return len(self._rejects)

    def of(self, number: Number) -> Outcome | None:
        """What can be said without asking; None if CVR is to be asked, as it never is for a bad number (R2)."""
        memo, now = self._memory.recall(number), self._clock.now()
        if memo is not None and self._ages.age(number, memo, now) == "fresh":
            _FRESH.inc()
            return _outcome(memo, is_stale=False)
        if memo is None and not number.is_valid:
            return InvalidNumber()
        _MISS.inc()
        if not self._rejects:
            return None
        reason = self._rejects.reason(number, asyncio.get_running_loop().time())
        return None if reason is None else self.instead(number, Unavailable(reason))

    def instead(self, number: Number, outcome: Outcome) -> Outcome:
        """The outcome itself; but if CVR could not be asked, a fact that may still be given, marked as stale."""
        if not isinstance(outcome, Unavailable):
            return outcome
        memo = self._memory.recall(number)
        if isinstance(memo, Present) and self._ages.age(number, memo, self._clock.now()) != "expired":
            _STALE.inc()
            return _outcome(memo, is_stale=True)
        return outcome

    def learn(self, number: Number, memo: Memo) -> Outcome:
        """Remember what CVR has said, and return what now counts: of two versions the higher one."""
        now = self._clock.now()
        if isinstance(memo, Present) and memo.changes_on is not None and memo.changes_on <= danish_date(memo.as_of):
            memo = replace(memo, changes_on=None)
        known = self._memory.recall(number)
        merged = self._ages.merged(number, known, memo, now)
        self._memory.keep(number, merged)
        self._rejects.forgive(number)
        return _outcome(merged, is_stale=merged is not memo and self._ages.age(number, merged, now) != "fresh")

    def reject(self, number: Number, reason: str) -> None:
        """CVR rejects a question about this number alone."""
        self._rejects.add(number, asyncio.get_running_loop().time(), reason)

    def forgive_all(self) -> None:
        """What was wrong was not about the numbers."""
        self._rejects.clear()


def _outcome(memo: Memo, *, is_stale: bool) -> Outcome:
    if isinstance(memo, Absent):
        return NotFound(memo.as_of)
    return Found(memo.fact, memo.as_of, is_stale, memo.changes_on)
