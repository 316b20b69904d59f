"""The one entry to the rules: `decide(state, event, now, tariffs)` gives the state after and what is to be done.

Synchronous and pure: no clock, no I/O. `run`, `replay` and the simulations call this same function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from workers.apply import apply
from workers.closures.announced import due_at
from workers.closures.effect import take_effect
from workers.effects import Refusal
from workers.enrichment.questions import Questions
from workers.fees.ledger import releasable, release
from workers.registrations.forwarding import review
from workers.tree.draft import Changes, Draft
from workers.tree.state import Backlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.identifiers import SorId
    from contracts.tariffs import TariffTable
    from workers.apply import Input
    from workers.effects import Effect, Outcome, Send
    from workers.tree.state import OwnerState

STEP: Final = 500
"""How many units one decision touches at most; a longer cascade goes on in the next step, at the same instant (R11)."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message that holds its contract, and the `ce_id` it came under."""

    message: Input
    event_id: str


@dataclass(frozen=True, slots=True)
class DayHasCome:
    """It is time: a closure is due, a cascade goes on, or a tariff has been added."""


@dataclass(frozen=True, slots=True)
class FeeRun:
    """STPS has started the yearly run (R39). `after` is where the last step left off among the owner's units."""

    fee_year: int
    event_id: str
    after: SorId | None = None


Event = Received | DayHasCome | FeeRun


@dataclass(frozen=True, slots=True)
class Decision:
    """The state after, what is to be done in this order, and when this owner wants to be woken next."""

    state: OwnerState
    changes: Changes
    effects: tuple[Effect, ...]
    outcome: Outcome
    wakes: frozenset[datetime]
    resume: SorId | None = None
    """Set when a fee run has more units of this owner to ask: go on with ``FeeRun(after=resume)``."""


def decide(state: OwnerState, event: Event, now: datetime, tariffs: TariffTable) -> Decision:
    """Decide one event for one owner at `now` (UTC).

    The caller first lets every day of this owner that is due before `now` come, so that no record overtakes it.
    """
    draft = Draft(state)
    if isinstance(event, DayHasCome):
        return _go_on(draft, now, tariffs)
    if isinstance(event, FeeRun):
        raise NotImplementedError
    touched = apply(draft, event.message, event.event_id, now)
    if isinstance(touched, Refusal):
        return Decision(state, Changes(), (touched,), "refused", frozenset())
    if not isinstance(touched, tuple):
        return Decision(state, Changes(), (), touched, frozenset())
    left_over = draft.backlog.units  # empty, unless the caller broke the promise above
    draft.backlog = Backlog(event.event_id, tuple(dict.fromkeys(left_over + touched)))
    sends, reviewed = _review_step(draft, tariffs, now)
    due = _due(draft, reviewed, now) if not draft.backlog.units else []
    return _close_and_conclude(draft, sends, reviewed, due, "applied", now, tariffs)


def _go_on(draft: Draft, now: datetime, tariffs: TariffTable) -> Decision:
    sends, reviewed = _review_step(draft, tariffs, now)
    due: list[tuple[datetime, SorId]] = []
    if not draft.backlog.units:
        everyone = [node.sor_id for node in draft.all_nodes()]
        for sor_id in sorted(each for each in everyone if releasable(draft.node(each), tariffs)):
            sends += release(draft, sor_id, tariffs, now)
        due = _due(draft, everyone, now)
    return _close_and_conclude(draft, sends, reviewed, due, "settled", now, tariffs)


def _review_step(draft: Draft, tariffs: TariffTable, now: datetime) -> tuple[list[Send], tuple[SorId, ...]]:
    """Review the next units of the backlog, at most `STEP`, and ask CVR what is new in them."""
    event_id, units = draft.backlog.event_id, draft.backlog.units
    questions = Questions(draft)
    sends: list[Send] = []
    for sor_id in units[:STEP]:
        sends += release(draft, sor_id, tariffs, now)
        sends += review(draft, sor_id, questions, tariffs, now, event_id)
    rest = units[STEP:]
    draft.backlog = Backlog(event_id, rest) if rest else Backlog()
    return sends + questions.ask(event_id), units[:STEP]


def _due(draft: Draft, units: Iterable[SorId], now: datetime) -> list[tuple[datetime, SorId]]:
    """The units whose closure is due, oldest first (R26)."""
    instants = ((due_at(draft, draft.node(sor_id)), sor_id) for sor_id in units)
    return sorted((instant, sor_id) for instant, sor_id in instants if instant is not None and instant <= now)


def _close_and_conclude(
    draft: Draft,
    sends: list[Send],
    reviewed: tuple[SorId, ...],
    due: list[tuple[datetime, SorId]],
    outcome: Outcome,
    now: datetime,
    tariffs: TariffTable,
) -> Decision:
    for _, sor_id in due[:STEP]:
        sends += take_effect(draft, draft.node(sor_id), tariffs, now)
    more_now = bool(draft.backlog.units) or len(due) > STEP
    later = (due_at(draft, draft.node(sor_id)) for sor_id in reviewed)
    wakes = {max(instant, now) for instant in later if instant is not None}
    if more_now:
        wakes.add(now)
    state, changes = draft.freeze()
    return Decision(state, changes, tuple(sends), outcome, frozenset(wakes))


def wakes_of(state: OwnerState, tariffs: TariffTable, at_once: datetime) -> frozenset[datetime]:
    """When a restored owner wants to be woken: `at_once` for unfinished work, else at each closure's instant."""
    draft = Draft(state)
    wakes = {instant for node in draft.all_nodes() if (instant := due_at(draft, node)) is not None}
    if state.backlog.units or any(releasable(node, tariffs) for node in draft.all_nodes()):
        wakes.add(at_once)
    return frozenset(wakes)
