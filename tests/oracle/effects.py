"""What should have been told, in a form that can be laid beside what was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Registration(NamedTuple):
    """The identity of one registration (R6): the P number counts for public owners only."""

    sor_id: str
    cvr: str | None
    p_number: str | None


@dataclass(frozen=True)
class Effect:
    """One output. `kind` is forwarded, withdrawn, deregistered, triggered, not-due, parked or sor-deletion.

    `parked` is never told: it is the oracle's own note that a question waits for its tariff.
    """

    kind: str
    at: datetime
    registration: Registration
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sor_id(self) -> str:
        return self.registration.sor_id

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.at:%Y-%m-%d %H:%M}Z {self.kind} {tuple(self.registration)} {told}"
