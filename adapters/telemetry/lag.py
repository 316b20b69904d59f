"""Metrics of how far the worker is behind, for its own partitions: in records, in time, and whether it moves."""

from __future__ import annotations

from typing import Final

from adapters.telemetry.catalogue import Chapter

CHAPTER: Final = Chapter("Lag")

RECORDS: Final = CHAPTER.gauge(
    "sorbro_consumergroup_lag", "Records not yet processed; none where nothing has been committed", "topic", "partition"
)
OLDEST_AGE: Final = CHAPTER.gauge(
    "sorbro_oldest_unprocessed_age_seconds", "How long the oldest of them has been waiting", "topic", "partition"
)
LOST: Final = CHAPTER.gauge(
    "sorbro_records_lost", "Offsets that retention took before they were processed", "topic", "partition"
)
MOVEMENT: Final = CHAPTER.gauge(
    "sorbro_consumergroup_state",
    "1 for what Burrow's rules say of the last five minutes",
    "topic",
    "partition",
    "state",
)
ASKED_AT: Final = CHAPTER.gauge(
    "sorbro_lag_timestamp_seconds", "When the brokers were last asked for all this, and answered"
)
