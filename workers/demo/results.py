"""Reading the topics back and comparing them with what the same story gives in a replay."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contracts import dead_letters
from contracts.topics import Topic

if TYPE_CHECKING:
    from contracts.cloudevents import Headers

OUTPUT_TOPICS: Final = (Topic.REGISTRATIONS, Topic.DEREGISTRATIONS, Topic.INVOICE_TRIGGERS, Topic.DEAD_LETTERS)
_FROM_CVR: Final = {"companyFacts", "enrichment", "discrepancies"}
_REGISTER: Final = "dk.bsr.registration."


@dataclass(slots=True)
class Tally:
    """What came out: how many of each kind, each event by its id, and the register as its last records say."""

    kinds: Counter[str] = field(default_factory=Counter)
    events: defaultdict[str, list[tuple[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    register: dict[bytes, Any] = field(default_factory=dict)
    closed: set[bytes] = field(default_factory=set)
    enrichment: Counter[str] = field(default_factory=Counter)

    def take(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Count one record."""
        found = dict(headers)
        if topic == Topic.DEAD_LETTERS:
            self.kinds[f"dead letter: {found[dead_letters.REASON].decode()}"] += 1
            return
        kind = found["ce_type"].decode()
        self.kinds[kind] += 1
        data = json.loads(value or b"null")
        data.pop("explanation", None)  # names CVR's answers with their age
        if kind.startswith(_REGISTER):
            facts = data.get("companyFacts")
            if facts:
                facts.pop("fetchedAt")  # the one value that depends on when CVR was asked
            self.enrichment[data.get("enrichment", "withdrawn")] += 1
            self.register[key or b""] = data
        else:
            data.pop("routeStatus", None)  # says what CVR had told when the trigger was made
            self.events[found["ce_id"].decode()].append((kind, data))
            if topic == Topic.DEREGISTRATIONS:
                self.closed.add(key or b"")

    def place(self, key: bytes) -> Any:
        """What the register holds of a place; what CVR said only while it is open, for answers may come too late."""
        record = self.register.get(key)
        if record is None or key not in self.closed:
            return record
        return {name: value for name, value in record.items() if name not in _FROM_CVR}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How what was found differs from what was due."""

    lost: int
    duplicated: int
    wrong: int

    @property
    def is_clean(self) -> bool:
        """Whether everything is there, once, and right."""
        return not (self.lost or self.duplicated or self.wrong)

    def __str__(self) -> str:
        return f"{self.lost} lost, {self.duplicated} duplicated, {self.wrong} wrong"


def compare(due: Tally, found: Tally) -> Verdict:
    """Compare event by event, and the register place by place.

    Of forwarded records only the last of each place counts: how often a place is forwarded on the way depends on
    when CVR answers.
    """
    lost = due.events.keys() - found.events.keys()
    extra = found.events.keys() - due.events.keys()
    duplicated = sum(len(copies) - 1 for copies in found.events.values())
    wrong = sum(1 for id_ in due.events.keys() & found.events.keys() if due.events[id_][0] != found.events[id_][0])
    places = due.register.keys() | found.register.keys()
    differing = sum(1 for place in places if due.place(place) != found.place(place))
    letters = _letters(due.kinds), _letters(found.kinds)
    lost_letters = sum((letters[0] - letters[1]).values())
    extra_letters = sum((letters[1] - letters[0]).values())
    return Verdict(len(lost) + lost_letters, duplicated + extra_letters, wrong + len(extra) + differing)


def _letters(kinds: Counter[str]) -> Counter[str]:
    return Counter({kind: count for kind, count in kinds.items() if kind.startswith("dead letter")})
