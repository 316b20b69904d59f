"""The CloudEvents attributes of our Kafka records as JSON Schemas of their headers (binary mode)."""

from __future__ import annotations

from typing import Any, Final

from contracts.cloudevents import SOURCE

_ATTRIBUTES: Final[dict[str, Any]] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": {"type": "string", "minLength": 1, "description": "The same event has the same id, however often sent."},
    "ce_source": {"type": "string", "minLength": 1},
    "ce_type": {"type": "string"},
    "ce_time": {"type": "string", "format": "date-time"},
    "ce_subject": {"type": "string", "description": "The SOR-id the event is about."},
    "content-type": {"type": "string", "const": "application/json"},
    "traceparent": {"type": "string", "description": "W3C Trace Context, carried from the input to what it causes."},
}

INPUT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What CloudEvents requires of a producer. Sorbro reads `ce_specversion`, `ce_id`, `ce_type` and "
    "`traceparent`, and does without `ce_id`, and without `ce_type` where the topic carries one type only.",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    "properties": _ATTRIBUTES,
}

OUTPUT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What every record of ours carries.",
    "required": [*(name for name in _ATTRIBUTES if name != "traceparent"), "ce_causationid"],
    "properties": _ATTRIBUTES
    | {
        "ce_id": {
            "type": "string",
            "format": "uuid",
            "description": "UUIDv5 over what the effect is: a replay, a retry or a new release gives the same id.",
        },
        "ce_source": {"type": "string", "const": SOURCE},
        "ce_causationid": {
            "type": "string",
            "description": "The `ce_id` that caused this; for a day that came, that of the closure's version.",
        },
    },
}
