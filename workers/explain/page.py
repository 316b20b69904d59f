"""A story as a page of text: by date, what came in, what went out and why; then how things stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.text import Text

from contracts.danish_time import COPENHAGEN, danish_date
from workers.explain.inputs import Heard
from workers.explain.outputs import Sent
from workers.explain.words.catalogue import phrases
from workers.explain.words.inputs import say_input
from workers.explain.words.outputs import say_output, say_why
from workers.explain.words.present import say_absences, say_coming, say_standing, say_waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console, ConsoleOptions, RenderableType

    from workers.explain.inputs import Place
    from workers.explain.story import Event, Story, Unit
    from workers.explain.words import Words

_NARROWEST: Final = 20


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Text after a mark; its further lines hang below its beginning, and nothing is padded on the right."""

    mark: str
    text: str
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        room = max(_NARROWEST, options.max_width - len(self.mark))
        for number, line in enumerate(_text(self.text, self.style).wrap(console, room)):
            line.rstrip()
            yield Text(" " * len(self.mark) if number else self.mark) + line


def page_of(story: Story, words: Words, *, with_rules: bool = True) -> Iterator[RenderableType]:
    """Yield the page, part by part, for a console to wrap; at its end the rules, a line each."""
    yield from _head(story, words)
    causes: dict[str, Event] = {event.event_id: event for event in story.events if isinstance(event, Heard)}
    for day, events in groupby(story.events, key=lambda event: danish_date(event.at)):
        yield Text()
        yield Text(words.day(day), style="bold")
        for event in events:
            yield from _event(event, causes, words, story)
    present = story.present
    yield from _section(words.say("page.now"), say_standing(present, story.as_of, words))
    yield from _section(words.say("page.coming"), say_coming(present, words))
    yield from _section(words.say("page.waits"), say_waits(present, words))
    yield from _section(words.say("page.absences"), say_absences(present, words))
    rules = _rules(story) if with_rules else []
    yield from _section(words.say("page.rules"), (f"{rule}: {words.say(rule)}" for rule in rules), "dim")


def _head(story: Story, words: Words) -> Iterator[RenderableType]:
    unit = story.present.unit
    name = f"{unit.name} · " if unit.name is not None else ""
    yield _text(words.say("page.title", name=name, sor_id=unit.sor_id), "bold")
    yield _text(_place_in_the_tree(unit, words))
    if unit.cvr is not None or unit.p_number is not None:
        yield _text(words.say("page.numbers", cvr=unit.cvr, p_number=unit.p_number))
    outputs = words.say(f"page.{story.outputs_are}")
    yield Text(words.say("page.as-of", instant=words.instant(story.as_of), outputs=outputs), style="dim")


def _place_in_the_tree(unit: Unit, words: Words) -> str:
    owner_type = words.code("owner-type", unit.owner_type) if unit.owner_type is not None else ""
    if unit.sor_type == "IE":
        return words.say("page.owner", owner_type=owner_type, places=unit.treatment_places_below)
    if unit.sor_type is None:
        return words.say("page.heard-of", owner=unit.owner_sor_id)
    kind = words.code("sor-type", unit.sor_type)
    return words.say("page.unit", kind=kind, parent=unit.parent_sor_id, owner=unit.owner_sor_id, owner_type=owner_type)


def _event(event: Event, causes: Mapping[str, Event], words: Words, story: Story) -> Iterator[RenderableType]:
    time = event.at.astimezone(COPENHAGEN).strftime("%H:%M")
    if isinstance(event, Sent):
        unit = story.present.unit.sor_id
        why = say_why(event, causes, words, unit)
        style = "yellow" if event.kind == "dead-letter" else "green"
        yield _Paragraph(f"  {time}  → ", say_output(event, words, unit).rstrip(".") + ".", style)
        yield from _notes(f"{event.topic} {event.id}{_lies(event.place)}", *([why] if why else []))
    else:
        yield _Paragraph(f"  {time}  ", say_input(event, words), "")
        yield from _notes(f"{event.place.topic}{_lies(event.place)} {event.event_id}")


def _lies(place: Place | None) -> str:
    return f" [{place.partition}]@{place.offset}" if place is not None else ""


def _notes(*notes: str) -> Iterator[RenderableType]:
    yield from (_Paragraph(" " * 9, note, "dim") for note in notes)


def _section(title: str, lines: Iterable[str], style: str = "") -> Iterator[RenderableType]:
    said = list(lines)
    if not said:
        return
    yield Text()
    yield Text(title, style="bold")
    yield from (_Paragraph("  ", line, style) for line in said)


def _text(text: str, style: str = "") -> Text:
    """Text for a terminal: what a message may hold to command one is shown as a replacement character."""
    return Text("".join(char if char.isprintable() else "\ufffd" for char in text), style=style)


def _rules(story: Story) -> list[str]:
    """The rules the outputs name, each once, by number; those that a newer release knows are left out."""
    whys = (event.why for event in story.events if isinstance(event, Sent) and event.why is not None)
    known = {rule for why in whys for rule in why.rules if rule in phrases()}
    return sorted(known, key=lambda rule: int(rule.removeprefix("R")))
