"""The CloudEvents 1.0 envelope over Kafka: binary and structured in, binary out.

Written by hand because the `cloudevents` SDK (2.2.0) models Kafka headers as a dict, which loses repeated headers,
and dead letters must carry the original headers byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from contracts.danish_time import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

Headers = tuple[tuple[str, bytes], ...]

SOURCE: Final = "urn:dk:sorbro"
_STRUCTURED: Final = b"application/cloudevents+json"
_SPEC_VERSION: Final = "1.0"
_OF_SPEC_VERSION: Final = ("ce_specversion", _SPEC_VERSION.encode())
_OF_SOURCE: Final = ("ce_source", SOURCE.encode())
_OF_CONTENT: Final = ("content-type", b"application/json")


_LONGEST_ID: Final = 256
"""Characters: it goes into whatever the event causes."""
_LONGEST_TRACEPARENT: Final = 100
"""Characters; W3C's has 55, and a later version may have more."""


class EnvelopeError(ValueError):
    """The envelope is not CloudEvents 1.0. `unparsable` when a structured event is not even JSON."""

    def __init__(self, message: str, *, unparsable: bool = False) -> None:
        super().__init__(message)
        self.unparsable = unparsable


class Envelope(NamedTuple):
    """The attributes Sorbro reads, and the event's data as JSON bytes. Absent attributes are None."""

    id: str | None
    type: str | None
    traceparent: str | None
    data: bytes


def open_envelope(headers: Sequence[tuple[str, bytes]], value: bytes) -> Envelope:
    """Read the envelope of a Kafka record in binary, structured or bare form.

    Raises `EnvelopeError` for another specversion, or a structured event that is not a JSON object with data.
    """
    found = dict(headers)
    traceparent = _short(_text(found.get("traceparent")))
    if (found.get("content-type") or b"").lower().startswith(_STRUCTURED):
        return _structured(value, traceparent)
    _check_version(_text(found.get("ce_specversion")))
    return Envelope(
        id=_id(_text(found.get("ce_id"))),
        type=_text(found.get("ce_type")) or None,
        traceparent=traceparent,
        data=value,
    )


def fields_told(headers: Sequence[tuple[str, bytes]], value: bytes | None) -> Mapping[str, object]:
    """What an event says, field by field, for who only looks: nothing where it cannot be read."""
    try:
        told = orjson.loads(open_envelope(headers, value or b"").data)
    except (EnvelopeError, orjson.JSONDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def traceparent_of(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The trace a record belongs to, as its headers say; unchecked, but for one that is too long to be any."""
    return _short(_text(dict(headers).get("traceparent")))


def _short(traceparent: str | None) -> str | None:
    return traceparent if traceparent is not None and len(traceparent) <= _LONGEST_TRACEPARENT else None


def _id(text: str | None) -> str | None:
    if text is not None and len(text) > _LONGEST_ID:
        raise EnvelopeError(f"the event's id has {len(text)} characters; send one of at most {_LONGEST_ID}")
    return text or None


def _structured(value: bytes, traceparent: str | None) -> Envelope:
    try:
        event = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise EnvelopeError("the structured event is not JSON", unparsable=True) from error
    if not isinstance(event, dict) or "data" not in event:
        raise EnvelopeError("a structured event is a JSON object with data")
    _check_version(_attribute(event, "specversion"))
    try:
        data = orjson.dumps(event["data"])
    except TypeError as error:  # orjson reads deeper nesting than it writes
        raise EnvelopeError("the data is nested too deep for any message of ours") from error
    return Envelope(
        id=_id(_attribute(event, "id")),
        type=_attribute(event, "type"),
        traceparent=_short(_attribute(event, "traceparent")) or traceparent,
        data=data,
    )


def _attribute(event: dict[str, object], name: str) -> str | None:
    value = event.get(name)
    if value is not None and not isinstance(value, str):
        raise EnvelopeError(f"the attribute {name} must be a string")
    return value or None


def _check_version(version: str | None) -> None:
    if version not in {None, _SPEC_VERSION}:
        raise EnvelopeError("only CloudEvents specversion 1.0 is read")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "replace")


def sender_headers(*, ce_id: str, source: str, ce_type: str, subject: str) -> Headers:
    """Return the headers of a message that Sorbro sends in the place of SOR or STPS: a feed, the demo; binary mode."""
    headers = (
        ("ce_specversion", _SPEC_VERSION),
        ("ce_id", ce_id),
        ("ce_source", source),
        ("ce_type", ce_type),
        ("ce_subject", subject),
        ("content-type", "application/json"),
    )
    return tuple((name, value.encode()) for name, value in headers)


def binary_headers(
    *, ce_id: UUID, ce_type: str, time: datetime, subject: str, causation: str, traceparent: str | None
) -> Headers:
    """The headers of one of our outputs, binary mode, with the id of what caused it."""
    headers: Headers = (
        _OF_SPEC_VERSION,
        ("ce_id", str(ce_id).encode()),
        _OF_SOURCE,
        ("ce_type", ce_type.encode()),
        ("ce_time", rfc3339(time).encode()),
        ("ce_subject", subject.encode()),
        ("ce_causationid", causation.encode()),
        _OF_CONTENT,
    )
    return headers if traceparent is None else (*headers, ("traceparent", traceparent.encode()))
