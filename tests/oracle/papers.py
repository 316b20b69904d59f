"""The papers on the desk: every message that counts so far, and what the tree looks like by them.

Nothing is derived and kept: each question reads the papers again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from contracts.danish_time import danish_date, effective_after, start_of_day
from oracle.history import Json, Said, utc


def _is_same(one: Json, other: Json) -> bool:
    """Two notices that say the same of a unit, whichever owner they name it under."""
    if one.get("sorId") is None or other.get("sorId") is None:
        return one == other
    return one | {"ownerSorId": None} == other | {"ownerSorId": None}


def _may_be_made_again(decision: Said, since: list[Said]) -> bool:
    """Whether STPS returns to the first of those, which another replaced, while its last word is still to come."""
    if decision.kind != "dk.stps.deregistration.decided.v1":
        return False
    first, last = (start_of_day(date.fromisoformat(each.message["effectiveOn"])) for each in (since[0], since[-1]))
    was_replaced = any(each.time < first for each in since[1:])
    return was_replaced and decision.time < last


class Closing(NamedTuple):
    """The closure that will end a unit: its last day, whose `toDate` it is, and when that was registered."""

    last_day: date
    by: str
    is_company: bool
    registered_at: datetime

    @property
    def effective_at(self) -> datetime:
        return effective_after(self.last_day)

    @property
    def taken_on(self) -> date:
        """The Danish day on which the closure was a fact *and* known to SOR."""
        return danish_date(max(self.effective_at, self.registered_at))

    @property
    def backdated(self) -> bool:
        return self.effective_at <= self.registered_at

    @property
    def days_late(self) -> int:
        return max(0, (danish_date(self.registered_at) - self.last_day).days - 14)


@dataclass
class Papers:
    """Messages that count, oldest first."""

    said: list[Said] = field(default_factory=list)
    refused: list[tuple[Said, str]] = field(default_factory=list)

    # -- taking them in ------------------------------------------------------------------------------------------

    def take(self, each: Said) -> bool:
        """Lay a message with the others if it counts; say whether it did."""
        reason = self._objection(each)
        if reason is None:
            self.said.append(each)
            return True
        if reason != "old":
            self.refused.append((each, reason))
        return False

    def _objection(self, each: Said) -> str | None:
        if each.sender == "stps":
            return "old" if self._is_known(each) else None
        known = self._last(each)
        if known is not None and each.message["version"] < known["version"]:
            return "old"
        if known is not None and each.message["version"] == known["version"]:
            return "old" if known == each.message else "version-conflict"
        return self._objection_to_closing(each, known) if each.sender == "sor" else None

    def _is_known(self, notice: Said) -> bool:
        """The same event again, or the same words; but of dispensations the latest counts, whatever was said before."""
        others = [other for other in self.said if other.unit == notice.unit and other.kind == notice.kind]
        if any(other.event == notice.event for other in others):
            return True
        if notice.kind == "dk.stps.dispensation.granted.v1":
            return False
        return any(
            _is_same(notice.message, other.message) and not _may_be_made_again(notice, others[number:])
            for number, other in enumerate(others)
        )

    def _objection_to_closing(self, each: Said, known: Json | None) -> str | None:
        """R24: what has taken effect stays. R21: the self-service closes no sooner than in a week."""
        old, new = known and known["toDate"], each.message["toDate"]
        if old == new:
            return None
        if old is not None and effective_after(date.fromisoformat(old)) <= each.time:
            return "undo-after-effect"
        is_told_at_birth = known is None and each.message["version"] > 1
        if new is None or is_told_at_birth or each.message["channel"] != "self-service":
            return None
        earliest = danish_date(utc(each.message["registeredAt"])) + timedelta(days=7)
        return "closure-too-early" if date.fromisoformat(new) < earliest else None

    # -- reading them --------------------------------------------------------------------------------------------

    def _last(self, like: Said) -> Json | None:
        """The sender's last word on a unit; SOR's to each owner stands for itself."""
        found = None
        for each in self.said:
            same_owner = each.sender == "self" or each.message.get("ownerSorId") == like.message["ownerSorId"]
            if each.sender == like.sender and each.unit == like.unit and same_owner:
                found = each.message
        return found

    def versions(self, owner: str, unit: str) -> list[Said]:
        """The SOR versions of a unit under an owner."""
        return [
            each
            for each in self.said
            if each.sender == "sor" and each.unit == unit and each.message["ownerSorId"] == owner
        ]

    def tree(self) -> dict[tuple[str, str], Json]:
        """The latest SOR version of every unit, by owner and SOR-id."""
        return {(each.message["ownerSorId"], each.unit): each.message for each in self.said if each.sender == "sor"}

    def self_registrations(self, unit: str) -> list[Said]:
        return [each for each in self.said if each.sender == "self" and each.unit == unit]

    def notices(self, kind: str) -> list[Said]:
        return [each for each in self.said if each.kind == kind]

    def way_up(self, owner: str, unit: str) -> list[Json] | None:
        """The unit, its parent, … up to the owner; None while one of them is missing (R13)."""
        tree = self.tree()
        way: list[Json] = []
        at: str | None = unit
        while at is not None:
            entity = tree.get((owner, at))
            if entity is None or entity in way:
                return None
            way.append(entity)
            at = entity["parentSorId"]
        return way

    def units_below(self, top: Json, now: datetime) -> int:
        """How many open units hang under `top`, at whatever depth."""
        units = [unit for owner, unit in self.tree() if owner == top["ownerSorId"] and unit != top["sorId"]]
        ways = [self.way_up(top["ownerSorId"], unit) for unit in units]
        below = [way for way in ways if way is not None and any(step["sorId"] == top["sorId"] for step in way)]
        return sum((closing := self.closing(way)) is None or closing.effective_at > now for way in below)

    def moved_here(self, way: list[Json]) -> Said | None:
        """The version under its old owner that sent a unit to this one."""
        unit, owner = way[0]["sorId"], way[-1]["sorId"]
        gone = [each for each in self.said if each.unit == unit and each.message.get("movedToOwnerSorId") == owner]
        return gone[0] if gone else None

    def before_it_left(self, way: list[Json]) -> Papers:
        """What counts for a unit's time under its old owner: what that one told of all its units later reached others."""
        gone = self.moved_here(way)
        counts = [each for each in self.said if gone is None or each.time <= gone.time or each.message.get("sorId")]
        return Papers(counts)

    def has_gone(self, owner: str, unit: str) -> bool:
        """Whether this owner has no more say."""
        return self.tree()[owner, unit]["movedToOwnerSorId"] is not None

    def is_expected(self, owner: str, unit: str) -> bool:
        """Whether SOR says that a unit is this owner's now, while its old owner has not heard of it yet."""
        others = [other for other, each in self.tree() if each == unit and other != owner]
        return any(
            not self.has_gone(other, unit) and self.versions(other, unit)[0].time < self.versions(owner, unit)[0].time
            for other in others
        )

    def closing(self, way: list[Json]) -> Closing | None:
        """The first closure on the way; on the same day the topmost counts (R22, R23)."""
        dated = [entity for entity in reversed(way) if entity["toDate"] is not None]
        if not dated:
            return None
        first = min(dated, key=lambda entity: entity["toDate"])
        return Closing(
            date.fromisoformat(first["toDate"]), first["sorId"], first["sorType"] == "IE", self._closed_at(first)
        )

    def _closed_at(self, entity: Json) -> datetime:
        """When the version that brought the present `toDate` was registered."""
        brought = entity
        for each in reversed(self.versions(entity["ownerSorId"], entity["sorId"])):
            if each.message["toDate"] != entity["toDate"]:
                break
            brought = each.message
        return utc(brought["registeredAt"])
