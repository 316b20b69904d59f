"""Whoever tells a history: the clock, the senders' version counters, and both listeners at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from contracts.danish_time import danish_date, rfc3339, start_of_day
from contracts.topics import Topic
from oracle.clerk import Clerk, recompute
from oracle.comparing import differences
from oracle.history import Json, Said, Sender
from support.messages import self_registration
from support.outputs import Output
from support.scenario import ENTITY_CHANGED, SELF_REGISTERED, Scenario
from support.trees import Unit

_TOPICS: dict[str, Topic] = {
    "sor": Topic.ENTITY_CHANGES,
    "self": Topic.SELF_REGISTRATIONS,
    "stps": Topic.NOTICES,
}


class Telling:
    """Sends to Sorbro, and writes down what it sent for the oracle."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self.world = Scenario()
        self.history: list[Said] = []
        self.last: dict[tuple[str, str], Json] = {}
        """The last version of each sender's each unit that was sent and is not out of order."""

    @property
    def today(self) -> date:
        return danish_date(self.now)

    def day(self, offset: int) -> str:
        return (self.today + timedelta(days=offset)).isoformat()

    def wait(self, by: timedelta) -> None:
        self.now += by

    def wait_for_midnight(self, days: int, offset: timedelta) -> None:
        """To just before, at or after a midnight in Denmark (R48)."""
        self.now = max(self.now + timedelta(seconds=1), start_of_day(self.today + timedelta(days=days)) + offset)

    def appear(self, unit: Unit) -> None:
        """SOR tells of a unit for the first time."""
        first = {"registeredAt": rfc3339(self.now), "fromDate": self.day(0), "firstFromDate": self.day(0)}
        self._remember("sor", unit.first | first)
        self.send("sor", ENTITY_CHANGED, self.last["sor", unit.sor_id])

    def change(self, unit: str, **changes: Any) -> None:
        """SOR's next version of a unit."""
        known = self.last["sor", unit]
        data = known | {"version": known["version"] + 1, "registeredAt": rfc3339(self.now)} | changes
        if self.send("sor", ENTITY_CHANGED, data):
            self._remember("sor", data)

    def move(self, unit: str, owner: str, *, new_first: bool, **beginning: Any) -> None:
        """SOR's two messages of a unit that changes owner."""
        known = self.last["sor", unit] | beginning
        leaves = known | {"version": known["version"] + 1, "movedToOwnerSorId": owner}
        comes = known | {"version": known["version"] + 2, "ownerSorId": owner, "parentSorId": owner}
        for data in (comes, leaves) if new_first else (leaves, comes):
            self.send("sor", ENTITY_CHANGED, data | {"registeredAt": rfc3339(self.now)})
        self._remember("sor", comes)

    def self_register(self, unit: str, owner: str, **changes: Any) -> None:
        """The place's first or next self-registration."""
        known = self.last.get(("self", unit))
        first = self_registration(sor_id=unit, owner_sor_id=owner, registered_on=self.day(0))
        data = (known or first) | {"version": known["version"] + 1 if known else 1, "ownerSorId": owner} | changes
        if self.send("self", SELF_REGISTERED, data):
            self._remember("self", data)

    def notice(self, ce_type: str, **message: Any) -> None:
        self.send("stps", ce_type, message)

    def send(self, sender: Sender, kind: str, message: Json, event: str | None = None) -> bool:
        """Send anything; say whether it was accepted. No two messages come at the same instant."""
        self.now += timedelta(minutes=1)
        event = event or f"{sender}-{len(self.history)}"
        self.history.append(Said(self.now, sender, kind, message, event))
        key = "owner" if message.get("ownerSorId") else None
        told = self.world.at(self.now).send(_TOPICS[sender], message, key=key, ce_type=kind, ce_id=event)
        return not told.dead_letters()

    def _remember(self, sender: str, data: Json) -> None:
        self.last[sender, data["sorId"]] = data

    def end(self) -> Clerk:
        """Let everything come about that is pending; the oracle's account of it all."""
        self.now += timedelta(days=400)
        self.world.until(self.now)
        return recompute(self.history, self.now)

    def compare(self) -> None:
        """Fails with the whole story where Sorbro and the oracle differ."""
        found = differences(self.end(), self.world.outputs)
        assert not found, "\n".join(["Sorbro and the oracle differ:", *found, "", "The history:", *self.story()])

    def story(self) -> list[str]:
        """The history, each message as what it changed."""
        lines, last = [], {}
        for said in self.history:
            known = last.get((said.sender, said.unit), {}) if said.sender != "stps" else {}
            news = {name: value for name, value in said.message.items() if known.get(name, "?") != value}
            news = {name: value for name, value in news.items() if known or value not in (None, [], False)}
            news.pop("registeredAt", None)
            lines.append(str(Said(said.time, said.sender, f"{said.kind} {said.unit}", news)))
            last[said.sender, said.unit] = said.message
        return lines


def invariants(outputs: list[Output], fresh: list[Output]) -> None:
    """What must hold after every single step, whoever is right about the rest."""
    ids = [each.headers["ce_id"] for each in outputs if "ce_id" in each.headers and each.topic != Topic.DEAD_LETTERS]
    assert len(ids) == len(set(ids)), "an output id came twice"
    fees = [
        (each["registrationId"], each["feeYear"]) for each in outputs if each.type == "dk.stps.invoice.triggered.v1"
    ]
    assert len(fees) == len(set(fees)), "a registration was charged twice for a year"
    for each in fresh:
        if each.type == "dk.bsr.deregistration.effective.v1":
            assert datetime.fromisoformat(each["effectiveAt"]) <= each.time, "a deregistration came too early"
            assert _was_registered_before(each, outputs), "deregistered without being registered"


def _was_registered_before(end: Output, outputs: list[Output]) -> bool:
    before = [each for each in outputs[: outputs.index(end)] if each.key == end.key and "registration." in each.type]
    ours = [each for each in before if each.value.get("registrationId") == end["registrationId"]]
    return bool(ours) and ours[-1].value.get("state") == "registered"
