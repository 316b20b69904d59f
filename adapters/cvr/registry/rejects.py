"""Numbers that CVR rejects: not asked for again for a while, so that they spoil nobody else's batch."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from adapters.cvr.service import Number

_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Rejection:
    until: float
    period: float
    reason: str


class Rejects:
    """Who is left alone until when, in seconds of a monotonic clock; doubled from `first` to `longest`."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._rejections: OrderedDict[Number, _Rejection] = OrderedDict()

    def reason(self, number: Number, now: float) -> str | None:
        """Why the number is not asked for now; None if it may be."""
        rejection = self._rejections.get(number)
        return rejection.reason if rejection is not None and now < rejection.until else None

    def add(self, number: Number, now: float, reason: str) -> None:
        """CVR has just rejected a question about this number alone."""
        before = self._rejections.pop(number, None)
        period = self._first if before is None else min(self._longest, 2 * before.period)
        self._rejections[number] = _Rejection(now + period, period, reason)
        if len(self._rejections) > _LIMIT:
            self._rejections.popitem(last=False)

    def forgive(self, number: Number) -> None:
        """CVR has spoken of the number after all."""
        self._rejections.pop(number, None)

    def clear(self) -> None:
        """What was wrong was not about the numbers."""
        self._rejections.clear()

    def __len__(self) -> int:
        return len(self._rejections)
