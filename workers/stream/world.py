"""The owners of one partition, and taking a turn at them: the same code under `run`, `replay` and simulation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from contracts.cloudevents import binary_headers
from contracts.dead_letters import DeadLetterReason
from contracts.records import OutputRecord
from workers.decide import DayHasCome, Decision, decide, wakes_of
from workers.effects import Refusal, Send
from workers.enrichment.questions import unanswered
from workers.stream.agenda import Agenda
from workers.stream.dead_letters import dead_letter
from workers.stream.intake import Accepted, read
from workers.tree.state import OwnerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from contracts.tariffs import TariffTable

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""Where the time of a partition stands that has seen nothing yet."""
FULL: Final = 2000
"""Outputs after which a turn takes no more on: it keeps a transaction well under a second (design.md)."""


class World:
    """What one partition holds in memory: each owner's state and when it is to be woken."""

    def __init__(
        self, tariffs: TariffTable, owners: Iterable[OwnerState] = (), stream_time: datetime = BEGINNING
    ) -> None:
        self.tariffs = tariffs
        self.owners = {state.owner: state for state in owners}
        self.agenda = Agenda(
            (instant, state.owner)
            for state in self.owners.values()
            for instant in wakes_of(state, tariffs, stream_time)
        )
        self.stream_time = stream_time
        """The latest instant anything was decided at; it never goes back."""


@dataclass(slots=True)
class Changed:
    """Keys of one owner that the changelog must be told of."""

    nodes: set[SorId] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    backlog: bool = False


class Turn:
    """Records and days decided together, not yet adopted. A turn given up leaves the world to be thrown away."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owners: dict[SorId, OwnerState] = {}
        self.outputs: list[OutputRecord] = []
        self.changed: dict[SorId, Changed] = {}
        self.outcomes: Counter[str] = Counter()
        self.dead_letters: Counter[DeadLetterReason] = Counter()
        self.stream_time = world.stream_time

    @property
    def is_full(self) -> bool:
        """Whether the turn should be brought home before it takes on more."""
        return len(self.outputs) >= FULL or self.outcomes.total() >= FULL

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bring home."""
        return not self.outputs and not self.changed and not self.outcomes

    def state(self, owner: SorId) -> OwnerState:
        """The owner as this turn leaves it."""
        return self._owners.get(owner) or self._world.owners.get(owner) or OwnerState(owner)

    def let_days_come(self, until: datetime) -> bool:
        """Wake every owner whose instant is not after `until`, each at its own instant, oldest first (R26).

        False when the turn is full and some are left.
        """
        agenda = self._world.agenda
        while (instant := agenda.next()) is not None and instant <= until:
            if self.is_full:
                return False
            _, owner = agenda.pop()
            decision = decide(self.state(owner), DayHasCome(), instant, self._world.tariffs)
            self._take(owner, decision, instant, None)
        return True

    def receive(self, record: InputRecord, now: datetime) -> None:
        """Decide one record at `now`. The days before it must have come."""
        accepted = _read(record)
        if isinstance(accepted, Refusal):
            self.outcomes["refused"] += 1
            self._bury(record, accepted, now)
            return
        decision = decide(self.state(accepted.owner), accepted.event, now, self._world.tariffs)
        for effect in decision.effects:
            if isinstance(effect, Refusal):
                self._bury(record, effect, now)
        self._take(accepted.owner, decision, now, accepted.traceparent)

    @classmethod
    def asking_again(cls, world: World) -> Iterator[Self]:
        """Yield turns that put every question CVR has not answered once more; for a world just restored (R20)."""
        turn = cls(world)
        for state in world.owners.values():
            turn.outputs += [_output(question, turn.stream_time, None) for question in unanswered(state)]
            if turn.is_full:
                yield turn
                turn = cls(world)
        if not turn.is_empty:
            yield turn

    def adopt(self) -> None:
        """Make the turn's state the world's. Only after the transaction is committed."""
        self._world.owners.update(self._owners)
        self._world.stream_time = self.stream_time

    def _take(self, owner: SorId, decision: Decision, now: datetime, traceparent: str | None) -> None:
        self.outcomes[decision.outcome] += 1
        self.stream_time = max(self.stream_time, now)
        if not decision.changes.is_empty:
            self._owners[owner] = decision.state
            changed = self.changed.setdefault(owner, Changed())
            changed.nodes |= decision.changes.nodes
            changed.numbers |= decision.changes.numbers
            changed.backlog |= decision.changes.backlog
        for instant in decision.wakes:
            self._world.agenda.add(instant, owner)
        self.outputs += [_output(effect, now, traceparent) for effect in decision.effects if isinstance(effect, Send)]

    def _bury(self, record: InputRecord, refusal: Refusal, now: datetime) -> None:
        self.stream_time = max(self.stream_time, now)
        self.dead_letters[refusal.reason] += 1
        self.outputs.append(dead_letter(record, refusal, now))


def _read(record: InputRecord) -> Accepted | Refusal:
    """Read the record; one that breaks the reading itself is a dead letter too, and never a stalled partition."""
    try:
        return read(record)
    except Exception as error:  # noqa: BLE001  # whatever a hostile record can provoke
        return Refusal("contract-violation", f"the record could not be read ({type(error).__name__})")


def _output(send: Send, now: datetime, traceparent: str | None) -> OutputRecord:
    headers = binary_headers(
        ce_id=send.id,
        ce_type=send.ce_type,
        time=now,
        subject=send.subject,
        causation=send.causation,
        traceparent=traceparent,
    )
    return OutputRecord(send.topic, send.key.encode(), send.message.model_dump_json().encode(), headers, now)
