"""What a feed saw and did, for the operator and for machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from adapters.sor_files import Damaged, SnapshotFormat


@dataclass(frozen=True, slots=True)
class Vanished:
    """A unit that is gone without a closure: an alarm for a person, never a deregistration (R30)."""

    sor_id: str
    owner: str
    closes_on: str | None
    """Its announced last day, which has not come yet."""


@dataclass(slots=True)
class FeedReport:
    """Counts of units, but for `sent`, which counts messages: a unit that changes owners is sent twice."""

    format: SnapshotFormat
    taken_on: date
    read: int = 0
    unchanged: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    """Of the changed, those that went to another owner."""
    sent: int = 0
    damaged: list[Damaged] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    refused: str | None = None
    """Why nothing was sent, where the snapshot is not to be believed."""

    def as_json(self) -> dict[str, Any]:
        """The whole report; no names, no addresses (R49)."""
        return {
            "format": self.format.value,
            "takenOn": self.taken_on.isoformat(),
            "refused": self.refused,
            **{name: getattr(self, name) for name in ("read", "unchanged", "new", "changed", "moved", "sent")},
            "damaged": [
                {"sorId": each.sor_id, "reason": each.reason, "where": each.where, "unitKept": each.unit_kept}
                for each in self.damaged
            ],
            "vanished": [
                {"sorId": each.sor_id, "ownerSorId": each.owner, "closesOn": each.closes_on} for each in self.vanished
            ],
        }
