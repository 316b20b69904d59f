"""What a turn leaves to be told once it is committed: the records it took, and the decisions that matter to people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.deregistrations import DeregistrationEffective, SorDeletionRequested
from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from contracts.registrations import RegistrationWithdrawn
from workers.tree.state import Parked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from workers.effects import Outcome, Refusal, Send
    from workers.tree.state import OwnerState

_MATTERS: Final = frozenset(
    {DeregistrationEffective, InvoiceTriggered, InvoiceNotDue, RegistrationWithdrawn, SorDeletionRequested}
)
"""What somebody will ask about by name; the forwarding of a record is told in numbers."""


class Taken(NamedTuple):
    """One record: where it came from, when it was written, what became of it."""

    topic: str
    timestamp: datetime
    outcome: Outcome


class Decided(NamedTuple):
    """One decision that matters, and the instant it was decided at: the record's, or that of the day that came."""

    send: Send
    at: datetime


class Buried(NamedTuple):
    """A record that became a dead letter, and why."""

    record: InputRecord
    refusal: Refusal


@dataclass(slots=True)
class Journal:
    """In the order of deciding. Bounded as the turn is."""

    taken: list[Taken] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    buried: list[Buried] = field(default_factory=list)
    parked: list[tuple[SorId, Parked]] = field(default_factory=list)

    def note(self, send: Send, at: datetime) -> None:
        """Keep the message if it is one of those that matter."""
        if type(send.message) in _MATTERS:
            self.decided.append(Decided(send, at))


def newly_parked(before: OwnerState, after: OwnerState, units: Collection[SorId]) -> Iterator[tuple[SorId, Parked]]:
    """Yield the fee questions of these units that wait now and did not before (R32, R38)."""
    for sor_id in units:
        parked = [entry for entry in after.nodes[sor_id].ledger if isinstance(entry, Parked)]
        if parked:
            known = before.nodes[sor_id].ledger if sor_id in before.nodes else ()
            yield from ((sor_id, entry) for entry in parked if entry not in known)
