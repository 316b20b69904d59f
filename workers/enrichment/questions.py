"""What to ask CVR, once per number and owner; and whom an answer concerns (R20)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.cvr_facts import CompanyFact, CvrRequest, NotFoundFact, UnavailableFact
from contracts.identifiers import CvrNumber, PNumber, cvr_or_p_number
from workers.effects import Send, effect_id
from workers.tree.state import CvrEntry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from contracts.cvr_facts import CvrAnswer, Fact
    from contracts.identifiers import SorId
    from workers.tree.draft import Draft
    from workers.tree.inheritance import Effective
    from workers.tree.state import OwnerState


class Questions:
    """Gathers, during one decision, the numbers nobody has asked for yet."""

    def __init__(self, draft: Draft, now: datetime) -> None:
        self._draft = draft
        self._now = now
        self._cvr: CvrNumber | None = None
        self._p_numbers: list[PNumber] = []

    def want(self, effective: Effective) -> None:
        """Note the unit's company and production unit. Numbers that fail their check are not looked up (R2)."""
        if effective.cvr is not None and effective.cvr.is_valid and self._is_new(effective.cvr, self._draft.owner):
            self._cvr = effective.cvr
        holder, p_number = effective.p_number_holder, effective.p_number
        if holder is not None and p_number is not None and p_number.is_valid and self._is_new(p_number, holder):
            self._p_numbers.append(p_number)

    def _is_new(self, number: str, holder: SorId) -> bool:
        entry = self._draft.number(number)
        if entry is None:
            self._draft.put_number(number, CvrEntry((holder,), self._now))
            return True
        if holder not in entry.wanted_by:
            self._draft.put_number(number, replace(entry, wanted_by=(*entry.wanted_by, holder)))
        return False

    def ask(self, causation: str) -> list[Send]:
        """The one request that carries them all, or nothing."""
        if self._cvr is None and not self._p_numbers:
            return []
        return [_request(self._draft.owner, self._cvr, tuple(self._p_numbers), causation)]


def unanswered(state: OwnerState) -> list[Send]:
    """Ask again whatever is still open: whoever had the question may have died with it."""
    return put_again(state.owner, sorted(number for number, entry in state.numbers.items() if entry.answer is None))


def put_again(owner: SorId, numbers: Iterable[str], again_at: datetime | None = None) -> list[Send]:
    """One request for each company, and one for all production units."""
    known = [number for text in numbers if (number := cvr_or_p_number(text)) is not None]
    p_numbers = tuple(number for number in known if isinstance(number, PNumber))
    asked = [_request(owner, number, (), again_at=again_at) for number in known if isinstance(number, CvrNumber)]
    return [*asked, _request(owner, None, p_numbers, again_at=again_at)] if p_numbers else asked


def record_answer(draft: Draft, answer: CvrAnswer) -> tuple[SorId, ...] | None:
    """Keep the answer and return the units at whose subtrees it matters: none when CVR says what it said before.

    None when nobody here asked for it, or when a later answer is already there. That CVR could not be asked is no
    answer, but ends the waiting for one.
    """
    number = number_of(answer.fact)
    entry = draft.number(number)
    if isinstance(answer.fact, UnavailableFact):
        if entry is None or entry.answer is not None or entry.is_unavailable:
            return None
        draft.put_number(number, replace(entry, is_unavailable=True))
        return entry.wanted_by
    if entry is None or (entry.answer is not None and entry.answer.fetched_at >= answer.fetched_at):
        return None
    if entry.answer is None:
        draft.put_number(number, replace(entry, answer=answer))
        return entry.wanted_by
    is_change = entry.answer.fact != answer.fact
    draft.put_number(number, replace(entry, answer=answer, changes=entry.changes + is_change))
    return entry.wanted_by if is_change else ()


def _request(
    owner: SorId,
    cvr: CvrNumber | None,
    p_numbers: tuple[PNumber, ...],
    causation: str = "",
    again_at: datetime | None = None,
) -> Send:
    """The request for these numbers; one that is put anew, `again_at`, is another request."""
    message = CvrRequest(owner_sor_id=owner, cvr=cvr, p_numbers=p_numbers)
    again = () if again_at is None else (again_at.isoformat(),)
    return Send(message, effect_id("cvr-request", owner, cvr, *p_numbers, *again), owner, owner, causation)


def number_of(fact: Fact) -> str:
    """The number a fact is about."""
    if isinstance(fact, NotFoundFact | UnavailableFact):
        return fact.number
    return fact.cvr if isinstance(fact, CompanyFact) else fact.p_number
