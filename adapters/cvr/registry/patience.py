"""Asking again what may help to ask again: full jitter, CVR's own wishes, and no wait that outlasts the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import stamina

from adapters.cvr.registry.guard import NotAskedError
from adapters.cvr.registry.line import Turn
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Answer, LastingError, Number, PassingError, Reading


@dataclass(frozen=True, slots=True)
class GaveUp:
    """No more is to be had now, for `reason`; `readings` is what the attempts did bring."""

    reason: str
    readings: Mapping[Number, Reading]


class Patience:
    """Retries. Stamina counts and sleeps; how long is ours, for its own jitter only adds to a growing wait."""

    def __init__(self, settings: RegistrySettings, chance: Random) -> None:
        self._settings = settings
        self._chance = chance

    async def ask(
        self, turn: Turn, numbers: Sequence[Number], riders: Sequence[Number], deadline: float
    ) -> Answer | GaveUp:
        """Ask until there is an answer, or no attempt left, or none that could end before `deadline` (loop's clock).

        What a partial answer held is kept and not asked for again (notes §3.11), but for the riders: each answer has
        its own, by which it is judged. Raises `RejectedError`.
        """
        gathered: dict[Number, Reading] = {}
        try:
            async for attempt in stamina.retry_context(
                on=self._back_off(turn, deadline), attempts=self._settings.attempts, timeout=None
            ):
                with attempt:
                    answer = await self._ask_for_the_rest(turn, numbers, riders, gathered, deadline)
                    return Answer({**gathered, **answer.readings}, answer.defect)
        except (PassingError, LastingError, NotAskedError) as failure:
            return GaveUp(str(failure), gathered)
        raise AssertionError("stamina returns or raises")

    @staticmethod
    async def _ask_for_the_rest(
        turn: Turn,
        numbers: Sequence[Number],
        riders: Sequence[Number],
        gathered: dict[Number, Reading],
        deadline: float,
    ) -> Answer:
        rest = [number for number in numbers if number not in gathered]
        try:
            return await turn.ask([*rest, *(number for number in riders if number not in rest)], deadline)
        except PassingError as failure:
            partial = failure.partial.readings if failure.partial is not None else {}
            gathered.update({number: reading for number, reading in partial.items() if number in rest})
            if all(number in gathered for number in rest):
                return Answer(partial, str(failure))
            raise

    def _back_off(self, turn: Turn, deadline: float) -> Callable[[Exception], bool | float]:
        longest = self._settings.back_off_first

        def back_off(failure: Exception) -> bool | float:
            nonlocal longest
            if not isinstance(failure, PassingError) or not turn.may_go_on:
                return False
            wait = max(0.0, failure.wait or 0.0) + self._chance.uniform(0, longest)
            longest = min(self._settings.back_off_longest, 2 * longest)
            return wait if asyncio.get_running_loop().time() + wait < deadline else False

        return back_off
