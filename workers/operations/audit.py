"""What people did, as records of ``sorbro.audit.v1``: with each redrive who, why, which letters and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.cloudevents import binary_headers
from contracts.records import OutputRecord
from contracts.redrives import LettersRedriven, RedriveEnded, RedriveStarted
from contracts.topics import CE_TYPES
from workers.effects import effect_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Literal
    from uuid import UUID

    from contracts.redrives import Chosen, LetterPlace
    from workers.operations.tally import Tally


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator wants done: which letters, who says so and why, how many at most, and how many a second."""

    chosen: Chosen
    operator: str
    why: str
    first: int | None = None
    per_second: float = 20.0


class RedriveLog:
    """The events of one redrive. Building it raises pydantic's `ValidationError` for a name or reason that is none."""

    def __init__(self, order: Order, now: datetime) -> None:
        self._order = order
        self._id = effect_id("redrive", order.operator, order.why, order.chosen.to_json().decode(), now)
        self._events = 0
        self.started = self._record(
            RedriveStarted(**self._acted(now), chosen=order.chosen, first=order.first, per_second=order.per_second)
        )

    def sent(self, letters: Sequence[LetterPlace], now: datetime) -> OutputRecord:
        """The event that goes with the letters, in their transaction."""
        return self._record(LettersRedriven(**self._acted(now), letters=tuple(letters)))

    def ended(self, outcome: Literal["done", "stopped"], tally: Tally, now: datetime) -> OutputRecord:
        """The last event."""
        return self._record(
            RedriveEnded(
                **self._acted(now),
                outcome=outcome,
                sent=tally.sent,
                failing=tally.failing.total(),
                superseded=tally.superseded,
            )
        )

    def _acted(self, now: datetime) -> dict[str, Any]:
        return {"redrive_id": self._id, "operator": self._order.operator, "why": self._order.why, "at": now}

    def _record(self, event: RedriveStarted | LettersRedriven | RedriveEnded) -> OutputRecord:
        topic, ce_type = CE_TYPES[type(event)]
        headers = binary_headers(
            ce_id=self._event_id(self._events),
            ce_type=ce_type,
            time=event.at,
            subject=str(self._id),
            causation=str(self._event_id(0)),
            traceparent=None,
        )
        self._events += 1
        return OutputRecord(topic, str(self._id).encode(), event.to_json(), headers, event.at)

    def _event_id(self, number: int) -> UUID:
        return effect_id(self._id, number)
