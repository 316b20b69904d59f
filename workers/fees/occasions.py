"""What asks for a year's fee: registering, also late, following another registration, the yearly run (R39, R41)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.danish_time import danish_date
from workers.closures.announced import closing_of
from workers.exemptions.notified import has_ended_one
from workers.fees.ledger import Question, ask, first_year_of, is_owed, was_free_for_another_reason
from workers.fees.verdict import treated_by_end_of
from workers.tree.state import NotDue, Registered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from contracts.identifiers import SorId
    from contracts.invoice_triggers import Occasion
    from contracts.self_registrations import SelfRegistered
    from contracts.tariffs import TariffTable
    from workers.effects import Send
    from workers.tree.draft import Draft
    from workers.tree.state import Identity, Node

_YEARS_BACK: Final = 3


def ask_on_registration(
    draft: Draft, identity: Identity, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """A place has registered: ask for the years it missed, oldest first, and for the year of registration.

    It owes no year gone by that has been asked of it before, under whatever numbers: then it was in the register, and
    its fee was settled by what it was then (R4, R34). Nor one in which another registration was there.
    """
    node = draft.node(identity.sor_id)
    said = node.self_registration
    if said is None:
        return []
    this_year, first_year = danish_date(now).year, first_year_of(node, identity)
    sends: list[Send] = []
    for year, occasion in _years_of(said):
        if first_year is not None and year < first_year:
            continue
        if year >= this_year or not _was_asked(node, year, occasion):
            sends += ask(draft, Question(identity, year, occasion, said, event_id), tariffs, now)
    return sends


def _was_asked(node: Node, year: int, occasion: Occasion) -> bool:
    """Whether the year has its answer. One in which nobody was treated was missed all the same, if somebody was."""
    if occasion == "late-registration":
        return _has_answer(node, year)
    asked = [entry for entry in node.ledger if entry.fee_year == year]
    return any(entry.occasion in {"registration", "late-registration"} for entry in asked)


def _has_answer(node: Node, year: int) -> bool:
    """Whether the year has been asked for on any occasion; that nobody was treated there yet is no answer."""
    asked = [entry for entry in node.ledger if entry.fee_year == year]
    return any(not (isinstance(entry, NotDue) and entry.reason == "not-registered") for entry in asked)


def _years_of(said: SelfRegistered) -> Iterator[tuple[int, Occasion]]:
    """Yield the years a registration owes: those missed since treatment began, at most three back (R41), and its own.

    No year in which nobody was treated yet (R31).
    """
    registered, started = said.registered_on.year, said.treatment_started_on
    first = max(started.year, registered - _YEARS_BACK) if started is not None else registered
    for year in range(first, registered):
        yield year, "late-registration"
    if treated_by_end_of(registered, said):
        yield registered, "registration"


def ask_missed_years(draft: Draft, place: SorId, tariffs: TariffTable, now: datetime, event_id: str) -> list[Send]:
    """A registered place says by now that it began earlier: ask for the years gone by that nobody has asked (R41)."""
    node = draft.node(place)
    said, standing = node.self_registration, node.standing
    if said is None or not isinstance(standing, Registered):
        return []
    this_year, first_year = danish_date(now).year, first_year_of(node, standing.identity)
    sends: list[Send] = []
    for year, occasion in _years_of(said):
        is_its_own = first_year is None or year >= first_year
        if is_its_own and year < this_year and not _has_answer(node, year):
            sends += ask(draft, Question(standing.identity, year, occasion, said, event_id), tariffs, now)
    return sends


def ask_after_exemption(
    draft: Draft, identity: Identity, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """A place that never left the register has ended its exemption: it owes the year it registered anew (R46).

    Not where it was free for another reason: what has changed about that is asked at the next yearly run [D].
    """
    node = draft.node(identity.sor_id)
    said = node.self_registration
    if said is None or said.registered_on < danish_date(identity.since) or not has_ended_one(draft, node, said):
        return []
    question = Question(identity, said.registered_on.year, "registration", said, event_id)
    if was_free_for_another_reason(node, question) or not is_owed(draft, node, question, tariffs):
        return []
    return ask(draft, question, tariffs, now)


def ask_successor(
    draft: Draft,
    identity: Identity,
    occasion: Occasion,
    since: date,
    tariffs: TariffTable,
    now: datetime,
    event_id: str,
) -> list[Send]:
    """A registration follows another: ask for every year it has been there, which is one unless it is told late."""
    said = draft.node(identity.sor_id).self_registration
    sends: list[Send] = []
    for year in range(since.year, danish_date(now).year + 1):
        if said is not None and treated_by_end_of(year, said):
            sends += ask(draft, Question(identity, year, occasion, said, event_id), tariffs, now)
    return sends


def ask_in_yearly_run(
    draft: Draft, places: list[SorId], fee_year: int, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """STPS's yearly run comes to these places: ask each that is registered and treated by the end of the year (R39)."""
    questions = (_yearly_question(draft, place, fee_year, event_id) for place in places)
    return [send for question in questions if question is not None for send in ask(draft, question, tariffs, now)]


def ask_in_missed_run(
    draft: Draft, place: SorId, fee_year: int, tariffs: TariffTable, now: datetime, event_id: str
) -> list[Send]:
    """Ask a place that was not registered yet when the run came, though it had asked to be in an earlier year.

    What it owes for the years up to that one has been asked on registration.
    """
    question, node = _yearly_question(draft, place, fee_year, event_id), draft.node(place)
    said = node.self_registration
    if question is None or said is None or said.registered_on.year >= fee_year:
        return []
    return ask(draft, question, tariffs, now) if is_owed(draft, node, question, tariffs) else []


def _yearly_question(draft: Draft, place: SorId, fee_year: int, event_id: str) -> Question | None:
    node = draft.node(place)
    said, standing = node.self_registration, node.standing
    if not isinstance(standing, Registered) or said is None or not treated_by_end_of(fee_year, said):
        return None
    first_year, closing = first_year_of(node, standing.identity), closing_of(draft, node)
    if first_year is not None and fee_year < first_year:
        return None
    if closing is not None and closing.last_day.year < fee_year:
        return None  # a run held early; nobody will be treated there in that year (R31)
    return Question(standing.identity, fee_year, "yearly-run", said, event_id)
