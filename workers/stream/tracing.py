"""What the loop tells a tracer: which records a turn took and which days came, each in the trace it belongs to.

Without a tracer the traces of the senders are carried through as they came (contracts.md, "Envelope").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from contracts.identifiers import SorId
    from contracts.records import InputRecord


class Step(Protocol):
    """One record being processed, or one day that has come."""

    @property
    def traceparent(self) -> str | None:
        """For what it causes."""

    def came_to(self, outcome: str) -> None:
        """It is decided."""


class TurnTrace(Protocol):
    """The steps of one turn. They end together, for they are committed together."""

    def record(self, record: InputRecord, traceparent: str | None) -> Step:
        """A record is taken up; `traceparent` is its sender's."""

    def day(self, owner: SorId, armed_by: Collection[str]) -> Step:
        """A day of the owner has come and had effects, announced in these traces, perhaps weeks ago."""

    def committed(self) -> None:
        """All of it is there."""

    def given_up(self) -> None:
        """Nothing of it is there, or nobody knows; it will be done again."""


class Tracing(Protocol):
    """`is_on`: whether it is to be kept which trace announced what is still to come."""

    @property
    def is_on(self) -> bool:
        """Whether anything is recorded."""

    def turn(self) -> TurnTrace:
        """The trace of one turn."""


class _CarriedThrough:
    """See `Step`."""

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def came_to(self, outcome: str) -> None:
        """See `Step.came_to`."""


class _NoTrace:
    """See `TurnTrace`."""

    def record(self, record: InputRecord, traceparent: str | None) -> Step:  # noqa: ARG002  # the protocol's
        """See `TurnTrace.record`."""
        return _CarriedThrough(traceparent)

    def day(self, owner: SorId, armed_by: Collection[str]) -> Step:  # noqa: ARG002
        """See `TurnTrace.day`."""
        return _CarriedThrough(None)

    def committed(self) -> None:
        """See `TurnTrace.committed`."""

    def given_up(self) -> None:
        """See `TurnTrace.given_up`."""


class _NoTracing:
    """See `Tracing`."""

    is_on = False
    _TRACE: Final = _NoTrace()

    def turn(self) -> TurnTrace:
        """See `Tracing.turn`."""
        return self._TRACE


NO_TRACING: Final[Tracing] = _NoTracing()
