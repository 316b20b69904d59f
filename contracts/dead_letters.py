"""Dead letters: the closed list of reasons and the header names (contracts.md, "Dead letters")."""

from __future__ import annotations

from typing import Final, Literal

DeadLetterReason = Literal[
    "unparsable",
    "contract-violation",
    "unknown-type",
    "wrong-key",
    "invalid-identifier",
    "version-conflict",
    "undo-after-effect",
    "closure-too-early",
    "too-large",
]

REASON: Final = "dlq.reason"
DETAIL: Final = "dlq.detail"
ATTEMPT: Final = "dlq.attempt"
FIRST_FAILED_AT: Final = "dlq.first-failed-at"
LEFT_OUT: Final = "dlq.left-out"
"""Only on a letter whose original is larger than the topic takes: what it came without."""
CONNECT_TOPIC: Final = "__connect.errors.topic"
CONNECT_PARTITION: Final = "__connect.errors.partition"
CONNECT_OFFSET: Final = "__connect.errors.offset"
CONNECT_MESSAGE: Final = "__connect.errors.exception.message"

OURS: Final = frozenset(
    {
        REASON,
        DETAIL,
        ATTEMPT,
        FIRST_FAILED_AT,
        LEFT_OUT,
        CONNECT_TOPIC,
        CONNECT_PARTITION,
        CONNECT_OFFSET,
        CONNECT_MESSAGE,
    }
)
"""Headers that a redrive replaces and never appends."""
