"""Sentences for how things stand, what comes, what is waited for, and what does not happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from workers.explain.story import Coming, Fact, Present
    from workers.explain.words.catalogue import Words


def say_standing(present: Present, as_of: datetime, words: Words) -> Iterator[str]:
    """Yield where the unit stands with BSR, its open fee questions, and what CVR says of it."""
    standing = present.standing
    day = words.day(standing.last_day) if standing.last_day is not None else ""
    yield words.say(f"standing.{standing.is_now}", id=standing.registration_id, day=day)
    for fee in present.parked:
        occasion = words.code("occasion", fee.occasion)
        yield words.say("standing.parked", year=fee.fee_year, occasion=occasion, instant=words.instant(fee.asked_at))
    yield from (_fact(each, as_of, words) for each in present.facts)


def _fact(fact: Fact, as_of: datetime, words: Words) -> str:
    phrase = "standing.unknown-number" if fact.said == "not-found" else "standing.company"
    status = words.code("status", fact.status or "unknown")
    instant, age = words.instant(fact.fetched_at), words.age(as_of - fact.fetched_at)
    return words.say(phrase, number=fact.number, status=status, instant=instant, age=age)


def say_coming(present: Present, words: Words) -> Iterator[str]:
    """Yield what is due, soonest first."""
    for coming in present.coming:
        yield _coming(coming, present, words)
    if not present.coming:
        yield words.say("page.nothing-coming")
    soonest = min((coming.at for coming in present.coming), default=None)
    if present.looked_at_next is not None and present.looked_at_next != soonest:
        yield words.say("page.looked-at", instant=words.instant(present.looked_at_next))


def _coming(coming: Coming, present: Present, words: Words) -> str:
    is_above = coming.by is not None and coming.by != present.unit.sor_id
    return words.say(
        f"coming.{coming.matter}",
        instant=words.instant(coming.at),
        day=words.day(coming.last_day) if coming.last_day is not None else "",
        by=words.say("coming.by", by=coming.by) if is_above else "",
        owner=coming.by,
        year=coming.fee_year,
    )


def say_waits(present: Present, words: Words) -> Iterator[str]:
    """Yield what the unit waits for."""
    yield from (words.say(f"waits.{each.reason}", about=each.about) for each in present.waits)


def say_absences(present: Present, words: Words) -> Iterator[str]:
    """Yield what does not happen, and why."""
    for each in present.absences:
        day = words.day(each.day) if each.day is not None else ""
        yield words.say(f"absence.{each.reason}", about=each.about, day=day)
