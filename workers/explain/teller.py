"""Telling a unit's story: its owners' records are played again, and what concerns the unit is written down."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Final

from contracts.topics import WORKER_INPUTS, Topic
from workers.explain.heard import Listener, unit_named_in
from workers.explain.present import effective_of, home_of, present_of
from workers.explain.sent import OUTPUTS, Speaker, origin_of
from workers.explain.story import Story
from workers.operations.letters import letter_of
from workers.replay.replay import TO_ITSELF
from workers.tree.draft import Draft
from workers.tree.state import OwnerState

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.records import InputRecord, OutputRecord
    from workers.explain.inputs import Outcome
    from workers.explain.story import Event
    from workers.replay.replay import Replay
    from workers.stream.world import World

INPUTS: Final = frozenset(topic.value for topic in WORKER_INPUTS) - TO_ITSELF
"""The topics that are heard again; what the worker tells itself, a replay makes anew."""
_BAD: Final[tuple[Outcome, ...]] = ("refused", "repeated", "stale")


class Teller:
    """Hears the records of a unit's owners in order, inputs and outputs, and tells the unit's story at the end."""

    def __init__(self, sor_id: SorId, owners: Iterable[SorId], replay: Replay, *, outputs_on_record: bool) -> None:
        self._unit = sor_id
        self._owners = owners
        self._replay = replay
        self._on_record = outputs_on_record
        self._listener = Listener(sor_id)
        self._speaker = Speaker()
        self._pages = _Pages(sor_id)
        self._noted: set[str] = set()
        """Where the inputs lie that may be part of the story: dead letters of others are not."""

    def hear(self, record: InputRecord) -> None:
        """Take in one record; those of other topics are passed over. Raises `ExplainError`."""
        if record.topic in OUTPUTS and self._on_record:
            self._tell(record, is_on_record=True)
        elif record.topic in INPUTS:
            self._play(record)

    def let_days_come(self, last: datetime, until: datetime) -> None:
        """Let the clock run on from the `last` instant on record; what comes then is told as a replay gives it."""
        self._replayed(self._replay.advance(last))
        for output in self._replay.advance(until):
            self._tell(output.as_input(), is_on_record=False)

    def story(self, as_of: datetime, world: World | None = None) -> Story:
        """The story so far. `world`: what the worker really holds, where that is known; else what the replay holds."""
        world = world if world is not None else self._replay.world
        owner = home_of(world, self._unit) or OwnerState(min(self._owners))  # all that was told may have been refused
        return Story(
            as_of=as_of,
            outputs_are="on-record" if self._on_record else "replayed",
            events=tuple(self._pages.in_order()),
            present=present_of(world, owner, self._unit, as_of),
        )

    def _play(self, record: InputRecord) -> None:
        self._replayed(self._replay.advance(record.timestamp))
        before = self._replay.outcomes.copy()
        outputs = list(self._replay.play(record))
        reaches = any(_is_of(output, self._unit) for output in outputs)
        note = self._listener.note(record, _outcome(before, self._replay.outcomes), reaches=reaches)
        if note is not None:
            self._pages.add(note.event, note.about)
            self._noted.add(f"{record.topic}/{record.partition}/{record.offset}")
        self._pages.come_near(self._near())
        self._replayed(outputs)

    def _replayed(self, outputs: Iterable[OutputRecord]) -> None:
        for output in outputs:
            if not self._on_record:
                self._tell(output.as_input(), is_on_record=False)

    def _tell(self, record: InputRecord, *, is_on_record: bool) -> None:
        if record.topic == Topic.DEAD_LETTERS:
            if letter_of(record) is None:
                return  # no Sorbro has written it; `sorbro dead-letters` counts such
            about = unit_named_in(record, self._unit)
            if about is not None and (about == self._unit or origin_of(record) in self._noted):
                self._pages.add(self._speaker.event(record, is_on_record=is_on_record), about)
        elif record.key == self._unit.encode() and record.value is not None:
            event = self._speaker.event(record, is_on_record=is_on_record)
            self._pages.add(event, self._unit)
            self._pages.come_near({event.caused_by}, stay=True)

    def _near(self) -> set[str]:
        """The units above, and the numbers the unit carries through them, as things are now."""
        state = home_of(self._replay.world, self._unit)
        if state is None:
            return set()
        draft = Draft(state)
        node = draft.node(self._unit)
        way = draft.path(node.entity) if node.entity is not None else None
        effective = effective_of(draft, node)
        numbers = (effective.cvr, effective.p_number) if effective is not None else ()
        return {*(each.sor_id for each in way or ()), *(number for number in numbers if number)}


class _Pages:
    """Events by what they are about: those about what is near the unit are its story, the others may become so."""

    def __init__(self, unit: SorId) -> None:
        self._always: set[str] = {unit}
        self._near: set[str] = set()
        self._kept: list[tuple[datetime, int, Event]] = []
        self._laid_by: defaultdict[str, list[tuple[datetime, int, Event]]] = defaultdict(list)
        self._order = count()

    def add(self, event: Event, about: str) -> None:
        page = (event.at, next(self._order), event)
        is_near = about in self._always or about in self._near
        (self._kept if is_near else self._laid_by[about]).append(page)

    def come_near(self, names: set[str], *, stay: bool = False) -> None:
        """From now on the unit is concerned by `names`; with `stay` for good, else until it is told anew."""
        if stay:
            self._always |= names
        else:
            self._near = names
        for name in names:
            self._kept += self._laid_by.pop(name, [])

    def in_order(self) -> Iterator[Event]:
        yield from (event for _, _, event in sorted(self._kept, key=lambda page: page[:2]))


def _outcome(before: Counter[str], after: Counter[str]) -> Outcome:
    return next((each for each in _BAD if after[each] > before[each]), "applied")


def _is_of(output: OutputRecord, unit: SorId) -> bool:
    return output.key == unit.encode() and output.topic in OUTPUTS
