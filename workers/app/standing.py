"""What only the worker itself can tell its page: which partitions are open, what stands still, how CVR is."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import field
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Literal

from adapters.telemetry.catalogue import REGISTRY
from contracts.wire import Message, message
from workers.app.watch import Reason

if TYPE_CHECKING:
    from adapters.cvr.registry.lookup import ServiceRegistry
    from workers.app.reporter import LogAndMetrics

_CVR_FIGURES: Final = "sorbro_cvr_"


@message
class StuckThing(Message):
    """Something that stands still and must not; see `workers.app.watch.Stuck`."""

    reason: Reason
    partition: int
    seconds: float
    topic: str | None = None
    offset: int | None = None


@message
class CvrStanding(Message):
    """How things stand between this worker and CVR; see `adapters.cvr.registry`."""

    breaker: Literal["closed", "open", "probing"]
    canary: str
    """What the company that CVR must know was last found to be."""
    is_trusted: bool
    """Whether CVR's "not found" is believed."""
    waiting: int
    remembered: int
    rejected: int
    calls_per_second: float
    """The most this worker may make."""


@message
class WorkerStanding(Message):
    """One worker at one instant, as it tells its page. `cvr` is None where no CVR is configured."""

    version: str
    host: str
    is_ready: bool
    assigned: tuple[int, ...]
    open_partitions: tuple[int, ...]
    stuck: tuple[StuckThing, ...] = ()
    cvr: CvrStanding | None = None
    cvr_figures: Mapping[str, float] = field(default_factory=dict)
    """The metrics about CVR by their Prometheus names, labels included."""


def standing_of(reporter: LogAndMetrics, registry: ServiceRegistry | None, now: float) -> WorkerStanding:
    """The worker as it stands; `now` in seconds of the event loop's clock."""
    return WorkerStanding(
        version=version("sorbro"),
        host=socket.gethostname(),
        is_ready=reporter.is_ready,
        assigned=tuple(sorted(reporter.assigned or ())),
        open_partitions=tuple(sorted(reporter.open_partitions)),
        stuck=tuple(
            StuckThing(
                reason=each.reason,
                partition=each.partition,
                seconds=each.seconds,
                topic=each.topic,
                offset=each.offset,
            )
            for each in reporter.watch.stuck(now)
        ),
        cvr=_cvr(registry) if registry is not None else None,
        cvr_figures=_cvr_figures(),
    )


def _cvr(registry: ServiceRegistry) -> CvrStanding:
    standing = registry.standing()
    breaker: dict[str, Literal["closed", "open", "probing"]] = {"Open": "open", "Probing": "probing"}
    return CvrStanding(
        breaker=breaker.get(type(standing.breaker).__name__, "closed"),
        canary=standing.canary.finding,
        is_trusted=standing.canary.is_trusted,
        waiting=standing.waiting,
        remembered=standing.remembered,
        rejected=standing.rejected,
        calls_per_second=standing.calls_per_second,
    )


def _cvr_figures() -> dict[str, float]:
    return {
        sample.name + "".join(f"{{{name}={value}}}" for name, value in sorted(sample.labels.items())): sample.value
        for family in REGISTRY.collect()
        if family.name.startswith(_CVR_FIGURES)
        for sample in family.samples
    }
