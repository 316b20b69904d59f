"""The pinned form of a record in a file: one JSON object a line, readable as text, exact as bytes.

What Python's `json` reads and writes is the form. Where orjson is known to do the same it does it, much quicker.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from contracts.danish_time import FIRST_YEAR, LAST_YEAR, rfc3339
from contracts.records import InputRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.records import OutputRecord

# One pattern for each beginning, for a pattern that begins with a letter is looked for many times faster.
_FRACTIONS: Final = tuple(re.compile(start + rb"-?[0-9]+[.eE]") for start in (rb'":', rb"\[", rb","))
"""Numbers in compact JSON that orjson and `json` may write in two ways; orjson makes such of huge whole numbers."""

_PLACES: Final = 2**63


class LineError(ValueError):
    """A line that is not a record; names the line and what is wanted."""


def read_lines(lines: Iterable[str | bytes]) -> Iterator[InputRecord]:
    """Yield the records of a replay file, in file order.

    A ``value`` that is a JSON string is the raw text of the message; bytes that are no UTF-8 are written in it as
    the lone surrogates U+DC80 to U+DCFF. Lines without offsets are counted per topic. Raises `LineError`.
    """
    offsets: Counter[str] = Counter()
    for number, line in enumerate(lines, start=1):
        raw = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
        if not raw.strip():
            continue
        try:
            record = _record(raw, offsets)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise LineError(
                f"line {number} is not a record ({type(error).__name__}: {error}); each line must be "
                '{"topic":…,"key":…,"timestamp":"2024-01-02T03:04:05Z","headers":{…},"value":…}'
            ) from error
        offsets[record.topic] = record.offset + 1
        yield record


def as_line(record: OutputRecord) -> str:
    """Return the record in the same form, without line end; `timestamp` is the instant it was decided at."""
    return _line(record, record.time, {})


def input_line(record: InputRecord) -> str:
    """Return an input record in the same form, with where it lay."""
    return _line(record, record.timestamp, {"partition": record.partition, "offset": record.offset})


def _record(raw: bytes, offsets: Counter[str]) -> InputRecord:
    fields, value = _read(raw)
    topic = fields["topic"]
    if not isinstance(topic, str):
        raise TypeError("the topic must be text")
    return InputRecord(
        topic=topic,
        partition=_place(fields.get("partition") or 0),
        offset=_place(offsets[topic] if fields.get("offset") is None else fields["offset"]),
        key=_bytes(fields.get("key")),
        value=value,
        headers=tuple((name, _bytes(value) or b"") for name, value in (fields.get("headers") or {}).items()),
        timestamp=_instant(fields["timestamp"]),
    )


def _read(raw: bytes) -> tuple[Any, bytes | None]:
    """The fields of a line, and the bytes of the message in it."""
    try:
        fields = orjson.loads(raw)
        value = fields.get("value")
        if value is None or isinstance(value, str):
            return fields, _bytes(value)
        if isinstance(value, dict | list) and not _has_fractions(written := orjson.dumps(value)):
            return fields, written
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, AttributeError):
        pass  # half a character, NaN, or no record at all: `json` knows
    fields = json.loads(raw.decode("utf-8", "surrogatepass"))
    return fields, _value_bytes(fields.get("value"))


def _line(record: InputRecord | OutputRecord, timestamp: datetime, where: dict[str, int]) -> str:
    fields = {
        "topic": record.topic,
        **where,
        "key": _text(record.key),
        "timestamp": rfc3339(timestamp),
        "headers": {name: _text(value) for name, value in record.headers},
    }
    try:
        head = orjson.dumps(fields)
    except orjson.JSONEncodeError:  # a lone surrogate
        head = _dump(fields)
    return (head[:-1] + b',"value":' + _value_field(record.value) + b"}").decode()


def _dump(value: Any) -> bytes:
    text = compact(value)
    # Lone surrogates stand for bytes and cannot be written as UTF-8 themselves, so they are escaped.
    escaped = (f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text)
    return "".join(escaped).encode()


def _value_field(value: bytes | None) -> bytes:
    """Give JSON as JSON where that loses nothing, anything else as its raw text."""
    if value is None:
        return b"null"
    if value[:1] in {b"{", b"["} and _is_compact(value):
        return value
    try:
        text = value.decode()
    except UnicodeDecodeError:  # within JSON its bytes would be read back as characters
        return _dump(value.decode("utf-8", "surrogateescape"))
    try:
        parsed = json.loads(text)
        exact = isinstance(parsed, dict | list) and compact(parsed) == text
    except (ValueError, RecursionError):
        return _dump(text)
    return _dump(parsed if exact else text)


def _is_compact(value: bytes) -> bool:
    """Whether the bytes are what `json` itself would write; False also where only `json` could tell."""
    try:
        return orjson.dumps(orjson.loads(value)) == value and not _has_fractions(value)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return False


def _has_fractions(written: bytes) -> bool:
    return any(pattern.search(written) for pattern in _FRACTIONS)


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


def _place(said: Any) -> int:
    """A partition or an offset, which Kafka counts from 0 in 64 bits."""
    number = int(said)
    if not 0 <= number < _PLACES:
        raise ValueError("partition and offset must lie from 0 to 2^63 - 1")
    return number


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("the timestamp must carry its zone, and lie in the years 1900 to 2999")
    return instant.astimezone(UTC)
