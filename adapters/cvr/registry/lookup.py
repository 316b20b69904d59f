"""The registry the enrichment agent asks: it remembers, gathers, waits, and knows when not to ask (R20, notes §7)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from adapters.clock import Clock
from adapters.cvr.port import FactT_co, Found, InvalidNumber, Lookup, NotFound, Outcome, Unavailable
from adapters.cvr.registry.ages import Absent, Present, announced_change
from adapters.cvr.registry.breaker import Breaker
from adapters.cvr.registry.canary import Canary, Verdict
from adapters.cvr.registry.carrier import Carrier
from adapters.cvr.registry.gathering import Flight, Gathering
from adapters.cvr.registry.guard import Guard
from adapters.cvr.registry.knowledge import Knowledge
from adapters.cvr.registry.line import Line
from adapters.cvr.registry.patience import Patience
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Answer, CvrService, Number
from contracts.cvr_facts import CompanyFact, Fact, NotFoundFact, ProductionUnitFact, UnavailableFact
from contracts.danish_time import danish_date
from contracts.identifiers import CvrNumber, PNumber


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with CVR, for whoever operates the worker."""

    breaker: Breaker
    canary: Verdict
    waiting: int
    """Numbers on their way to CVR or back."""
    remembered: int
    rejected: int
    """Numbers that CVR rejected; they are asked for again ever more seldom."""
    calls_per_second: float
    """The most there may be, of this process."""


class ServiceRegistry:
    """A `CompanyRegistry` over one `CvrService`, for the one event loop it is first asked in.

    `clock` dates the answers; waits and limits follow the loop's clock. `chance` draws the jitter of the retries.
    `run` keeps the canary; `close` ends all that is under way.
    """

    def __init__(
        self, service: CvrService, settings: RegistrySettings, clock: Clock, chance: Random | None = None
    ) -> None:
        self._settings = settings
        self._guard = Guard(settings, self._turn_away)
        self._line = Line(service, settings, self._guard, lambda: danish_date(clock.now()))
        self._knowledge = Knowledge(settings, clock)
        self._canary = Canary(settings, self._ask, clock.now, self._knowledge.forgive_all)
        patience = Patience(settings, chance or Random())  # noqa: S311  # jitter guards no secret
        carrier = Carrier(patience, self._canary, self._knowledge, clock, self._settle)
        most = max(1, min(settings.batch_size, service.batch_size) - len(self._canary.known))
        self._gathering = Gathering(settings, most, self._line.turn, carrier.carry)

    async def find_many(self, cvrs: Collection[CvrNumber], p_numbers: Collection[PNumber]) -> Lookup:
        """See `CompanyRegistry.find_many`. It takes no longer than the budget, whatever CVR does.

        A number that could not be answered in that time is unavailable, but goes on its way, and is remembered.
        """
        numbers: list[Number] = [*cvrs, *p_numbers]
        outcomes = await self._find(dict.fromkeys(numbers))
        return Lookup(
            {cvr: _of(outcomes[cvr], CompanyFact, "a company") for cvr in cvrs},
            {p_number: _of(outcomes[p_number], ProductionUnitFact, "a production unit") for p_number in p_numbers},
        )

    def learn(self, number: Number, fact: Fact, as_of: datetime, changes_on: date | None = None) -> None:
        """Remember what CVR said at `as_of` (UTC), from ``sorbro.cvr-facts.v1``, say; nobody is asked.

        `changes_on` is the Danish day on which CVR said that it would say something else.

        That CVR could not be asked teaches nothing, and what is known already from a later instant stays.
        """
        if isinstance(fact, UnavailableFact) or not number.is_valid:
            return
        if isinstance(fact, NotFoundFact):
            self._knowledge.learn(number, Absent(as_of))
        else:
            self._knowledge.learn(number, Present(fact, as_of, changes_on or announced_change(fact, as_of)))

    async def run(self) -> None:
        """Keep the canary, for ever."""
        await self._canary.run()

    async def close(self) -> None:
        """Give up everything under way; whoever waits is told so."""
        await self._gathering.close()

    def standing(self) -> Standing:
        """How things stand now."""
        return Standing(
            self._guard.breaker,
            self._canary.verdict,
            len(self._gathering),
            self._knowledge.remembered,
            self._knowledge.rejected,
            self._settings.calls_per_second,
        )

    async def _find(self, numbers: Iterable[Number]) -> dict[Number, Outcome]:
        outcomes: dict[Number, Outcome] = {}
        unknown: list[Number] = []
        refusal = self._guard.refusal()
        for number in numbers:
            known = self._knowledge.of(number)
            if known is not None:
                outcomes[number] = known
            elif refusal is not None:
                outcomes[number] = self._knowledge.instead(number, Unavailable(refusal))
            else:
                unknown.append(number)
        flights = self._gathering.join(unknown)
        if flights:
            await asyncio.wait(flights.values(), timeout=self._settings.budget_seconds)
        for number, flight in flights.items():
            outcomes[number] = self._knowledge.instead(number, self._landed(flight))
        return outcomes

    def _landed(self, flight: Flight) -> Outcome:
        if flight.done():
            return flight.result()
        return Unavailable(f"CVR did not answer within {self._settings.budget_seconds:g} s")

    async def _ask(self, numbers: Sequence[Number]) -> Answer:
        async with await self._line.turn() as turn:
            return await turn.ask(numbers)

    def _settle(self, number: Number, outcome: Outcome) -> None:
        self._gathering.settle(number, outcome)

    def _turn_away(self, reason: str) -> None:
        self._gathering.turn_away(reason)


def _of(outcome: Outcome, kind: type[FactT_co], asked: str) -> Found[FactT_co] | NotFound | InvalidNumber | Unavailable:
    if not isinstance(outcome, Found):
        return outcome
    if not isinstance(outcome.fact, kind):
        return Unavailable(f"CVR answered for {asked} with something else")
    return Found(outcome.fact, outcome.as_of, outcome.is_stale, outcome.changes_on)
