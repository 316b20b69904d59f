"""Alive, not yet, or no more: the life span decides, the status text only fills in (notes §1.6, §3.1)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from adapters.cvr.periods import Period, lives
from contracts.cvr_facts import CompanyStatus

_SOUND = frozenset({"normal", "aktiv"})
_DISSOLVED = frozenset({"tvangsopløst", "slettet", "uden retsvirkning"})
_DISSOLVING = ("konkurs", "likvidation", "rekonstruktion", "reassumering", "tvangsopløsning")
_NO_LONGER = frozenset({"ophørt", "inaktiv"})


@dataclass(frozen=True, slots=True)
class LifeSpan:
    """A status with the first day of the life it speaks of, and the last day of the last one (R38).

    `ceased_on` may lie ahead of a company that still lives, when its end is already registered.
    """

    status: CompanyStatus
    started_on: date | None
    ceased_on: date | None


def read_life_span(life_span: object, status_text: str | None, today: date) -> LifeSpan:
    """Read a ``livsforloeb`` list, with CVR's own status word for what it leaves open.

    CVR's word lags: all ten closed units among the real samples are still called "Aktiv". So it is asked only
    whether a living company is being dissolved, and when there is no life span at all.
    """
    periods = lives(life_span)
    if not periods:
        return LifeSpan(_by_text_alone(status_text), None, None)
    for period in periods:
        if period.covers(today):
            return LifeSpan(_while_alive(status_text), period.start, periods[-1].end)
    past: list[Period] = [period for period in periods if period.is_over(today)]
    if past:
        return LifeSpan("ceased", past[-1].start, past[-1].end)
    return LifeSpan("future", periods[0].start, periods[-1].end)


def _while_alive(text: str | None) -> CompanyStatus:
    word = _fold(text)
    # "Fremtid", "Ophørt" and "inaktiv" are only summaries of a life span, and late beside the life span itself.
    if word in _SOUND or word in _NO_LONGER or word in {"", "fremtid"}:
        return "active"
    # A dissolution that is registered takes effect with the end of the life span, which is inclusive.
    return "in-dissolution" if _is_dissolving(word) or _is_dissolved(word) else "unknown"


def _by_text_alone(text: str | None) -> CompanyStatus:
    word = _fold(text)
    if word in _SOUND:
        return "active"
    if word == "fremtid":
        return "future"
    if word in _NO_LONGER or _is_dissolved(word):
        return "ceased"
    return "in-dissolution" if _is_dissolving(word) else "unknown"


def _is_dissolving(word: str) -> bool:
    """Whether it is one of the "UNDER …" statuses, or a credit event of that name in Datafordeler."""
    return word.startswith("under ") or any(event in word for event in _DISSOLVING)


def _is_dissolved(word: str) -> bool:
    return word in _DISSOLVED or word.startswith("opløst efter ")


def _fold(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").casefold().strip()
