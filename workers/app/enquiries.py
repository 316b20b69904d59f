"""Questions to CVR under way: each is answered as soon as CVR can be asked, and none holds up another (R20)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog

from adapters.cvr.port import Found, Lookup, NotFound, Unavailable
from adapters.telemetry import cvr as metrics
from contracts.cvr_facts import NotFoundFact, UnavailableFact
from contracts.identifiers import CvrNumber, PNumber
from workers.enrichment.answers import answer_record

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from adapters.clock import Clock
    from adapters.cvr.port import CompanyRegistry
    from contracts.identifiers import SorId
    from contracts.records import OutputRecord

    Send = Callable[[OutputRecord], Awaitable[Any]]

_log = structlog.get_logger("sorbro.enrichment")

_MOST_WAITING: Final = 20_000
"""Numbers; with more of them waiting, no new questions are taken until there is room."""
_PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between two rounds in which nothing was answered. How often CVR itself is asked is the registry's affair."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One number that one owner wants to know about."""

    owner: SorId
    number: CvrNumber | PNumber
    partition: int
    """The partition of the question, and so of its answer."""
    causation: str
    traceparent: str | None = None
    """Of the question; its answer belongs to the same trace."""


def nobody_answers(enquiry: Enquiry, now: datetime) -> OutputRecord:
    """The record that says that CVR cannot be asked, so that no invoice waits for it (R38)."""
    fact = UnavailableFact(number=enquiry.number)
    return answer_record(
        enquiry.owner, enquiry.number, fact, now, traceparent=enquiry.traceparent, partition=enquiry.partition
    )


class Enquiries:
    """Answers what can be answered and keeps the rest. What it keeps is lost with it: then the loop asks again."""

    def __init__(self, registry: CompanyRegistry, clock: Clock, send: Send, most_waiting: int = _MOST_WAITING) -> None:
        self._registry = registry
        self._clock = clock
        self._send = send
        self._most_waiting = most_waiting
        self._waiting: dict[tuple[SorId, str], Enquiry] = {}
        self._has_room = asyncio.Condition()
        metrics.UNANSWERED.set_function(lambda: len(self._waiting))

    @property
    def waiting(self) -> int:
        """How many numbers wait for CVR."""
        return len(self._waiting)

    async def take(self, enquiries: Sequence[Enquiry]) -> None:
        """Answer what CVR answers now, and say of the rest that nobody answers.

        What CVR said a while ago is given where it cannot be asked, and waits for its answer all the same. Returns when
        all of it is safe, or waits here. Raises what sending raises; then nothing is safe.
        """
        new = [each for each in enquiries if (each.owner, each.number) not in self._waiting]
        lookup, open_ = await self._answer(new)
        now = self._clock.now()
        old = ((each, _record(each, lookup, now)) for each in open_)
        await asyncio.gather(*(self._send(record or nobody_answers(each, now)) for each, record in old))
        async with self._has_room:
            await self._has_room.wait_for(lambda: not open_ or len(self._waiting) < self._most_waiting)
            self._waiting.update({(each.owner, each.number): each for each in open_})

    async def keep_asking(self) -> None:
        """Ask for what waits, until cancelled; the longer nothing is answered, the more seldom."""
        rounds = 0
        while True:
            await asyncio.sleep(_PAUSES[min(rounds, len(_PAUSES) - 1)])
            before = len(self._waiting)
            try:
                await self._ask_once_more()
            # Whatever it was, what waits must not be dropped for it.
            except Exception as error:  # noqa: BLE001
                _log.warning("enrichment failed, trying again", error=type(error).__name__)
            rounds = 0 if len(self._waiting) < before or not before else rounds + 1

    async def _ask_once_more(self) -> None:
        asked = list(self._waiting.values())
        if not asked:
            return
        _, open_ = await self._answer(asked)
        still_open = {(each.owner, each.number) for each in open_}
        async with self._has_room:
            for each in asked:
                if (each.owner, each.number) not in still_open:
                    self._waiting.pop((each.owner, each.number), None)
            self._has_room.notify_all()

    async def _answer(self, enquiries: Sequence[Enquiry]) -> tuple[Lookup, list[Enquiry]]:
        """Answer what CVR answers now; return what is known, and the rest."""
        if not enquiries:
            return Lookup({}, {}), []
        numbers = {each.number for each in enquiries}
        lookup = await self._registry.find_many(
            {each for each in numbers if isinstance(each, CvrNumber)},
            {each for each in numbers if isinstance(each, PNumber)},
        )
        now = self._clock.now()
        for each in enquiries:
            metrics.REQUESTS.labels(type(_outcome(each, lookup)).__name__).inc()
        metrics.FACT_AGE.observe((), (age for each in enquiries if (age := _age(each, lookup, now)) is not None))
        open_ = [each for each in enquiries if _is_open(_outcome(each, lookup))]
        done = (each for each in enquiries if not _is_open(_outcome(each, lookup)))
        answered = [record for each in done if (record := _record(each, lookup, now)) is not None]
        await asyncio.gather(*(self._send(record) for record in answered))
        if open_:
            outcomes = (_outcome(each, lookup) for each in open_)
            reasons = {outcome.reason for outcome in outcomes if isinstance(outcome, Unavailable)}
            _log.warning("CVR does not answer; records stay pending meanwhile", numbers=len(open_), why=sorted(reasons))
        return lookup, open_


def _is_open(outcome: object) -> bool:
    """Whether CVR has still to be asked: it could not be, though it may be known what it said some days ago."""
    return isinstance(outcome, Unavailable) or (isinstance(outcome, Found) and outcome.is_stale)


def _age(enquiry: Enquiry, lookup: Lookup, now: datetime) -> float | None:
    """How many seconds ago CVR said what it said of the number; None when it said nothing."""
    outcome = _outcome(enquiry, lookup)
    return max(0.0, (now - outcome.as_of).total_seconds()) if isinstance(outcome, Found | NotFound) else None


def _outcome(enquiry: Enquiry, lookup: Lookup) -> object:
    if isinstance(enquiry.number, CvrNumber):
        return lookup.companies[enquiry.number]
    return lookup.units[enquiry.number]


def _record(enquiry: Enquiry, lookup: Lookup, now: datetime) -> OutputRecord | None:
    """None while CVR does not answer, and for a number that fails its check, which is never asked for (R2)."""
    outcome = _outcome(enquiry, lookup)
    if isinstance(outcome, Found):
        fact, changes_on = outcome.fact, outcome.changes_on
    elif isinstance(outcome, NotFound):
        fact, changes_on = NotFoundFact(number=enquiry.number), None
    else:
        return None
    return answer_record(
        enquiry.owner,
        enquiry.number,
        fact,
        outcome.as_of,
        said_at=now,
        changes_on=changes_on,
        causation=enquiry.causation,
        traceparent=enquiry.traceparent,
        partition=enquiry.partition,
    )
