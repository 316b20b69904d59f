"""What a decision wants done, as data. Nothing here does anything."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from uuid import UUID

from contracts.topics import CE_TYPES

if TYPE_CHECKING:
    from contracts.dead_letters import DeadLetterReason
    from contracts.identifiers import SorId
    from contracts.wire import Message

_SORBRO: Final = UUID("5b8f0f52-0c1e-5d53-9a55-50b7056ddc6f").bytes
"""The namespace of every id Sorbro makes. Changing it would make every effect a new one: never do."""


def effect_id(*parts: object) -> UUID:
    """The id of what the effect *is* (contracts.md): the same parts give the same id in every run and release.

    A version 5 UUID; `uuid.uuid5` takes almost twice as long, and every effect needs one.
    """
    name = "|".join(["" if part is None else str(part) for part in parts])
    return UUID(bytes=sha1(_SORBRO + name.encode(), usedforsecurity=False).digest()[:16], version=5)


class Send(NamedTuple):
    """One message to send. `key` is the SOR-id it concerns, or the owner for our own questions to CVR."""

    message: Message
    id: UUID
    key: SorId
    subject: SorId
    causation: str
    """The `ce_id` of the input that caused it; for a timer, of the closure's version."""

    @property
    def topic(self) -> str:
        """Where the message belongs."""
        return CE_TYPES[type(self.message)][0]

    @property
    def ce_type(self) -> str:
        """What it is called there."""
        return CE_TYPES[type(self.message)][1]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The input cannot be applied: it becomes a dead letter. `detail` carries no personal data (R49)."""

    reason: DeadLetterReason
    detail: str


Effect = Send | Refusal

Outcome = Literal["applied", "repeated", "stale", "refused", "settled"]
"""What became of an event; ``settled`` is a day that came, the others are records."""
