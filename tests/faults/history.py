"""What the senders say during a campaign: a register that arrives owner by owner, and lives; by day, from a seed.

Everything a bad week brings is in it: records twice, versions out of order, the self-registration before its unit, moves
between owners, closures of every kind announced, moved, undone and too late, notices, the yearly run, and rubbish.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from adapters.record_lines import compact
from adapters.samples import Register, self_registrations
from adapters.sor_files import SnapshotEntity
from contracts.cloudevents import sender_headers
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.effects import effect_id

BEGINS: Final = date(2023, 11, 1)
_SOURCE: Final = "urn:dk:sorbro:faults"
_OWNERS_A_DAY: Final = 4
_MATTERS_A_DAY: Final = 8
_ENTITY: Final = "dk.sor.entity.changed.v1"
_SELF: Final = "dk.bsr.self-registration.changed.v1"

Json = dict[str, Any]


class History:
    """One seed's story, a day at a time."""

    def __init__(self, register: Register, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311  # a story, not a secret
        self._seed = seed
        self._trees: dict[str, list[SnapshotEntity]] = {}
        for unit in register.entities:
            self._trees.setdefault(unit.owner_sor_id, []).append(unit)
        self._coming = list(self._trees)
        self._rng.shuffle(self._coming)
        self._said: dict[str, Json] = {}
        """The last version of each unit and, under another name, of each self-registration."""
        self._places: list[str] = []
        self._day = BEGINS
        self._at = _morning(BEGINS)
        self._today: list[OutputRecord] = []
        self._later: dict[date, list[Callable[[], None]]] = {}
        self._sent: list[OutputRecord] = []
        self._notices: Counter[str] = Counter()

    def __iter__(self) -> Iterator[tuple[date, list[OutputRecord]]]:
        """Yield each day with its records in the order of their timestamps; without end."""
        while True:
            self._at, self._today = _morning(self._day), []
            for owner in self._coming[:_OWNERS_A_DAY]:
                self._arrive(owner)
            del self._coming[:_OWNERS_A_DAY]
            for matter in self._later.pop(self._day, ()):
                matter()
            if self._places:
                for _ in range(_MATTERS_A_DAY):
                    self._rng.choice(self._matters())()
            if self._day.day == 1 and self._day.month in {3, 9}:
                self._fee_run()
            self._sent += self._today
            yield self._day, self._today
            self._day += timedelta(days=1)

    def _matters(self) -> list[Callable[[], None]]:
        return [
            self._edit,
            self._edit,
            self._edit,
            self._edit_an_owner,
            self._close,
            self._close,
            self._close_too_late,
            self._change_mind,
            self._say_again,
            self._swap_versions,
            self._correct_self_registration,
            self._move,
            self._notice,
            self._rubbish,
        ]

    # -- arriving

    def _arrive(self, owner: str) -> None:
        units = list(self._trees[owner])
        if self._rng.random() < 0.3:
            self._rng.shuffle(units)  # a child before its parent
        halves = {half["sorId"]: half for half in self_registrations(self._trees[owner], self._day, self._seed)}
        for unit in units:
            if unit.sor_id in halves and self._rng.random() < 0.2:
                self._register(halves.pop(unit.sor_id))  # the place speaks before SOR does
            self._send_version(unit.as_change(1, self._at), 1)
            if unit.is_treatment_place:
                self._places.append(unit.sor_id)
        for half in halves.values():
            self._in(self._rng.randint(0, 9), lambda half=half: self._register(half))

    def _register(self, half: Json) -> None:
        self._say(Topic.SELF_REGISTRATIONS, _SELF, half | {"registeredOn": self._day.isoformat()})
        self._said["self/" + half["sorId"]] = half

    # -- living

    def _edit(self) -> None:
        self._next(self._rng.choice(self._places), telephone=str(self._rng.randint(20_000_000, 99_999_999)))

    def _edit_an_owner(self) -> None:
        """What everything below inherits changes: its address, or the company itself is another one (R4)."""
        owner = self._said[self._rng.choice(self._places)]["ownerSorId"]
        if owner not in self._said:
            return
        if self._rng.random() < 0.3 and self._said[owner]["cvr"] is not None:
            other = self._said[self._said[self._rng.choice(self._places)]["ownerSorId"]]["cvr"]
            self._next(owner, cvr=other)
        else:
            address = self._said[owner]["postalAddress"] or {}
            self._next(owner, postalAddress=address | {"number": str(self._rng.randint(1, 200))})

    def _close(self) -> None:
        """Announced in time; sometimes a whole company."""
        place = self._rng.choice(self._places)
        unit = self._said[place]["ownerSorId"] if self._rng.random() < 0.1 else place
        if unit in self._said:
            self._next(unit, toDate=(self._day + timedelta(days=self._rng.randint(8, 30))).isoformat())

    def _close_too_late(self) -> None:
        """Backdated by the SOR office, or too early for self-service (R21, R27)."""
        channel = self._rng.choice(["sor-office", "self-service"])
        last = self._day + timedelta(days=self._rng.randint(-20, 3))
        self._next(self._rng.choice(self._places), toDate=last.isoformat(), channel=channel)

    def _change_mind(self) -> None:
        closing = [each for each in self._places if self._said[each]["toDate"] is not None]
        if closing:
            moved = self._rng.random() < 0.4
            last = (self._day + timedelta(days=self._rng.randint(8, 20))).isoformat() if moved else None
            self._next(self._rng.choice(closing), toDate=last)

    def _correct_self_registration(self) -> None:
        half = self._said.get("self/" + self._rng.choice(self._places))
        if half is not None:
            changed = half | {"version": half["version"] + 1, "referenceId": f"REF-{self._rng.randint(1, 99_999)}"}
            if self._rng.random() < 0.2:
                changed["turnoverBand"] = self._rng.choice(["below-limit", "half", "full"])
            self._register(changed)

    def _move(self) -> None:
        """To another owner: the last word under the old one, and a version under the new one, in either order."""
        sor_id = self._rng.choice(self._places)
        unit, new = self._said[sor_id], self._said[self._rng.choice(self._places)]["ownerSorId"]
        if unit["sorType"] != "SI" or new == unit["ownerSorId"] or new not in self._said or unit["toDate"] is not None:
            return
        leaving = unit | {"version": unit["version"] + 1, "movedToOwnerSorId": new}
        arriving = unit | {"version": unit["version"] + 2, "ownerSorId": new, "parentSorId": new}
        both = [leaving, arriving] if self._rng.random() < 0.7 else [arriving, leaving]
        for each in both:
            self._say(Topic.ENTITY_CHANGES, _ENTITY, each | {"registeredAt": _text(self._at)})
        self._said[sor_id] = arriving
        half = self._said.get("self/" + sor_id)
        if half is not None:
            self._said["self/" + sor_id] = half | {"ownerSorId": new}

    def _notice(self) -> None:
        unit = self._said[self._rng.choice(self._places)]
        about = {"sorId": unit["sorId"], "ownerSorId": unit["ownerSorId"]}
        year = self._day.year
        kinds: list[tuple[str, Json]] = [
            ("dispensation.granted", {"feeYear": year + 1, "share": self._rng.choice(["1.0", "0.5"])}),
            ("dispensation.granted", {"feeYear": year, "share": "0.25"}),
        ]
        if self._rng.random() < 0.3:
            on = (self._day + timedelta(days=self._rng.randint(-3, 10))).isoformat()
            kinds = [
                ("deregistration.decided", {"effectiveOn": on, "initiator": "stps", "treatedInYear": True}),
                (
                    "deletion.requested",
                    {
                        "referenceNumber": f"R{self._rng.randint(1, 99_999)}",
                        "scope": ["bsr", "sor"],
                        "reason": None,
                        "treatedInYear": False,
                        "requestedOn": self._day.isoformat(),
                    },
                ),
            ]
        kind, data = self._rng.choice(kinds)
        self._say(Topic.NOTICES, f"dk.stps.{kind}.v1", about | data)

    def _fee_run(self) -> None:
        """Held some days later; the message comes twice."""
        data = {"feeYear": self._day.year, "runOn": (self._day + timedelta(days=4)).isoformat()}
        self._say(Topic.NOTICES, "dk.stps.fee-run.requested.v1", data)
        record = self._today[-1]
        self._in(1, lambda: self._repeat(record))

    # -- what goes wrong on the way

    def _say_again(self) -> None:
        """The same record once more, from today or from long ago."""
        if self._sent:
            self._repeat(self._rng.choice(self._sent))

    def _swap_versions(self) -> None:
        """The later of two versions comes first."""
        sor_id = self._rng.choice(self._places)
        first = self._said[sor_id] | {"version": self._said[sor_id]["version"] + 1, "registeredAt": _text(self._at)}
        then = first | {"version": first["version"] + 1, "telephone": "12345678"}
        self._say(Topic.ENTITY_CHANGES, _ENTITY, then)
        self._say(Topic.ENTITY_CHANGES, _ENTITY, first)
        self._said[sor_id] = then

    def _rubbish(self) -> None:
        known = self._said[self._rng.choice(self._places)]
        value, key = self._rng.choice(
            [
                (b"ikke JSON, kl. " + _text(self._at).encode(), None),
                (compact(known | {"version": "ni"}).encode(), None),
                (compact(known | {"sorId": "1" * 16}).encode(), None),
                (compact(known | {"name": "Samme version, andet indhold"}).encode(), None),
                (compact(known).encode(), b"somebody else"),
            ]
        )
        self._put(Topic.ENTITY_CHANGES, known["ownerSorId"].encode() if key is None else key, value, ())

    # -- the pen

    def _next(self, sor_id: str, **changes: Any) -> None:
        known = self._said[sor_id]
        changed = known | {"channel": "self-service", "registeredAt": _text(self._at)} | changes
        self._send_version(changed, known["version"] + 1)

    def _send_version(self, data: Json, version: int) -> None:
        changed = data | {"version": version}
        self._say(Topic.ENTITY_CHANGES, _ENTITY, changed)
        self._said[changed["sorId"]] = changed

    def _say(self, topic: Topic, ce_type: str, data: Json) -> None:
        subject = str(data.get("sorId") or "nobody")
        ce_id = str(effect_id("faults", topic, ce_type, json.dumps(data, sort_keys=True), self._at.isoformat()))
        headers = sender_headers(ce_id=ce_id, source=_SOURCE, ce_type=ce_type, subject=subject)
        key = data["ownerSorId"].encode() if "ownerSorId" in data else None
        self._put(topic, key, compact(data).encode(), headers)

    def _put(self, topic: Topic, key: bytes | None, value: bytes | None, headers: Any) -> None:
        self._today.append(OutputRecord(topic, key, value, headers, self._at))
        self._at += timedelta(seconds=1)

    def _repeat(self, record: OutputRecord) -> None:
        self._put(Topic(record.topic), record.key, record.value, record.headers)

    def _in(self, days: int, matter: Callable[[], None]) -> None:
        if days == 0:
            matter()
        else:
            self._later.setdefault(self._day + timedelta(days=days), []).append(matter)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
