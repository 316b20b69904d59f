"""What has been told so far, and nothing but that: how a place stands in BSR is read off what BSR was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from oracle.effects import Effect, Registration

NOTES = ("adopted", "parked", "closed", "departed", "fee-run", "late", "gave-way", "taken-up", "spoke")
"""What the oracle only writes down for itself."""


class Standing(NamedTuple):
    """A record that BSR holds."""

    registration: Registration
    record: dict[str, Any]

    @property
    def registered(self) -> bool:
        return bool(self.record["state"] == "registered")


@dataclass
class Told:
    """Effects, oldest first."""

    effects: list[Effect] = field(default_factory=list)
    kinds: dict[Registration, str] = field(default_factory=dict)
    """What kind of owner a registration had, as long as it was the present one."""

    def tell(self, kind: str, at: datetime, registration: Registration, **facts: Any) -> None:
        self.effects.append(Effect(kind, at, registration, facts))

    def of(self, unit: str, *kinds: str) -> list[Effect]:
        return [each for each in self.effects if each.sor_id == unit and each.kind in kinds]

    def standing(self, unit: str) -> Standing | None:
        """What BSR holds of a unit now."""
        changes = self.of(unit, "forwarded", "adopted", "withdrawn", "deregistered")
        if not changes or changes[-1].kind not in {"forwarded", "adopted"}:
            return None
        return Standing(changes[-1].registration, changes[-1].facts)

    def gave_way(self, unit: str) -> list[Effect]:
        """The registrations that have given way to others, unregistered, since the place was last registered."""
        found: list[Effect] = []
        for each in self.of(unit, "forwarded", "gave-way"):
            if each.kind == "gave-way":
                found.append(each)
            elif each.facts["state"] == "registered":
                found = []
        return found

    def is_withdrawn(self, unit: str) -> bool:
        """Whether the place was withdrawn, and nothing has been told since."""
        changes = self.of(unit, "forwarded", "adopted", "withdrawn", "deregistered")
        return bool(changes) and changes[-1].kind == "withdrawn"

    def expected(self, unit: str) -> dict[str, Any] | None:
        """What was forwarded of a unit on behalf of the owner that it moves to, ahead of the move."""
        ahead = self.of(unit, "expected")
        return ahead[-1].facts if ahead else None

    def only_expected(self, unit: str) -> dict[str, Any] | None:
        """The same, if nothing has been told of the unit since."""
        told = self.of(unit, "expected", "forwarded", "adopted", "withdrawn", "deregistered")
        return told[-1].facts if told and told[-1].kind == "expected" else None

    def standing_since(self, unit: str) -> datetime | None:
        """When the present record was first forwarded under its present identity."""
        since = None
        for each in reversed(self.of(unit, "forwarded", "withdrawn", "deregistered")):
            if each.kind != "forwarded":
                break
            since = each.at
        return since

    def last_registration(self, unit: str, *, ahead: bool = True) -> Registration | None:
        """The identity under which BSR last heard of a unit; also on behalf of the owner that it moves to."""
        changes = self.of(unit, "forwarded", "adopted", *(["expected"] if ahead else []))
        return changes[-1].registration if changes else None

    def began_under(self, registration: Registration) -> dict[str, Any] | None:
        """The record with which a registration began, the last time it did: its owner then is the one who pays."""
        began = None
        for each in reversed(self.of(registration.sor_id, "forwarded", "adopted", "taken-up")):
            if each.registration == registration and each.kind == "taken-up":
                return each.facts
            if each.registration == registration:
                began = each.facts
            elif began is not None:
                break
        return began

    def triggered(self, registration: Registration, year: int) -> bool:
        return any(
            each.kind == "triggered" and each.registration == registration and each.facts["feeYear"] == year
            for each in self.effects
        )

    def settled(self, registration: Registration, year: int, occasion: str, *kinds: str) -> bool:
        """Whether the question of this occasion was answered before (by one of `kinds`)."""
        return any(
            each.kind in kinds
            and each.registration == registration
            and (each.facts["feeYear"], each.facts["occasion"]) == (year, occasion)
            for each in self.effects
        )

    def reasons(self, registration: Registration, year: int, occasion: str) -> list[str]:
        """Why nothing was due on this occasion."""
        return [
            each.facts["reason"]
            for each in self.effects
            if each.kind == "not-due"
            and each.registration == registration
            and (each.facts["feeYear"], each.facts["occasion"]) == (year, occasion)
        ]

    def has_noted(self, note: str, unit: str, **facts: Any) -> bool:
        return any(each.facts == facts for each in self.of(unit, note))
