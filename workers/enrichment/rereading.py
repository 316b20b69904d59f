"""When what CVR said is old, and is asked for again: changes may begin in CVR, and nobody tells us (R17, R38)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from contracts.cvr_facts import NotFoundFact
from contracts.danish_time import start_of_day
from workers.enrichment.questions import put_again

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from contracts.identifiers import SorId
    from workers.effects import Send
    from workers.tree.draft import Draft
    from workers.tree.state import CvrEntry, Node

_AGE: Final = timedelta(days=28)
"""How old an answer may grow [D]."""
_SPREAD: Final = 7 * 24 * 60
"""Minutes over which numbers grow old that were first asked for in one night."""
_SOONEST: Final = timedelta(hours=1)
"""A number CVR does not know may be new: asked again after this, then after twice as long each time [D]."""
_RARELY: Final = timedelta(days=7)
"""What doubling ends at."""
_LOST: Final = timedelta(days=1)
"""After this a question asked again is taken for lost."""
_STIRRED: Final = timedelta(days=1)
"""Where something happens to a unit in SOR, an answer older than this is asked for again [D]."""


def rereads(draft: Draft, units: Iterable[SorId], numbers: Iterable[str]) -> Iterator[datetime]:
    """Yield when the numbers, and those that the units carry, are to be asked for again."""
    carried = (number for sor_id in units for number in _carried_by(draft.node(sor_id)))
    for number in dict.fromkeys((*numbers, *carried)):
        due = _due_at(draft, number)
        if due is not None:
            yield due


def old_by(draft: Draft, now: datetime) -> list[str]:
    """The numbers to be asked for again by now."""
    dues = ((number, _due_at(draft, number)) for number in draft.all_numbers())
    return [number for number, due in dues if due is not None and due <= now]


def stirred(draft: Draft, sor_id: SorId, now: datetime) -> list[str]:
    """The numbers of a unit of which there is news, and its owner's: what happens in SOR often happens in CVR too."""
    carried = (*_carried_by(draft.node(draft.owner)), *_carried_by(draft.node(sor_id)))
    entries = ((number, draft.number(number)) for number in dict.fromkeys(carried))
    return [number for number, entry in entries if entry is not None and _is_from_before(entry, now - _STIRRED)]


def _is_from_before(entry: CvrEntry, instant: datetime) -> bool:
    if entry.answer is None or entry.answer.fetched_at > instant:
        return False
    return entry.asked_again_at is None or entry.asked_again_at <= instant


def ask_again(draft: Draft, numbers: Iterable[str], now: datetime) -> list[Send]:
    """Ask once more for numbers that have been answered."""
    known = [(number, entry) for number in numbers if (entry := draft.number(number)) is not None]
    if not known:
        return []
    for number, entry in known:
        draft.put_number(number, replace(entry, asked_again_at=now))
    return put_again(draft.owner, (number for number, _ in known), again_at=now)


def _due_at(draft: Draft, number: str) -> datetime | None:
    """None while the first answer is still to come, and for a number that no open unit carries any more."""
    entry = draft.number(number)
    if entry is None or entry.answer is None:
        return None
    if not any(number in _carried_by(draft.node(holder)) for holder in entry.wanted_by):
        return None
    answer = entry.answer
    if isinstance(answer.fact, NotFoundFact):
        due = answer.fetched_at + min(max(_SOONEST, answer.fetched_at - entry.asked_at), _RARELY)
    else:
        due = answer.fetched_at + _AGE + timedelta(minutes=crc32(number.encode()) % _SPREAD)
        if answer.changes_on is not None:
            due = max(min(due, start_of_day(answer.changes_on)), answer.fetched_at + _SOONEST)
    if entry.asked_again_at is None or entry.asked_again_at <= answer.fetched_at:
        return due
    return max(due, entry.asked_again_at + _LOST)


def _carried_by(node: Node) -> tuple[str, ...]:
    if node.entity is None or node.closed is not None or node.has_moved:
        return ()
    return tuple([number for number in (node.entity.cvr, node.entity.p_number) if number is not None])
