"""Metrics of what is to come, as only the state knows it: closures, parked triggers, what waits (R13, R25, R32)."""

from __future__ import annotations

from typing import Final

from adapters.telemetry.catalogue import DELAYS, Chapter

CHAPTER: Final = Chapter("What is to come")

PENDING: Final = CHAPTER.gauge(
    "sorbro_closures_pending",
    "Ends of registrations still to come, by how soon: within a day, a week, 30 days, or later",
    "partition",
    "bucket",
)
OVERDUE: Final = CHAPTER.gauge(
    "sorbro_closures_overdue",
    "Ends of registrations whose instant is past and whose effects are not committed",
    "partition",
)
OVERDUE_SECONDS: Final = CHAPTER.gauge(
    "sorbro_closure_overdue_seconds", "For how long the oldest of them is due", "partition"
)
EMIT_DELAY: Final = CHAPTER.distribution(
    "sorbro_closure_emit_delay_seconds", "From the instant an end was due, or said, to the commit of it", DELAYS
)
PARKED: Final = CHAPTER.gauge(
    "sorbro_triggers_parked", "Fee questions that wait: for a tariff (R32), or for CVR (R38)", "partition", "waits_for"
)
WAITING: Final = CHAPTER.gauge(
    "sorbro_waiting", "What waits: for SOR (R13), for a tariff (R32), for CVR (R20)", "partition", "waits_for"
)
OWNERS: Final = CHAPTER.gauge("sorbro_owners", "Owners in the state of a partition", "partition")
