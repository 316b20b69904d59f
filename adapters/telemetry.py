"""Logs and metrics. What is logged names units and numbers, never people (R49)."""

from __future__ import annotations

import logging
import sys
from typing import Final, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()
_SECONDS_BETWEEN: Final = 10.0

RECORDS: Final = Counter("sorbro_records", "Records decided, by outcome", ["outcome"], registry=REGISTRY)
OUTPUTS: Final = Counter("sorbro_outputs", "Records committed, by topic", ["topic"], registry=REGISTRY)
DEAD_LETTERS: Final = Counter("sorbro_dead_letters", "Dead letters, by reason", ["reason"], registry=REGISTRY)
TRANSACTION_SECONDS: Final = Histogram("sorbro_transaction_seconds", "From poll to commit", registry=REGISTRY)
REOPENED: Final = Counter("sorbro_partition_failures", "Partitions opened again after an error", registry=REGISTRY)
RESTORE_SECONDS: Final = Gauge("sorbro_state_restore_seconds", "Last restore", ["partition"], registry=REGISTRY)
LAST_TURN: Final = Gauge(
    "sorbro_loop_last_turn_timestamp_seconds", "When the loop last came round", ["partition"], registry=REGISTRY
)
STUCK: Final = Gauge(
    "sorbro_stuck_seconds",
    "How long something has stood still that must not",
    ["reason", "partition", "topic"],
    registry=REGISTRY,
)
CVR_LOOKUPS: Final = Counter(
    "sorbro_cvr_requests", "Numbers looked up in CVR, by result", ["result"], registry=REGISTRY
)
CVR_ODDITIES: Final = Counter(
    "sorbro_cvr_oddities", "What was odd in CVR's documents and read all the same, by kind", ["kind"], registry=REGISTRY
)
CVR_CALLS: Final = Counter("sorbro_cvr_calls", "Calls to CVR, by result", ["result"], registry=REGISTRY)
CVR_CALL_SECONDS: Final = Histogram("sorbro_cvr_call_seconds", "From the call to its answer", registry=REGISTRY)
CVR_CALL_NUMBERS: Final = Histogram(
    "sorbro_cvr_call_numbers", "Numbers in one call", buckets=(1, 2, 5, 10, 20, 50, 100, 200), registry=REGISTRY
)
CVR_MEMORY: Final = Counter(
    "sorbro_cvr_memory", "Numbers given fresh, missed, or given stale for want of CVR", ["result"], registry=REGISTRY
)
CVR_WAITING: Final = Gauge("sorbro_cvr_waiting_numbers", "Numbers on their way to CVR or back", registry=REGISTRY)
CVR_BREAKER: Final = Gauge("sorbro_cvr_breaker", "1 for the state the breaker is in", ["state"], registry=REGISTRY)
CVR_CANARY: Final = Gauge("sorbro_cvr_canary", "1 for what the canary says", ["verdict"], registry=REGISTRY)
CVR_CANARY_WELL: Final = Gauge(
    "sorbro_cvr_canary_last_well_timestamp_seconds", "When CVR last knew the company it must know", registry=REGISTRY
)


class _Once(logging.Filter):
    """Lets a library say the same thing once in ten seconds: in an outage aiokafka says it ten times in one."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may pass; our own events always do."""
        if record.name.startswith("sorbro"):
            return True
        said = (record.name, str(record.msg))
        if record.created - self._said.get(said, 0.0) < _SECONDS_BETWEEN:
            return False
        self._said[said] = record.created
        return True


def configure_logging(form: Literal["auto", "json", "console"], level: str) -> None:
    """Send structured events to standard error: readable on a terminal, JSON elsewhere, unless told otherwise."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Once())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(numeric)
    # Faust builds debug records for every event even when nobody reads them (notes/engine.md 6).
    for name in ("faust", "mode", "workers", "aiokafka", "httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(max(numeric, logging.WARNING))
