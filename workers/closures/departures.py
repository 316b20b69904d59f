"""Places that leave BSR without closing in SOR: by STPS's decision (R28) or their own deletion request (R45)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from contracts.danish_time import danish_date, start_of_day
from contracts.notices import DeregistrationDecided
from workers.fees.ledger import Question, ask
from workers.registrations.leaving import Leaving, deregister
from workers.tree.state import Departure, Registered

if TYPE_CHECKING:
    from datetime import date, datetime

    from contracts.notices import DeletionRequested
    from contracts.tariffs import TariffTable
    from workers.effects import Send
    from workers.tree.draft import Draft
    from workers.tree.state import Node


def departure_of(notice: DeregistrationDecided | DeletionRequested, event_id: str, now: datetime) -> Departure:
    """What the notice asks for: out from `effective_on` on, or from the day the place asked."""
    is_decision = isinstance(notice, DeregistrationDecided)
    return Departure(
        effective_on=notice.effective_on if isinstance(notice, DeregistrationDecided) else notice.requested_on,
        cause="stps-decision" if is_decision else "deletion-request",
        treated_in_year=notice.treated_in_year,
        noted_on=danish_date(now),
        event_id=event_id,
    )


def with_departure(node: Node, departure: Departure) -> Node:
    """Note it; a decision that has not taken effect yet gives way to the one that follows it [D]."""
    departures = node.notices.departures
    if departure.cause == "stps-decision":
        departures = tuple(replace(each, is_now="replaced") if _gives_way(each) else each for each in departures)
    return replace(node, notices=replace(node.notices, departures=(*departures, departure)))


def _gives_way(departure: Departure) -> bool:
    return departure.is_now == "to-come" and departure.cause == "stps-decision"


def knows(node: Node, departure: Departure) -> bool:
    """Whether the same has been said before.

    A decision that was replaced may be made again as long as the one that replaced it is still to come [D].
    """
    before = node.notices.departures
    may_return = any(_gives_way(each) for each in before)
    return any(
        each.event_id == departure.event_id
        or (_content(each) == _content(departure) and not (may_return and each.is_now == "replaced"))
        for each in before
    )


def _content(departure: Departure) -> tuple[date, str, bool]:
    return departure.effective_on, departure.cause, departure.treated_in_year


def next_departure(node: Node) -> Departure | None:
    """The departure that is to take effect next: one still to come, or one that a late registration has missed."""
    if not node.notices.departures:
        return None
    said, departures = node.self_registration, sorted(node.notices.departures, key=lambda each: each.effective_on)
    to_come = [each for each in departures if each.is_now == "to-come"]
    if said is None or not isinstance(node.standing, Registered):
        return next(iter(to_come), None)
    missed = [each for each in departures if each.is_now == "taken" and said.registered_on < each.effective_on]
    return next(iter(missed + to_come), None)


def departure_due_at(node: Node) -> datetime | None:
    """The instant the unit's next departure wants to take effect, or None."""
    departure = next_departure(node)
    return start_of_day(departure.effective_on) if departure is not None else None


def depart(draft: Draft, node: Node, tariffs: TariffTable, now: datetime) -> list[Send]:
    """Let the next departure take effect. A place that is not registered has nothing to leave; what comes later may."""
    departure = next_departure(node)
    if departure is None or start_of_day(departure.effective_on) > now:
        raise AssertionError("a departure takes effect on its own day, never early")
    said, standing = node.self_registration, node.standing
    taken = replace(departure, is_now="taken", ended=said.registered_on if said is not None else None)
    departures = tuple(taken if each == departure else each for each in node.notices.departures)
    node = replace(node, notices=replace(node.notices, departures=departures))
    draft.put(node)
    if not isinstance(standing, Registered):
        return []
    sends = [deregister(draft, node, standing, _leaving(node, departure))]
    if departure.treated_in_year:
        year = (departure.effective_on - timedelta(days=1)).year
        sends += ask(draft, Question(standing.identity, year, "closure", said, departure.event_id), tariffs, now)
    return sends


def _leaving(node: Node, departure: Departure) -> Leaving:
    is_decision = departure.cause == "stps-decision"
    version = node.self_registration.version if node.self_registration is not None else None
    return Leaving(
        cause=departure.cause,
        last_day=departure.effective_on - timedelta(days=1),
        by=node.sor_id,
        noted_on=departure.noted_on,
        is_backdated=departure.noted_on > departure.effective_on,
        rules=("R28" if is_decision else "R45", "R27"),
        event_id=departure.event_id,
        distinct=(departure.cause, version),
    )
