"""Metrics of what is to come, as only the state knows it: closures, parked triggers, what waits (R13, R25, R32)."""

from __future__ import annotations

from typing import Final

from adapters.telemetry.catalogue import DELAYS, distribution, gauge

PENDING: Final = gauge(
    "sorbro_closures_pending",
    "Ends of registrations still to come, by how soon: within a day, a week, 30 days, or later",
    "partition",
    "bucket",
)
OVERDUE: Final = gauge(
    "sorbro_closures_overdue",
    "Ends of registrations whose instant is past and whose effects are not committed",
    "partition",
)
OVERDUE_SECONDS: Final = gauge("sorbro_closure_overdue_seconds", "For how long the oldest of them is due", "partition")
EMIT_DELAY: Final = distribution(
    "sorbro_closure_emit_delay_seconds", "From the instant an end was due, or said, to the commit of it", DELAYS
)
PARKED: Final = gauge(
    "sorbro_triggers_parked", "Fee questions that wait: for a tariff (R32), or for CVR (R38)", "partition", "waits_for"
)
WAITING: Final = gauge(
    "sorbro_waiting", "What waits: for SOR (R13), for a tariff (R32), for CVR (R20)", "partition", "waits_for"
)
OWNERS: Final = gauge("sorbro_owners", "Owners in the state of a partition", "partition")
