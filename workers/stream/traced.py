"""The traces of one turn: that of each record and day, and what is to be kept of them for days to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.effects import Send
from workers.stream.armed import Armed, announced_by

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from workers.decide import Decision
    from workers.stream.armed import Traces
    from workers.stream.tracing import Step, Tracing


class Traced:
    """Beside a turn. `kept` is what was known before the turn; `armed` what the turn changes of it.

    `under_way` is the world's, and changes at once: with a turn that is given up the world is thrown away.
    """

    def __init__(self, tracing: Tracing, kept: Armed, under_way: dict[SorId, str]) -> None:
        self._is_on = tracing.is_on
        self._trace = tracing.turn()
        self._kept = kept
        self.under_way = under_way
        self.armed = Armed()

    def record(self, record: InputRecord, traceparent: str | None) -> Step:
        """A record is taken up."""
        return self._trace.record(record, traceparent)

    def heard(self, owner: SorId, decision: Decision, event: str, step: Step, now: datetime) -> None:
        """An owner's message is decided: keep its trace with what it announced, and with what goes on at once."""
        step.came_to(decision.outcome)
        self._leave_off(owner, decision, step.traceparent, now)
        if self._is_on:
            self._keep(owner, decision, {event: step.traceparent} if step.traceparent is not None else {})

    def day(self, owner: SorId, decision: Decision, now: datetime) -> str | None:
        """A day is decided, or the next step of a cascade. Return the ``traceparent`` for its effects."""
        set_off_by = self.under_way.get(owner)
        self._leave_off(owner, decision, set_off_by, now)
        return self.set_off(owner, decision, set_off_by)

    def set_off(self, owner: SorId, decision: Decision, by: str | None) -> str | None:
        """Something is decided that was set off in the trace `by`. Return the ``traceparent`` for its effects.

        Without a tracer it is carried through. With one, what has effects is a trace of its own that names the others.
        """
        if not self._is_on:
            return by
        known = self._known(owner)
        self._keep(owner, decision, {})
        causes = dict.fromkeys(effect.causation for effect in decision.effects if isinstance(effect, Send))
        if not causes:
            return None
        armed_by = dict.fromkeys(filter(None, [by, *(known.get(cause) for cause in causes)]))
        step = self._trace.day(owner, list(armed_by))
        step.came_to(decision.outcome)
        return step.traceparent

    def committed(self) -> None:
        """The turn is there for good."""
        self._trace.committed()
        self._kept.update(self.armed)

    def given_up(self) -> None:
        """The turn is thrown away."""
        self._trace.given_up()

    def _leave_off(self, owner: SorId, decision: Decision, trace: str | None, now: datetime) -> None:
        if trace is not None and now in decision.wakes:
            self.under_way[owner] = trace
        else:
            self.under_way.pop(owner, None)

    def _keep(self, owner: SorId, decision: Decision, heard: Traces) -> None:
        known = self._known(owner) | heard
        for unit in decision.changes.nodes:
            self.armed.put(owner, unit, announced_by(decision.state.nodes[unit], known))

    def _known(self, owner: SorId) -> Traces:
        return self._kept.of(owner) | self.armed.of(owner)
