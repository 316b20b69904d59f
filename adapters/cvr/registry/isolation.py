"""Finding the number that spoils a batch: by halving, and not for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.cvr.registry.patience import GaveUp
from adapters.cvr.service import Answer, Number, Reading, RejectedError

_HOPELESS: Final = 7
"""Calls rejected in a row from the start: the batch, its halves, its quarters. One bad number leaves three quarters."""
_SPOILERS: Final = 4
"""So many bad numbers are looked for in one batch; the next attempt finds more."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What one call has settled. `rejected` are numbers that CVR would not even be asked about alone, with why."""

    readings: Mapping[Number, Reading] = field(default_factory=dict)
    absent: Sequence[Number] = ()
    untold: Mapping[Number, str] = field(default_factory=dict)
    rejected: Mapping[Number, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InVain:
    """CVR rejected all `calls` and answered none, the last for `reason`."""

    calls: int
    reason: str


class Isolation:
    """One batch on its way through CVR. `settle` hears of each number once, as soon as it is settled."""

    def __init__(
        self, ask: Callable[[Sequence[Number]], Awaitable[Answer | GaveUp]], settle: Callable[[Settled], None]
    ) -> None:
        self._ask = ask
        self._settle = settle
        self._groups: deque[tuple[Sequence[Number], str]] = deque()
        self._calls = 0
        self._answers = 0

    async def run(self, batch: Sequence[Number]) -> InVain | None:
        """Settle the whole batch.

        A bad number costs two calls for each halving, O(log n); the whole at most those of four bad numbers. When
        nothing but rejections has come, halving stops at the quarters: then it is hardly about the numbers.
        """
        most = 1 + 2 * _SPOILERS * len(batch).bit_length()
        self._groups.append((batch, ""))
        reason = ""
        while self._groups and self._calls < most and (self._answers or self._calls < _HOPELESS):
            group, _ = self._groups.popleft()
            self._calls += 1
            try:
                answer = await self._ask(group)
            except RejectedError as rejection:
                reason = str(rejection)
                self._divide(group, group, reason)
                continue
            self._answers += 1
            if isinstance(answer, GaveUp):
                self._give_up(group, answer)
                return None
            self._take(group, answer)
        for group, why in self._groups:
            self._settle(Settled(untold=dict.fromkeys(group, why)))
        return InVain(self._calls, reason) if self._calls and not self._answers else None

    def _take(self, group: Sequence[Number], answer: Answer) -> None:
        missing = [number for number in group if number not in answer.readings]
        if answer.defect is None:
            self._settle(Settled(answer.readings, absent=missing))
            return
        self._settle(Settled(answer.readings))
        # A document that nobody can read keeps every absent number of its batch in the dark.
        self._divide(group, missing, answer.defect)

    def _divide(self, asked: Sequence[Number], left: Sequence[Number], reason: str) -> None:
        if len(asked) == 1:
            self._settle(Settled(rejected=dict.fromkeys(left, reason)))
            return
        middle = (len(left) + 1) // 2
        self._groups.extend((half, reason) for half in (left[:middle], left[middle:]) if half)

    def _give_up(self, group: Sequence[Number], answer: GaveUp) -> None:
        rest = [number for number in group if number not in answer.readings]
        rest += [number for other, _ in self._groups for number in other]
        self._settle(Settled(answer.readings, untold=dict.fromkeys(rest, answer.reason)))
