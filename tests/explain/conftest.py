"""Stories of what a scenario told, as data and as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from io import StringIO

import pytest
from rich.console import Console, Group

from contracts.danish_time import start_of_day
from contracts.identifiers import SorId
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from support.scenario import Scenario
from support.trees import Unit
from workers.explain.page import page_of
from workers.explain.recording import tell_recording
from workers.explain.story import Story
from workers.explain.words import Language, Words
from workers.replay.replay import Replay


@dataclass(frozen=True)
class Told:
    """One story, and its page in either language, not wrapped."""

    story: Story

    def page(self, language: Language = "en") -> str:
        console = Console(file=StringIO(), width=2000)
        console.print(Group(*page_of(self.story, Words(language))))
        return console.file.getvalue()

    def sentences(self, mark: str = "") -> list[str]:
        """The lines that begin with a time, without it; `mark` "→" for what went out alone."""
        lines = (line.strip() for line in self.page().splitlines())
        said = [line[7:] for line in lines if re.match(r"\d\d:\d\d  ", line)]
        return [line.removeprefix("→ ") for line in said if line.startswith(mark)]

    def section(self, title: str) -> list[str]:
        """The lines below a heading."""
        _, _, rest = self.page().partition(f"\n{title}\n")
        return [line.strip() for line in rest.split("\n\n")[0].splitlines()]

    def of_kind(self, kind: str) -> list:
        return [event for event in self.story.events if event.kind == kind]


def told_by(
    records: Iterable[InputRecord], unit: Unit | str, *, until: str | None = None, tariffs: TariffTable | None = None
) -> Told:
    every = list(records)
    replay = Replay(tariffs or TariffTable.load())
    day = start_of_day(date.fromisoformat(until)) if until is not None else None
    return Told(tell_recording(SorId(getattr(unit, "sor_id", unit)), lambda: every, replay, day))


@pytest.fixture
def told() -> Callable[..., Told]:
    """`told(world, unit, until="2024-03-01")`, or of any records."""

    def tell(world: Scenario | Iterable[InputRecord], unit: Unit | str, **options) -> Told:
        return told_by(world.records if isinstance(world, Scenario) else world, unit, **options)

    return tell


@pytest.fixture
def recorded() -> Callable[[Scenario], list[InputRecord]]:
    """What a scenario was told and what it sent, as a recording of all topics holds it."""

    def both(world: Scenario) -> list[InputRecord]:
        records = [*world.records, *(each.record.as_input() for each in world.outputs)]
        return sorted(records, key=lambda record: record.timestamp)

    return both
