"""Two replays side by side: what is in both and other, and what is in one alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from workers.replay.fields import differing
from workers.replay.outcome import About, matter_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from contracts.records import InputRecord
    from workers.replay.outcome import Matter

Group = Literal[About, "only-in-a", "only-in-b", "amount", "recipient", "closure-day"]
_PERSONAL: Final = frozenset(
    {
        *("name", "owner", "street", "number", "floor", "door", "postcode", "city"),
        *("telephone", "email", "website", "referenceId", "sor"),
    }
)
"""Last parts of the paths of fields that may tell of a person (R49)."""
_CLOSURE_DAY: Final = frozenset({"lastDay", "effectiveAt"})


@dataclass(frozen=True, slots=True)
class Value:
    """One field that differs. What may tell of a person, or is a whole list, is not told: "…" says that it differs."""

    path: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One matter that the two replays do not end alike."""

    group: Group
    sor_id: str
    about: str
    a: str | None
    """What became of it there, in a few words; None where there is nothing of it."""
    b: str | None
    values: tuple[Value, ...] = ()


@dataclass(slots=True)
class Sums:
    """What falls due in one replay: so many fees, so many kroner."""

    fees: int = 0
    kroner: Decimal = Decimal(0)


@dataclass(slots=True)
class Ends:
    """How each matter of one replay ends, as digests: so that two registers' worth of outputs fit into memory."""

    digests: dict[Matter, bytes] = field(default_factory=dict)
    amounts: dict[Matter, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[InputRecord]) -> Ends:
        """Read the outputs of a replay through."""
        ends = cls()
        for matter, told in _ends(records):
            ends.digests[matter] = blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
            if "amount" in told:
                ends.amounts[matter] = Decimal(told["amount"])
        return ends

    @property
    def sums(self) -> Sums:
        """All fees together."""
        return Sums(len(self.amounts), sum(self.amounts.values(), Decimal(0)))


def changes(
    a: Ends, b: Ends, read_a: Callable[[], Iterable[InputRecord]], read_b: Callable[[], Iterable[InputRecord]]
) -> list[Change]:
    """What differs, unit by unit; the outputs are read once more for what is told of it."""
    matters = {each for each in a.digests.keys() | b.digests.keys() if a.digests.get(each) != b.digests.get(each)}
    told_a, told_b = _told(matters, read_a()), _told(matters, read_b())
    found = (_change(matter, told_a.get(matter), told_b.get(matter)) for matter in matters)
    return sorted(found, key=lambda each: (each.group, each.sor_id, each.about, each.a or "", each.b or ""))


def _told(matters: AbstractSet[Matter], records: Iterable[InputRecord]) -> dict[Matter, Mapping[str, Any]]:
    return {matter: told for matter, told in _ends(records) if matter in matters}


def _ends(records: Iterable[InputRecord]) -> Iterator[tuple[Matter, Mapping[str, Any]]]:
    """Yield what is said of each matter, the last word last; a fee that has been triggered stays triggered (R39)."""
    triggered: set[Matter] = set()
    for record in records:
        decided = matter_of(record)
        if decided is None or decided[0] in triggered:
            continue
        matter, told = decided
        if matter.about == "fee" and "amount" in told:
            triggered.add(matter)
        yield matter, told


def _change(matter: Matter, a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> Change:
    if a is None or b is None:
        group: Group = "only-in-b" if a is None else "only-in-a"
        return Change(group, matter.sor_id, matter.about, _in_words(a), _in_words(b))
    values = tuple(
        Value(path, _shown(matter, path, one), _shown(matter, path, other))
        for path, one, other in differing(dict(a), dict(b))
    )
    return Change(_group(matter, values), matter.sor_id, matter.about, _in_words(a), _in_words(b), values)


def _group(matter: Matter, values: tuple[Value, ...]) -> Group:
    paths = {value.path for value in values}
    if matter.about == "fee":
        if "amount" in paths or "type" in paths:
            return "amount"
        return "recipient" if any(path.startswith("recipient.") for path in paths) else "fee"
    if matter.about == "ending":
        return "closure-day" if paths & _CLOSURE_DAY else "ending"
    return matter.about


def _in_words(told: Mapping[str, Any] | None) -> str | None:
    """The upshot: an amount, a reason, a last day."""
    if told is None:
        return None
    if "amount" in told:
        return f"{told['feeYear']}: {told['amount']} kr."
    if "feeYear" in told:
        return f"{told['feeYear']}: {told['reason']}"
    # Of a request to delete the day: its reason is free text.
    return str(told.get("requestedOn") or told.get("lastDay") or told.get("reason") or told.get("state"))


def _shown(matter: Matter, path: str, value: object) -> str | None:
    if value is None:
        return None
    last = re.sub(r"\[\d+\]", "", path).rsplit(".", 1)[-1]
    is_free_text = matter.about == "deletion" and path == "reason"
    if is_free_text or last in _PERSONAL or path.startswith("discrepancies") or isinstance(value, dict | list):
        return "…"
    return str(value)
