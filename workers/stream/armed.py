"""Which trace announced what is still to come, so that a day can name it when it comes, after however many restarts.

Kept beside the state, in a header of each unit's changelog record, and only while tracing is on: the rules know events
by their id and nothing of traces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from contracts.identifiers import SorId
from workers.tree.state import Parked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.cloudevents import Headers
    from workers.tree.state import Node

HEADER: Final = "traces"

Traces = dict[str, str]
"""By event id, the ``traceparent`` of the step that took the event."""


class Armed:
    """Of one partition, or of what one turn changes of it: by owner and unit."""

    def __init__(self) -> None:
        self._of: dict[SorId, dict[SorId, Traces]] = {}

    def of(self, owner: SorId) -> Traces:
        """All that is kept of the owner's units."""
        return {event: trace for traces in self._of.get(owner, {}).values() for event, trace in traces.items()}

    def put(self, owner: SorId, unit: SorId, traces: Traces) -> None:
        """Replace what is kept of the unit."""
        self._of.setdefault(owner, {})[unit] = traces

    def headers(self, owner: SorId, unit: SorId) -> Headers:
        """What the unit's changelog record is to carry."""
        traces = self._of.get(owner, {}).get(unit)
        return ((HEADER, orjson.dumps(traces)),) if traces else ()

    def update(self, other: Armed) -> None:
        """Take on what a committed turn has changed."""
        for owner, units in other._of.items():
            kept = {**self._of.get(owner, {}), **units}
            self._of[owner] = {unit: traces for unit, traces in kept.items() if traces}
            if not self._of[owner]:
                del self._of[owner]


def announced_by(node: Node, known: Mapping[str, str]) -> Traces:
    """The traces, of those known, in which something was announced that is still to come of the unit."""
    return {event: known[event] for event in _events(node) if event in known}


def restored(headers: Mapping[bytes, bytes]) -> Iterator[tuple[SorId, SorId, Traces]]:
    """Read back what changelog records carried, by their keys."""
    for key, header in headers.items():
        _, owner, unit = key.decode().split("/")
        yield SorId(owner), SorId(unit), orjson.loads(header)


def _events(node: Node) -> Iterator[str]:
    if node.announcement is not None and node.closed is None:
        yield node.announcement.event_id
    yield from (each.event_id for each in node.renumberings)
    yield from (each.event_id for each in node.notices.departures if each.is_now == "to-come")
    yield from (each.event_id for each in node.ledger if isinstance(each, Parked))
