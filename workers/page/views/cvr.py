"""*CVR*: whether it answers, how quickly, what is remembered, and who waits for it (R20)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from contracts.wire import Instant, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.page.follower import Follower

_BUCKET: Final = "sorbro_cvr_call_seconds_bucket{le="
_QUANTILES: Final = (0.5, 0.95, 0.99)


@message
class Latency(Message):
    """Within how many seconds a share of the calls was answered, since the worker started; None where none was."""

    share: float
    seconds: float | None


@message
class Cvr(Message):
    """The whole view, of the worker whose page this is; what waits is counted over all."""

    at: Instant
    host: str | None
    is_configured: bool
    breaker: str | None
    canary: str | None
    is_trusted: bool
    on_their_way: int
    remembered: int
    rejected: int
    waiting: int
    """CVR and P numbers without an answer, on all partitions."""
    calls: dict[str, int]
    calls_last_minute: int
    most_calls_a_minute: int | None
    lookups: dict[str, int]
    memory: dict[str, int]
    memory_share: float | None
    """Of the numbers asked for, how many were known without a call; None where none was."""
    latency: tuple[Latency, ...]


def cvr_of(follower: Follower) -> Cvr:
    """The view of this moment."""
    worker = follower.worker
    cvr = worker.cvr if worker is not None else None
    figures = worker.cvr_figures if worker is not None else {}
    memory = _by_result(figures, "sorbro_cvr_memory_total")
    asked = memory.get("fresh", 0) + memory.get("miss", 0)
    return Cvr(
        at=follower.clock.now(),
        host=worker.host if worker is not None else None,
        is_configured=cvr is not None,
        breaker=cvr.breaker if cvr is not None else None,
        canary=cvr.canary if cvr is not None else None,
        is_trusted=cvr is None or cvr.is_trusted,
        on_their_way=cvr.waiting if cvr is not None else 0,
        remembered=cvr.remembered if cvr is not None else 0,
        rejected=cvr.rejected if cvr is not None else 0,
        waiting=follower.side.register.figures().open_numbers,
        calls=calls_of(figures),
        calls_last_minute=follower.recent_calls.count,
        most_calls_a_minute=round(60 * cvr.calls_per_second) if cvr is not None else None,
        lookups=_by_result(figures, "sorbro_cvr_requests_total"),
        memory=memory,
        memory_share=memory.get("fresh", 0) / asked if asked else None,
        latency=tuple(Latency(share=share, seconds=quantile(_buckets(figures), share)) for share in _QUANTILES),
    )


def calls_of(figures: Mapping[str, float]) -> dict[str, int]:
    """The calls since the worker started, by result."""
    return _by_result(figures, "sorbro_cvr_calls_total")


def quantile(buckets: Mapping[float, float], share: float) -> float | None:
    """The bound under which `share` of all lies, of cumulative counts by upper bound; None when there is nothing.

    It is the bucket's own bound, so never too low; what lies beyond the last bound has none.
    """
    total = buckets.get(math.inf, 0.0)
    if not total:
        return None
    bound = min(bound for bound, count in sorted(buckets.items()) if count >= share * total)
    return bound if math.isfinite(bound) else None


def _buckets(figures: Mapping[str, float]) -> dict[float, float]:
    return {
        float(name.removeprefix(_BUCKET).rstrip("}")): count
        for name, count in figures.items()
        if name.startswith(_BUCKET)
    }


def _by_result(figures: Mapping[str, float], metric: str) -> dict[str, int]:
    opening = f"{metric}{{result="
    return {
        name.removeprefix(opening).rstrip("}"): int(count)
        for name, count in sorted(figures.items())
        if name.startswith(opening)
    }
