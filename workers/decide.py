"""The one entry to the rules: `decide(state, event, now, tariffs)` gives the state after and what is to be done.

Synchronous and pure: no clock, no I/O. `run`, `replay` and the simulations call this same function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from contracts.transfers import UnitTransferred
from workers.apply import Applied, apply
from workers.closures.departures import depart
from workers.closures.effect import take_effect
from workers.effects import Refusal
from workers.enrichment.questions import Questions
from workers.enrichment.rereading import ask_again, old_by, rereads, stirred
from workers.fees.ledger import parked_since, releasable, release
from workers.fees.occasions import ask_in_missed_run, ask_in_yearly_run, ask_missed_years
from workers.registrations.forwarding import review
from workers.registrations.succession import succession_of
from workers.tree.draft import Changes, Draft
from workers.tree.due import Matter
from workers.tree.state import Backlog, Registered
from workers.upcoming import due_at, instants_of, upcoming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.identifiers import SorId
    from contracts.tariffs import TariffTable
    from workers.apply import Input
    from workers.effects import Effect, Outcome, Send
    from workers.tree.due import Due
    from workers.tree.state import Node, OwnerState

STEP: Final = 500
"""How many units one decision touches at most; a longer cascade goes on in the next step, at the same instant (R11)."""


class Received(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class RunMissed:
    """A place has become registered after the year's run had passed its owner (R39)."""

    fee_year: int
    event_id: str
    place: SorId


Event = Received | DayHasCome | FeeRun | RunMissed


class Decision(NamedTuple):
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
        return _go_on(draft, now, tariffs) if not state.left else _go_on_with(draft, state.left, now, tariffs)
    if isinstance(event, FeeRun):
        return _run_fees(draft, event, now, tariffs)
    if isinstance(event, RunMissed):
        sends = ask_in_missed_run(draft, event.place, event.fee_year, tariffs, now, event.event_id)
        return _conclude(draft, sends, (event.place,), "settled", now)
    applied = apply(draft, event.message, event.event_id, now)
    if isinstance(applied, Refusal):
        return Decision(state, Changes(), (applied,), "refused", frozenset())
    if not isinstance(applied, Applied):
        return Decision(state, Changes(), (), applied, frozenset())
    left_over = draft.backlog.units  # empty, unless the caller broke the promise above
    draft.backlog = Backlog(event.event_id, tuple(dict.fromkeys(left_over + applied.touched)))
    sends, reviewed = _review_step(draft, tariffs, now)
    coming = _coming(draft, map(draft.node, reviewed)) if not draft.backlog.units else None
    due = _by(coming or (), now)
    sends = [*applied.sends, *sends, *_let_come(draft, due, tariffs, now)]
    if isinstance(event.message, SelfRegistered | UnitTransferred) and _says_otherwise(state, draft, event.message):
        sends += ask_missed_years(draft, event.message.sor_id, tariffs, now, event.event_id)
    if isinstance(event.message, EntityChanged | SelfRegistered):
        sends += ask_again(draft, stirred(draft, event.message.sor_id, now), now)
    coming = None if due else coming  # what has come changes what is to come
    return _conclude(draft, sends, reviewed, "applied", now, coming=coming)  # what is still due wakes the owner now


def _says_otherwise(state: OwnerState, draft: Draft, message: SelfRegistered | UnitTransferred) -> bool:
    """Whether a place that had said something of itself before now says something else."""
    before = state.nodes.get(message.sor_id)
    said = before.self_registration if before is not None else None
    return said is not None and said != draft.node(message.sor_id).self_registration


def _go_on(draft: Draft, now: datetime, tariffs: TariffTable) -> Decision:
    sends, reviewed = _review_step(draft, tariffs, now)
    if draft.backlog.units:
        return _conclude(draft, sends, reviewed, "settled", now)
    parked = [node for node in draft.all_nodes() if releasable(draft, node, tariffs, now)]
    in_order = sorted(parked, key=lambda each: (parked_since(each), each.sor_id))
    released = [node.sor_id for node in in_order[:STEP]]
    for sor_id in released:
        sends += release(draft, sor_id, tariffs, now)
    if len(parked) > STEP:
        return _conclude(draft, sends, (*reviewed, *released), "settled", now, more_now=True)
    due = _by(_coming(draft, draft.all_nodes()), now)
    sends += _let_come(draft, due, tariffs, now)
    old = old_by(draft, now)
    sends += ask_again(draft, old[:STEP], now)
    if len(old) <= STEP:  # else the next step has more to look for
        draft.left = tuple(due[STEP:])
    touched = (*reviewed, *released, *(each.sor_id for each in due[:STEP]))
    return _conclude(draft, sends, touched, "settled", now, more_now=len(due) > STEP or len(old) > STEP)


def _go_on_with(draft: Draft, left: Sequence[Due], now: datetime, tariffs: TariffTable) -> Decision:
    """Take the next step of a long day: what takes effect makes nothing due of another unit."""
    sends = _let_come(draft, left, tariffs, now)
    draft.left = tuple(left[STEP:])
    touched = [each.sor_id for each in left[:STEP]]
    return _conclude(draft, sends, touched, "settled", now, more_now=bool(draft.left))


def _run_fees(draft: Draft, run: FeeRun, now: datetime, tariffs: TariffTable) -> Decision:
    """Ask the next registered places of the owner for the year's fee, at most `STEP` (R39)."""
    registered = (node.sor_id for node in draft.all_nodes() if isinstance(node.standing, Registered))
    places = sorted(sor_id for sor_id in registered if run.after is None or sor_id > run.after)
    step = places[:STEP]
    sends = ask_in_yearly_run(draft, step, run.fee_year, tariffs, now, run.event_id)
    resume = step[-1] if len(places) > STEP else None
    return _conclude(draft, sends, step, "settled", now, resume=resume)


def _review_step(draft: Draft, tariffs: TariffTable, now: datetime) -> tuple[list[Send], tuple[SorId, ...]]:
    """Review the next units of the backlog, at most `STEP`, and ask CVR what is new in them."""
    event_id, units = draft.backlog.event_id, draft.backlog.units
    rest = units[STEP:]
    draft.backlog = Backlog(event_id, rest) if rest else Backlog()
    if not units:
        return [], ()
    questions = Questions(draft, now)
    sends: list[Send] = []
    for sor_id in units[:STEP]:
        sends += release(draft, sor_id, tariffs, now)
        sends += review(draft, sor_id, questions, tariffs, now, event_id)
    return sends + questions.ask(event_id), units[:STEP]


def _coming(draft: Draft, nodes: Iterable[Node]) -> list[Due]:
    """What is due of the units, now or later."""
    return [due for node in nodes for due in upcoming(draft, node)]


def _by(coming: Iterable[Due], now: datetime) -> list[Due]:
    """What of it is due by now, oldest first (R26)."""
    return sorted(due for due in coming if due.at <= now)


def _let_come(draft: Draft, due: Sequence[Due], tariffs: TariffTable, now: datetime) -> list[Send]:
    """Let what is due take effect, at most `STEP` of it."""
    return [send for each in due[:STEP] for send in _take_effect(draft, each, tariffs, now)]


def _conclude(
    draft: Draft,
    sends: list[Send],
    touched: Sequence[SorId],
    outcome: Outcome,
    now: datetime,
    *,
    coming: Sequence[Due] | None = None,
    more_now: bool = False,
    resume: SorId | None = None,
) -> Decision:
    """Say when this owner wants to be woken: by the units touched, and at once where there is more to do.

    `coming` is what is due of them, where that has been looked up.
    """
    nodes = [draft.node(sor_id) for sor_id in touched]
    coming = _coming(draft, nodes) if coming is None else coming
    instants = instants_of(coming, nodes)
    wakes = {max(instant, now) for instant in (*instants, *rereads(draft, touched, draft.changed_numbers))}
    if more_now or draft.backlog.units:
        wakes.add(now)
    state, changes = draft.freeze()
    return Decision(state, changes, tuple(sends), outcome, frozenset(wakes), resume)


def _take_effect(draft: Draft, due: Due, tariffs: TariffTable, now: datetime) -> list[Send]:
    node = draft.node(due.sor_id)
    if due_at(draft, node, due.matter) != due.at:
        return []  # another matter of the unit came first and settled it
    if due.matter is Matter.CLOSURE:
        return take_effect(draft, node, tariffs, now)
    if due.matter is Matter.DEPARTURE:
        return depart(draft, node, tariffs, now)
    questions, event_id = Questions(draft, now), _event_of(draft, node)
    sends = review(draft, due.sor_id, questions, tariffs, now, event_id)
    return sends + questions.ask(event_id)


def _event_of(draft: Draft, node: Node) -> str:
    succession = succession_of(draft, node)
    return succession.since.event_id if succession is not None else ""


def wakes_of(state: OwnerState, tariffs: TariffTable, at_once: datetime) -> frozenset[datetime]:
    """When a restored owner wants to be woken: `at_once` for unfinished work, else when something is due.

    Never before `at_once`: what counts from an earlier instant is decided when it is seen, and not back then.
    """
    draft = Draft(state)
    instants = instants_of(_coming(draft, state.nodes.values()), state.nodes.values())
    wakes = {max(instant, at_once) for instant in (*instants, *rereads(draft, (), draft.all_numbers()))}
    if state.backlog.units or any(releasable(draft, node, tariffs, at_once) for node in draft.all_nodes()):
        wakes.add(at_once)
    return frozenset(wakes)
