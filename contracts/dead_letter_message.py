"""The dead letter as AsyncAPI has it: any bytes at all, and headers that say what was wrong."""

from __future__ import annotations

from typing import Any, Final, get_args

from contracts import dead_letters
from contracts.dead_letters import DeadLetterReason

_NUMBER: Final = r"^[0-9]+$"

_HEADERS: Final[dict[str, Any]] = {
    dead_letters.REASON: {"type": "string", "enum": list(get_args(DeadLetterReason))},
    dead_letters.DETAIL: {"type": "string", "description": "For people: which rule was broken. No personal data."},
    dead_letters.ATTEMPT: {"type": "string", "pattern": _NUMBER},
    dead_letters.FIRST_FAILED_AT: {"type": "string", "format": "date-time"},
    dead_letters.LEFT_OUT: {
        "type": "string",
        "description": "Only where the original is larger than this topic takes: the letter is without its value, its "
        "headers and a long key, and the original stays where it lies.",
    },
    dead_letters.CONNECT_TOPIC: {"type": "string"},
    dead_letters.CONNECT_PARTITION: {"type": "string", "pattern": _NUMBER},
    dead_letters.CONNECT_OFFSET: {"type": "string", "pattern": _NUMBER},
    dead_letters.CONNECT_MESSAGE: {"type": "string"},
}

MESSAGE: Final[dict[str, Any]] = {
    "name": "dead-letter",
    "title": "DeadLetter",
    "summary": "An input that broke the contract, as it came, with the reason. A redrive replaces these headers and "
    "never appends to them.",
    "contentType": "application/octet-stream",
    "headers": {
        "type": "object",
        "required": [name for name in _HEADERS if name != dead_letters.LEFT_OUT],
        "properties": _HEADERS,
    },
    "payload": {"description": "The original value, byte for byte; anything at all, up to what the topic takes."},
}
