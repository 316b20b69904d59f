"""From a record's bytes to an event, or to the reason why it is none (contracts.md, "Dead letters")."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import ValidationError

from contracts.cloudevents import EnvelopeError, open_envelope
from contracts.cvr_facts import CvrAnswer
from contracts.fee_runs import FeeRunStarted
from contracts.notices import (
    DeletionRequested,
    DeregistrationDecided,
    DispensationGranted,
    ExemptionNotified,
    FeeRunRequested,
)
from contracts.self_registrations import SelfRegistered
from contracts.sor_entities import EntityChanged
from contracts.topics import MESSAGES, Topic
from contracts.transfers import UnitTransferred
from workers.decide import Received
from workers.effects import Refusal, effect_id

if TYPE_CHECKING:
    from contracts.identifiers import SorId
    from contracts.records import InputRecord
    from contracts.wire import Message

LARGEST_VALUE: Final = 512 * 1024
"""Bytes. The largest real message is a few kilobytes; anything near this is not one of ours."""
_CHECK_DIGIT: Final = "check_digit"
_SHOWN_ERRORS: Final = 3
_QUOTES_THE_INPUT: Final = "union_tag_invalid"
"""The one kind of pydantic's errors whose text repeats what stood there."""
_NOT_JSON: Final = Refusal("unparsable", "the value is not JSON in UTF-8")
_HAS_KEY: Final = Refusal("wrong-key", "a message that names no owner must have an empty key")
_KEYED: Final = (
    EntityChanged
    | SelfRegistered
    | CvrAnswer
    | UnitTransferred
    | DeregistrationDecided
    | ExemptionNotified
    | DeletionRequested
    | DispensationGranted
)


class OwnersMessage(NamedTuple):
    """A record that holds its contract: whose it is, what it says, and the trace it belongs to."""

    owner: SorId
    event: Received
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class RunRequested:
    """STPS's yearly run, which concerns every owner and so every partition (R39). `notice` is its `ce_id`."""

    request: FeeRunRequested
    notice: str
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The same run, as it was handed to this partition."""

    started: FeeRunStarted
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class NobodysMessage:
    """An exemption of somebody whom SOR does not know: heard, and there is nothing to do (R44)."""


Accepted = OwnersMessage | RunRequested | RunStarted | NobodysMessage


def read(record: InputRecord) -> Accepted | Refusal:
    """Open, check and type one record. Never raises on bad input: bad input is a `Refusal`."""
    value = record.value or b""
    if len(value) > LARGEST_VALUE:
        return Refusal("too-large", f"{len(value)} bytes; at most {LARGEST_VALUE} are read")
    if not value.strip():
        return Refusal("unparsable", "the message is empty; send the whole version as JSON")
    try:
        envelope = open_envelope(record.headers, value)
    except EnvelopeError as error:
        return Refusal("unparsable" if error.unparsable else "contract-violation", str(error))
    types = MESSAGES[Topic(record.topic)]
    ce_type = envelope.type or (next(iter(types)) if len(types) == 1 else None)
    if ce_type is None or ce_type not in types:
        return Refusal("unknown-type", f"ce_type is not one that {record.topic} carries: {', '.join(types)}")
    try:
        message = types[ce_type].from_json(envelope.data)
    except ValidationError as error:
        return _broken(error, envelope.data)
    if (b"NaN" in envelope.data or b"Infinity" in envelope.data) and not _is_json(envelope.data):
        return _NOT_JSON  # pydantic reads these two words in fields that nobody asks for; JSON does not have them
    return _addressed(record, message, envelope.id or _own_id(record), envelope.traceparent)


def _addressed(record: InputRecord, message: Message, event_id: str, traceparent: str | None) -> Accepted | Refusal:
    """Hold the key against what the message says of whom it concerns."""
    if isinstance(message, FeeRunRequested):
        return RunRequested(message, event_id, traceparent) if not record.key else _HAS_KEY
    if isinstance(message, FeeRunStarted):
        if record.key != str(record.partition).encode():
            return Refusal("wrong-key", "the key must be the number of the partition")
        return RunStarted(message, traceparent)
    if isinstance(message, _KEYED):
        owner = message.owner_sor_id
        if owner is None:
            return NobodysMessage() if not record.key else _HAS_KEY
        # Our own facts are compacted per number, so their key is "owner/number"; all other input is keyed by owner.
        key = (record.key or b"").split(b"/")[0] if isinstance(message, CvrAnswer) else record.key
        if key != owner.encode():
            return Refusal("wrong-key", "the key must be the value's ownerSorId, or order within the owner is lost")
        return OwnersMessage(owner, Received(message, event_id), traceparent)
    raise TypeError(f"{type(message).__name__} is not consumed by the write side")


def _broken(error: ValidationError, data: bytes) -> Refusal:
    """Say which fields broke which rule, never what stood in them (R49)."""
    if not _is_json(data):
        return _NOT_JSON
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    where = "; ".join(
        f"{'.'.join(str(part) for part in each['loc']) or 'message'}: "
        f"{'its kind is none of those there are' if each['type'] == _QUOTES_THE_INPUT else each['msg']}"
        for each in errors[:_SHOWN_ERRORS]
    )
    more = f"; and {len(errors) - _SHOWN_ERRORS} more" if len(errors) > _SHOWN_ERRORS else ""
    only_check_digits = all(each["type"] == _CHECK_DIGIT for each in errors)
    return Refusal("invalid-identifier" if only_check_digits else "contract-violation", where + more)


def _is_json(data: bytes) -> bool:
    try:
        # Numbers are left as text: a number too large for us breaks the contract, but it is JSON.
        json.loads(data.decode(), parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _own_id(record: InputRecord) -> str:
    """An id for a record that came without `ce_id`: what it is, not where it lay, so that a replay agrees."""
    return str(effect_id("input", record.topic, record.key, record.value))
