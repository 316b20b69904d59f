"""A unit's story as lines of text by day, in one language, for the page to lay out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from contracts.danish_time import danish_date
from workers.explain.inputs import Heard
from workers.explain.outputs import Sent
from workers.explain.words.inputs import say_input
from workers.explain.words.outputs import say_output, say_why
from workers.explain.words.present import say_absences, say_coming, say_standing, say_waits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from workers.explain.story import Event, Story
    from workers.explain.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One event: when, what, and of an output why."""

    time: str
    says: str
    why: str
    is_output: bool
    is_dead_letter: bool
    where: str
    """Topic, partition and offset."""


@dataclass(frozen=True, slots=True)
class Told:
    """What has happened, by day; how things stand, what comes, what is waited for, and what does not happen."""

    days: list[tuple[date, list[Line]]]
    standing: list[str]
    coming: list[str]
    waits: list[str]
    absences: list[str]


def told_in(story: Story, words: Words) -> Told:
    """The story in words."""
    present = story.present
    return Told(
        list(days_of(story, words)),
        list(say_standing(present, story.as_of, words)),
        list(say_coming(present, words)),
        list(say_waits(present, words)),
        list(say_absences(present, words)),
    )


def days_of(story: Story, words: Words) -> Iterator[tuple[date, list[Line]]]:
    """Yield each Danish day with its events, the latest day first and each day from its beginning."""
    causes: dict[str, Event] = {event.event_id: event for event in story.events if isinstance(event, Heard)}
    days = [
        (day, [_line(event, causes, story, words) for event in events])
        for day, events in groupby(story.events, key=lambda event: danish_date(event.at))
    ]
    yield from reversed(days)


def _line(event: Event, causes: dict[str, Event], story: Story, words: Words) -> Line:
    unit, time = story.present.unit.sor_id, words.instant(event.at)[-5:]
    where = f"{event.place.topic} [{event.place.partition}]@{event.place.offset}" if event.place is not None else ""
    if isinstance(event, Sent):
        says = say_output(event, words, unit).rstrip(".") + "."
        why = say_why(event, causes, words, unit)
        return Line(time, says, why or "", is_output=True, is_dead_letter=event.kind == "dead-letter", where=where)
    return Line(time, say_input(event, words), "", is_output=False, is_dead_letter=False, where=where)
