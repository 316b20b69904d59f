"""One batch from question to outcomes: the canary rides along, bad numbers are found, what is learnt is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from adapters.clock import Clock
from adapters.cvr.port import Outcome, Unavailable
from adapters.cvr.registry.ages import Absent, Present
from adapters.cvr.registry.canary import Canary
from adapters.cvr.registry.isolation import Isolation, Settled
from adapters.cvr.registry.knowledge import Knowledge
from adapters.cvr.registry.line import Turn
from adapters.cvr.registry.patience import GaveUp, Patience
from adapters.cvr.service import Answer, Number
from contracts.danish_time import danish_date


class Carrier:
    """Takes batches to CVR and tells `settle` what became of each number, as soon as it is known."""

    def __init__(
        self,
        patience: Patience,
        canary: Canary,
        knowledge: Knowledge,
        clock: Clock,
        settle: Callable[[Number, Outcome], None],
    ) -> None:
        self._patience = patience
        self._canary = canary
        self._knowledge = knowledge
        self._clock = clock
        self._settle = settle

    async def carry(self, turn: Turn, batch: Sequence[Number], deadline: float) -> bool:
        """Settle every number of the batch; False if CVR rejected all that was asked about it.

        Then the canary is asked whether it is about the numbers: if it fares no better, the breaker hears of it.
        """
        take = partial(self._take, self._clock.now())
        vain = await Isolation(partial(self._ask, turn, deadline), take).run(batch)
        if vain is None:
            return True
        if turn.may_go_on:
            verdict = await self._canary.look(turn.ask)
            if verdict.finding != "well":
                turn.in_vain(vain.calls, vain.reason)
        return False

    async def _ask(self, turn: Turn, deadline: float, group: Sequence[Number]) -> Answer | GaveUp:
        riders = self._canary.riders
        answer = await self._patience.ask(turn, group, riders, deadline)
        is_vouched_for = isinstance(answer, Answer) and self._canary.vouches_for(answer, riders)
        told = {number: answer.readings[number] for number in group if number in answer.readings}
        readings = {number: reading for number, reading in told.items() if self._canary.lets_pass(reading)}
        if isinstance(answer, GaveUp):
            return GaveUp(answer.reason, readings)
        if len(readings) == len(group):
            return Answer(readings)  # what may be missing of the answer is not ours
        if len(readings) < len(told) or (answer.defect is None and not is_vouched_for):
            return GaveUp(self._canary.verdict.reason, readings)
        return Answer(readings, answer.defect)

    def _take(self, began: datetime, settled: Settled) -> None:
        now = self._clock.now()
        if danish_date(now) != danish_date(began):
            now = began  # it was read on the day before; a change that CVR announced for today is still to come
        for number, reading in settled.readings.items():
            memo = Present(reading.fact, now, reading.changes_on, reading.version)
            self._settle(number, self._knowledge.learn(number, memo))
        for number in settled.absent:
            self._settle(number, self._knowledge.learn(number, Absent(now)))
        for number, reason in settled.rejected.items():
            self._knowledge.reject(number, reason)
            self._settle(number, Unavailable(reason))
        for number, reason in settled.untold.items():
            self._settle(number, Unavailable(reason))
