"""Metrics of CVR: what it was asked, how it answered, and whether it is there (R20)."""

from __future__ import annotations

from typing import Final

from adapters.telemetry.catalogue import Chapter

CHAPTER: Final = Chapter("CVR")

_DAY: Final = 86400.0
_AGES: Final = (60.0, 3600.0, 6 * 3600.0, _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY)

REQUESTS: Final = CHAPTER.counter("sorbro_cvr_requests", "Numbers looked up in CVR, by result", "result")
FACT_AGE: Final = CHAPTER.distribution(
    "sorbro_cvr_fact_age_seconds", "How old what CVR said is when it is given to an owner", _AGES
)
ODDITIES: Final = CHAPTER.counter(
    "sorbro_cvr_oddities", "What was odd in CVR's documents and read all the same, by kind", "kind"
)
CALLS: Final = CHAPTER.counter("sorbro_cvr_calls", "Calls to CVR, by result", "result")
CALL_SECONDS: Final = CHAPTER.histogram("sorbro_cvr_call_seconds", "From the call to its answer")
CALL_NUMBERS: Final = CHAPTER.histogram(
    "sorbro_cvr_call_numbers", "Numbers in one call", (1, 2, 5, 10, 20, 50, 100, 200)
)
MEMORY: Final = CHAPTER.counter(
    "sorbro_cvr_memory", "Numbers given fresh, missed, or given stale for want of CVR", "result"
)
WAITING: Final = CHAPTER.gauge("sorbro_cvr_waiting_numbers", "Numbers on their way to CVR or back")
UNANSWERED: Final = CHAPTER.gauge("sorbro_cvr_unanswered_numbers", "Numbers kept until CVR can be asked again")
BREAKER: Final = CHAPTER.gauge("sorbro_cvr_breaker", "1 for the state the breaker is in", "state")
CANARY: Final = CHAPTER.gauge("sorbro_cvr_canary", "1 for what the canary says", "verdict")
CANARY_WELL: Final = CHAPTER.gauge(
    "sorbro_cvr_canary_last_well_timestamp_seconds", "When CVR last knew the company it must know"
)
