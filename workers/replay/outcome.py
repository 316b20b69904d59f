"""What a replay came to, matter by matter: each fee, each ending, each register record, whatever way led there.

Two replays are compared by this and not event by event: another tariff or another day gives other events, and what a
case worker asks is what became of the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from contracts import dead_letters
from contracts.deregistrations import DeregistrationEffective, SorDeletionRequested
from contracts.invoice_triggers import InvoiceNotDue, InvoiceTriggered
from contracts.registrations import RegistrationForwarded, RegistrationWithdrawn
from contracts.topics import CE_TYPES, Topic

if TYPE_CHECKING:
    from contracts.records import InputRecord
    from contracts.wire import Message

About = Literal["fee", "ending", "register", "deletion", "dead-letter"]
_PLACE: Final = (dead_letters.CONNECT_TOPIC, dead_letters.CONNECT_PARTITION, dead_letters.CONNECT_OFFSET)
_ASIDE: Final = frozenset({"explanation", "sorVersion"})
"""Says why, or by which version, and not what."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that is decided: about what, of which unit, and which one of that unit's."""

    about: About
    sor_id: str
    which: str


def matter_of(record: InputRecord) -> tuple[Matter, Mapping[str, Any]] | None:
    """What an output decides, and what it says of it; None for a record that is no output of ours."""
    said = {name: value.decode(errors="replace") for name, value in record.headers}
    if record.topic == Topic.DEAD_LETTERS:
        place = "/".join(said.get(name, "") for name in _PLACE)
        matter = Matter("dead-letter", (record.key or b"").decode(errors="replace"), place)
        return matter, {"reason": said.get(dead_letters.REASON)}
    which = _WHICH.get(said.get("ce_type", ""))
    if which is None:
        return None
    about, name = which
    try:
        told = dict(orjson.loads(record.value or b"{}"))
        which_one = name(told)
    except (ValueError, TypeError, KeyError):  # a hand has been at it: told as it stands
        unread = (record.value or b"").decode(errors="replace")
        return Matter(about, (record.key or b"").decode(errors="replace"), said.get("ce_id", "")), {
            "unreadable": unread
        }
    told = {field: value for field, value in told.items() if field not in _ASIDE} | {"type": said["ce_type"]}
    if isinstance(facts := told.get("companyFacts"), dict):
        told["companyFacts"] = {field: value for field, value in facts.items() if field != "fetchedAt"}
    return Matter(about, str(told.get("sorId")), which_one), told


def _fee(told: Mapping[str, Any]) -> str:
    return f"{told['registrationId']} {told['feeYear']}"


def _registration(told: Mapping[str, Any]) -> str:
    return str(told["registrationId"])


def _place(_: Mapping[str, Any]) -> str:
    return "register record"


def _request(told: Mapping[str, Any]) -> str:
    return str(told["referenceNumber"])


_Name = Callable[[Mapping[str, Any]], str]
_NAMED: Final[tuple[tuple[type[Message], About, _Name], ...]] = (
    (InvoiceTriggered, "fee", _fee),
    (InvoiceNotDue, "fee", _fee),
    (DeregistrationEffective, "ending", _registration),
    (RegistrationForwarded, "register", _place),
    (RegistrationWithdrawn, "register", _place),
    (SorDeletionRequested, "deletion", _request),
)
_WHICH: Final = {CE_TYPES[model][1]: (about, name) for model, about, name in _NAMED}
