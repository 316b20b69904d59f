"""The pinned form of a record in a file: one JSON object a line, readable as text, exact as bytes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.danish_time import rfc3339
from contracts.records import InputRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.records import OutputRecord

_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class LineError(ValueError):
    """A line that is not a record; names the line and what is wanted."""


def read_lines(lines: Iterable[str]) -> Iterator[InputRecord]:
    """Yield the records of a replay file, in file order.

    A ``value`` that is a JSON string is the raw text of the message; bytes that are no UTF-8 are written in it as
    the lone surrogates U+DC80 to U+DCFF. Lines without offsets are counted per topic. Raises `LineError`.
    """
    offsets: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            topic = fields["topic"]
            record = InputRecord(
                topic=topic,
                partition=int(fields.get("partition") or 0),
                offset=int(offsets[topic] if fields.get("offset") is None else fields["offset"]),
                key=_bytes(fields.get("key")),
                value=_value_bytes(fields.get("value")),
                headers=tuple((name, _bytes(value) or b"") for name, value in (fields.get("headers") or {}).items()),
                timestamp=_instant(fields["timestamp"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise LineError(
                f"line {number} is not a record ({type(error).__name__}: {error}); each line must be "
                '{"topic":…,"key":…,"timestamp":"2024-01-02T03:04:05Z","headers":{…},"value":…}'
            ) from error
        offsets[topic] = record.offset + 1
        yield record


def as_line(record: OutputRecord) -> str:
    """Return the record in the same form, without line end; `timestamp` is the instant it was decided at."""
    return _line(record, record.time, {})


def input_line(record: InputRecord) -> str:
    """Return an input record in the same form, with where it lay."""
    return _line(record, record.timestamp, {"partition": record.partition, "offset": record.offset})


def _line(record: InputRecord | OutputRecord, timestamp: datetime, where: dict[str, int]) -> str:
    fields = {
        "topic": record.topic,
        **where,
        "key": _text(record.key),
        "timestamp": rfc3339(timestamp),
        "headers": {name: _text(value) for name, value in record.headers},
        "value": _value_field(record.value),
    }
    return _dump(fields)


def _dump(value: Any) -> str:
    text = compact(value)
    # Lone surrogates stand for bytes and cannot be written as UTF-8 themselves, so they are escaped.
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text)


def _value_field(value: bytes | None) -> Any:
    """Give JSON as JSON where that loses nothing, anything else as its raw text."""
    if value is None:
        return None
    text = value.decode("utf-8", "surrogateescape")
    try:
        parsed = json.loads(text)
        exact = isinstance(parsed, dict | list) and compact(parsed) == text
    except (ValueError, RecursionError):
        return text
    return parsed if exact else text


def _value_bytes(value: Any) -> bytes | None:
    if value is None or isinstance(value, str):
        return _bytes(value)
    return compact(value).encode("utf-8", "surrogatepass")


def compact(value: Any) -> str:
    """JSON without a blank too many; keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _bytes(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "surrogateescape")


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError("the timestamp must carry its zone, and lie in the years 1900 to 2999")
    return instant.astimezone(UTC)
