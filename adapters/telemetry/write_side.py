"""Metrics of the write side: records, transactions, partitions (design.md, "The delivery guarantee")."""

from __future__ import annotations

from typing import Final, get_args

from adapters.telemetry.catalogue import DELAYS, Chapter
from contracts.dead_letters import DeadLetterReason
from contracts.topics import WORKER_INPUTS

CHAPTER: Final = Chapter("The write side")

RECORDS: Final = CHAPTER.counter("sorbro_records", "Records decided, by what became of them", "topic", "outcome")
DAYS: Final = CHAPTER.counter("sorbro_days", "Owners woken because their day had come")
OUTPUTS: Final = CHAPTER.counter("sorbro_outputs", "Records committed, by topic and CloudEvents type", "topic", "type")
DEAD_LETTERS: Final = CHAPTER.counter("sorbro_dead_letters", "Dead letters, by reason", "reason")
for _reason in get_args(DeadLetterReason):
    DEAD_LETTERS.labels(_reason)  # at nought from the start, or Prometheus would not see the first one come
STALE_VERSIONS: Final = CHAPTER.counter(
    "sorbro_stale_versions", "Versions that came after a newer one, and were left (R10)"
)
AHEAD: Final = CHAPTER.counter(
    "sorbro_records_ahead_of_clock", "Records stamped in the future: the sender's clock is wrong, or ours", "topic"
)
for _topic in WORKER_INPUTS:
    AHEAD.labels(_topic.value)  # as above: a sender's first batch comes at once

END_TO_END: Final = CHAPTER.distribution(
    "sorbro_end_to_end_seconds", "From a record's timestamp to the commit of what it caused", DELAYS, "topic"
)
DECISION_SECONDS: Final = CHAPTER.histogram(
    "sorbro_decision_seconds", "Deciding all records and days of one transaction"
)
TRANSACTION_SECONDS: Final = CHAPTER.histogram(
    "sorbro_transaction_seconds", "From the start of a transaction to its commit"
)
TRANSACTION_ABORTS: Final = CHAPTER.counter(
    "sorbro_transaction_aborts", "Transactions given up, or with an unknown outcome", "partition"
)

FAILURES: Final = CHAPTER.counter(
    "sorbro_partition_failures", "Partitions let go of after an error, to be opened again", "partition", "error"
)
RESTORES: Final = CHAPTER.counter("sorbro_restores", "Partitions opened, their state restored", "partition")
RESTORE_SECONDS: Final = CHAPTER.gauge("sorbro_state_restore_seconds", "How long the last restore took", "partition")
RESTORE_RECORDS: Final = CHAPTER.gauge(
    "sorbro_state_restore_records", "Changelog records of the last restore", "partition"
)
PARTITIONS: Final = CHAPTER.gauge("sorbro_partitions", "Partitions of this worker: assigned, and open", "state")
REBALANCES: Final = CHAPTER.counter("sorbro_rebalances", "Assignments of partitions by the group")

LAST_TURN: Final = CHAPTER.gauge(
    "sorbro_loop_last_turn_timestamp_seconds", "When the loop of a partition last came round", "partition"
)
LAST_COMMIT: Final = CHAPTER.gauge(
    "sorbro_last_commit_timestamp_seconds", "When a partition last committed", "partition"
)
STUCK: Final = CHAPTER.gauge(
    "sorbro_stuck_seconds", "How long something has stood still that must not", "reason", "partition", "topic"
)

CLOCK: Final = CHAPTER.gauge(
    "sorbro_clock_timestamp_seconds", "What time the worker believes it is: closures go by it (R25)"
)
BUILD: Final = CHAPTER.gauge("sorbro_build_info", "1, for the release that runs", "version")
