"""The owners of one partition, and taking a turn at them: the same code under `run`, `replay` and simulation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from contracts.cloudevents import binary_headers
from contracts.records import OutputRecord
from contracts.transfers import UnitTransferred
from workers.decide import DayHasCome, Decision, FeeRun, decide, wakes_of
from workers.effects import Refusal, Send
from workers.enrichment.questions import unanswered
from workers.stream.agenda import Agenda
from workers.stream.armed import Armed
from workers.stream.dead_letters import dead_letter
from workers.stream.fee_runs import FeeRuns, for_every_partition
from workers.stream.intake import OwnersMessage, RunRequested, RunStarted, read
from workers.stream.journal import Buried, Journal, Taken, newly_parked
from workers.stream.owners import Owners
from workers.stream.traced import Traced
from workers.stream.tracing import NO_TRACING
from workers.tree.state import OwnerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.cloudevents import Headers
    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from contracts.tariffs import TariffTable
    from workers.decide import RunMissed
    from workers.effects import Outcome
    from workers.stream.fee_runs import Run
    from workers.stream.intake import Accepted
    from workers.stream.tracing import Tracing

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
"""Where the time of a partition stands that has seen nothing yet."""
FULL: Final = 2000
"""Outputs, or events, after which a turn takes no more on: a transaction stays well under a second (design.md)."""


class World:
    """What one partition holds in memory: each owner's state and when it is to be woken, and STPS's yearly runs."""

    def __init__(
        self,
        tariffs: TariffTable,
        owners: Owners | None = None,
        stream_time: datetime = BEGINNING,
        *,
        came_to: datetime = BEGINNING,
        wakes: Iterable[tuple[datetime, SorId]] = (),
        fee_runs: Iterable[Run] = (),
        partitions: int = 1,
    ) -> None:
        """`wakes`: when those owners want to be woken next who are not decoded yet."""
        self.tariffs = tariffs
        self.partitions = partitions
        """How many there are: what concerns all owners is handed to each of them."""
        self.fee_runs = FeeRuns(fee_runs)
        self.owners = owners if owners is not None else Owners()
        self.stream_time = stream_time
        """The latest instant anything was decided at; it never goes back."""
        self.came_to = came_to
        """When the record taken last was: what it began is finished up to there before the next, as a replay does."""
        self.bad_in_a_row = 0
        """Records refused since the last that was not: many are a flood."""
        self.tracing: Tracing = NO_TRACING
        self.armed = Armed()
        self.under_way: dict[SorId, str] = {}
        """Of the owners who are to be gone on with at once, the trace of the message that set them off (R11)."""
        self.agenda = Agenda(wakes)
        for state in self.owners.decoded():
            self._plan(state)
        self.owners.on_decoded = self._plan

    def _plan(self, state: OwnerState) -> None:
        """Look up when the owner wants to be woken: by its state, whatever was planned before."""
        for instant in wakes_of(state, self.tariffs, self.stream_time):
            self.agenda.add(instant, state.owner)

    def next_instant(self) -> datetime | None:
        """When there is something to do without any record: an owner's day, or a yearly run; None when nothing is."""
        soonest, run = self.agenda.next(), self.fee_runs.next()
        if run is None:
            return soonest
        return run.at if soonest is None else min(soonest, run.at)


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
        self.journal = Journal()
        self.traced = Traced(world.tracing, world.armed, world.under_way)
        self.stream_time = world.stream_time
        self.came_to = world.came_to
        self.bad_in_a_row = world.bad_in_a_row
        self._steps = 0
        """Records, days, and owners asked in yearly runs; those with nothing to answer are to be kept as well."""
        self._in_order: list[SorId] | None = None

    @property
    def partitions(self) -> int:
        """How many partitions there are."""
        return self._world.partitions

    @property
    def fee_runs(self) -> tuple[Run, ...]:
        """The yearly runs, and how far this turn has brought them."""
        return tuple(self._world.fee_runs)

    @property
    def tariffs(self) -> TariffTable:
        """The table it decides by."""
        return self._world.tariffs

    def next_wake_of(self, owner: SorId) -> datetime | None:
        """When the owner is to be woken next, this turn's decisions included."""
        return self._world.agenda.soonest_of(owner)

    @property
    def is_full(self) -> bool:
        """Whether the turn should be brought home before it takes on more."""
        return len(self.outputs) >= FULL or self._steps >= FULL

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bring home."""
        return not (self.outputs or self._steps)

    def state(self, owner: SorId) -> OwnerState:
        """The owner as this turn leaves it."""
        return self._owners.get(owner) or self._world.owners.get(owner) or OwnerState(owner)

    def let_days_come(self, until: datetime) -> bool:
        """Wake every owner whose instant is not after `until`, each at its own instant, oldest first (R26).

        False when the turn is full and some are left.
        """
        while self.wake_next(until):
            pass
        return not self.is_due(until)

    def wake_next(self, until: datetime) -> bool:
        """Wake the owner whose instant comes first; False when none is due by `until`, or the turn is full.

        A yearly run comes at its instant in the same way, after the days of the owners at that instant, so that what
        closes then is closed (R39).
        """
        world = self._world
        if self.is_full or not self.is_due(until):
            return False
        self._steps += 1
        instant = world.next_instant()
        if instant is not None and world.agenda.next() == instant:
            _, owner = world.agenda.pop()
            decision = decide(self.state(owner), DayHasCome(), instant, world.tariffs)
            self._take(owner, decision, instant, self.traced.day(owner, decision, instant))
        elif (run := world.fee_runs.next()) is not None:
            self._go_on_with(run)
        return True

    def is_due(self, until: datetime) -> bool:
        """Whether somebody is to be woken by then."""
        instant = self._world.next_instant()
        return instant is not None and instant <= until

    def receive(self, record: InputRecord, now: datetime) -> Outcome:
        """Decide one record at `now`, and say what became of it. The days before it must have come."""
        self.came_to = now
        self._steps += 1
        accepted = _read(record)
        if isinstance(accepted, OwnersMessage):
            outcome = self._decide(accepted, record, now)
        else:
            outcome = self._hear(accepted, record, now)
            self.outcomes[outcome] += 1
            self.traced.record(record, None).came_to(outcome)
        self.bad_in_a_row = self.bad_in_a_row + 1 if outcome == "refused" else 0
        self.journal.taken.append(Taken(record.topic, record.timestamp, outcome))
        return outcome

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
        self._world.came_to = self.came_to
        self._world.bad_in_a_row = self.bad_in_a_row
        self.traced.committed()

    def _decide(self, accepted: OwnersMessage, record: InputRecord, now: datetime) -> Outcome:
        step = self.traced.record(record, accepted.traceparent)
        decision = decide(self.state(accepted.owner), accepted.event, now, self._world.tariffs)
        self.traced.heard(accepted.owner, decision, accepted.event.event_id, step, now)
        for effect in decision.effects:
            if isinstance(effect, Refusal):
                self._bury(record, effect, now)
        self._take(accepted.owner, decision, now, step.traceparent)
        if isinstance(accepted.event.message, UnitTransferred):
            self._world.fee_runs.welcome(accepted.owner, record.headers)
        return decision.outcome

    def _hear(self, accepted: Accepted | Refusal, record: InputRecord, now: datetime) -> Outcome:
        """Take in what concerns no owner alone, or cannot be used."""
        self.stream_time = max(self.stream_time, now)
        if isinstance(accepted, Refusal):
            self._bury(record, accepted, now)
            return "refused"
        if isinstance(accepted, RunStarted):
            return "applied" if self._world.fee_runs.start(accepted, now) else "repeated"
        if isinstance(accepted, RunRequested):
            self.outputs += for_every_partition(accepted, self._world.partitions, now)
        return "applied"

    def _go_on_with(self, run: Run) -> None:
        """Put the run to the next owner, or to the next part of a large one. Most owners have nothing to answer."""
        self.stream_time = max(self.stream_time, run.at)
        owner = run.next_owner(self._owners_in_order())
        if owner is None:
            self._world.fee_runs.put(replace(run, through=True))
            return
        event = FeeRun(run.fee_year, run.notice, run.unit)
        decision = decide(self.state(owner), event, run.at, self._world.tariffs)
        self._world.fee_runs.put(run.asked(owner, decision.resume))
        if decision.effects or decision.wakes or not decision.changes.is_empty:
            self._take(owner, decision, run.at, self.traced.set_off(owner, decision, run.traceparent))

    def _owners_in_order(self) -> list[SorId]:
        if self._in_order is None:
            self._in_order = sorted(self._world.owners.keys() | self._owners.keys())
        return self._in_order

    def _take(self, owner: SorId, decision: Decision, now: datetime, traceparent: str | None) -> None:
        self.outcomes[decision.outcome] += 1
        self.stream_time = max(self.stream_time, now)
        missed: list[RunMissed] = []
        if not decision.changes.is_empty:
            if owner not in self._owners and owner not in self._world.owners:
                self._in_order = None
            before = self.state(owner)
            missed = list(self._world.fee_runs.missed_by(before, decision.state, decision.changes.nodes, now))
            self.journal.parked += newly_parked(before, decision.state, decision.changes.nodes)
            self._owners[owner] = decision.state
            changed = self.changed.setdefault(owner, Changed())
            changed.nodes |= decision.changes.nodes
            changed.numbers |= decision.changes.numbers
            changed.backlog |= decision.changes.backlog
        for instant in decision.wakes:
            self._world.agenda.add(instant, owner)
        for effect in decision.effects:
            if isinstance(effect, Send):
                moves = isinstance(effect.message, UnitTransferred)
                along = self._world.fee_runs.passed(owner) if moves else ()
                self.outputs.append(_output(effect, now, traceparent, along))
                self.journal.note(effect, now)
        for run in missed:
            self._take(owner, decide(self.state(owner), run, now, self._world.tariffs), now, traceparent)

    def _bury(self, record: InputRecord, refusal: Refusal, now: datetime) -> None:
        self.stream_time = max(self.stream_time, now)
        self.journal.buried.append(Buried(record, refusal))
        self.outputs.append(dead_letter(record, refusal, now))


def _read(record: InputRecord) -> Accepted | Refusal:
    """Read the record; one that breaks the reading itself is a dead letter too, and never a stalled partition."""
    try:
        return read(record)
    except Exception as error:  # noqa: BLE001  # whatever a hostile record can provoke
        return Refusal("contract-violation", f"the record could not be read ({type(error).__name__})")


def _output(send: Send, now: datetime, traceparent: str | None, along: Headers = ()) -> OutputRecord:
    headers = binary_headers(
        ce_id=send.id,
        ce_type=send.ce_type,
        time=now,
        subject=send.subject,
        causation=send.causation,
        traceparent=traceparent,
    )
    return OutputRecord(send.topic, send.key.encode(), send.message.to_json(), headers + along, now)
