"""A committed turn in numbers: one look-up of a label for a whole batch, however many records it held."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from adapters.telemetry import closures, write_side
from contracts.topics import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from contracts.records import OutputRecord
    from workers.stream.journal import Taken
    from workers.stream.reporter import Took
    from workers.stream.world import Turn

_TOLERANCE_SECONDS: Final = 1.0
"""Clocks of machines that agree may differ by so much."""


def count(turn: Turn, took: Took, now: datetime) -> None:
    """Add the turn to the metrics; `now` is when it was committed."""
    journal, outputs = turn.journal, turn.outputs
    for (topic, outcome), records in Counter((each.topic, each.outcome) for each in journal.taken).items():
        write_side.RECORDS.labels(topic, outcome).inc(records)
    write_side.STALE_VERSIONS.inc(turn.outcomes["stale"])
    write_side.DAYS.inc(turn.outcomes["settled"])
    for (topic, ce_type), records in Counter((each.topic, _type(each)) for each in outputs).items():
        write_side.OUTPUTS.labels(topic, ce_type).inc(records)
    for reason, letters in Counter(each.refusal.reason for each in journal.buried).items():
        write_side.DEAD_LETTERS.labels(reason).inc(letters)
    write_side.DECISION_SECONDS.observe(took.deciding)
    write_side.TRANSACTION_SECONDS.observe(took.committing)
    _delays(journal.taken, now)
    ends = (each for each in outputs if each.topic == Topic.DEREGISTRATIONS)
    closures.EMIT_DELAY.observe((), (max(0.0, (now - each.time).total_seconds()) for each in ends))


def _delays(taken: Sequence[Taken], now: datetime) -> None:
    by_topic: defaultdict[str, list[float]] = defaultdict(list)
    for each in taken:
        by_topic[each.topic].append((now - each.timestamp).total_seconds())
    for topic, seconds in by_topic.items():
        write_side.END_TO_END.observe((topic,), (max(0.0, each) for each in seconds))
        ahead = sum(each < -_TOLERANCE_SECONDS for each in seconds)
        if ahead:
            write_side.AHEAD.labels(topic).inc(ahead)


def _type(record: OutputRecord) -> str:
    """The CloudEvents type of what is ours; a dead letter's is its sender's, and may be anything."""
    if record.topic == Topic.DEAD_LETTERS:
        return ""
    return dict(record.headers).get("ce_type", b"").decode()
