"""The traces of one turn: that of each record and day, and what is to be kept of them for days to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workers.effects import Send
from workers.stream.armed import Armed, announced_by

if TYPE_CHECKING:
    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from workers.decide import Decision
    from workers.stream.armed import Traces
    from workers.stream.tracing import Step, Tracing


class Traced:
    """Beside a turn. `kept` is what was known before the turn; `armed` what the turn changes of it."""

    def __init__(self, tracing: Tracing, kept: Armed) -> None:
        self._is_on = tracing.is_on
        self._trace = tracing.turn()
        self._kept = kept
        self.armed = Armed()

    def record(self, record: InputRecord, traceparent: str | None) -> Step:
        """A record is taken up."""
        return self._trace.record(record, traceparent)

    def heard(self, owner: SorId, decision: Decision, event: str, step: Step) -> None:
        """An owner's message is decided: keep its trace with what it announced."""
        step.came_to(decision.outcome)
        if self._is_on:
            self._keep(owner, decision, {event: step.traceparent} if step.traceparent is not None else {})

    def day(self, owner: SorId, decision: Decision) -> str | None:
        """A day is decided. Return the ``traceparent`` for its effects; one without effects is not told of."""
        if not self._is_on:
            return None
        known = self._known(owner)
        self._keep(owner, decision, {})
        causes = dict.fromkeys(effect.causation for effect in decision.effects if isinstance(effect, Send))
        if not causes:
            return None
        step = self._trace.day(owner, [known[cause] for cause in causes if cause in known])
        step.came_to(decision.outcome)
        return step.traceparent

    def committed(self) -> None:
        """The turn is there for good."""
        self._trace.committed()
        self._kept.update(self.armed)

    def given_up(self) -> None:
        """The turn is thrown away."""
        self._trace.given_up()

    def _keep(self, owner: SorId, decision: Decision, heard: Traces) -> None:
        known = self._known(owner) | heard
        for unit in decision.changes.nodes:
            self.armed.put(owner, unit, announced_by(decision.state.nodes[unit], known))

    def _known(self, owner: SorId) -> Traces:
        return self._kept.of(owner) | self.armed.of(owner)
