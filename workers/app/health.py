"""What a scheduler and Prometheus ask of the worker: has it started, is it alive, is it ready, its metrics.

A CVR that is down fails none of them: a restart would not bring it back, and nothing waits for it that a worker
without it could not go on with (R20). Nor does a restart end a transaction that somebody else has left open.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prometheus_client.exposition import choose_encoder

from adapters.telemetry.catalogue import REGISTRY
from workers.app.watch import calls_for_restart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.app.reporter import LogAndMetrics

_WELL: Final = 200
_NOT_WELL: Final = 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe is told: whether all is well, and the reasons for a person who asks the same."""

    is_well: bool
    body: Mapping[str, object]

    @property
    def status(self) -> int:
        """As HTTP says it."""
        return _WELL if self.is_well else _NOT_WELL


def started(reporter: LogAndMetrics) -> Answer:
    """Whether the worker has once had its partitions, each of them restored; from then on liveness says the rest."""
    return Answer(reporter.has_started, {"started": reporter.has_started, **_partitions(reporter)})


def alive(reporter: LogAndMetrics, now: float) -> Answer:
    """Whether each loop comes round and gets on, as far as that lies with the worker; all that is stuck is named.

    `now` in seconds of the event loop's clock.
    """
    stuck = reporter.watch.stuck(now)
    shown = [{"partition": each.partition, "reason": each.reason, "says": each.says} for each in stuck]
    is_alive = not calls_for_restart(stuck)
    return Answer(is_alive, {"alive": is_alive, "stuck": shown})


def ready(reporter: LogAndMetrics) -> Answer:
    """Whether the worker works on all that is its own: partitions assigned and restored, and every topic there."""
    missing = sorted(reporter.watch.missing_topics)
    is_ready = reporter.is_ready
    return Answer(is_ready, {"ready": is_ready, **_partitions(reporter), "missingTopics": missing})


def _partitions(reporter: LogAndMetrics) -> dict[str, object]:
    return {"assigned": sorted(reporter.assigned or ()), "open": sorted(reporter.open_partitions)}


def add_health(app: Any, reporter: LogAndMetrics) -> None:
    """Put ``/startupz``, ``/livez``, ``/readyz`` and ``/metrics`` on the Faust app."""
    _add_probe(app, "/startupz", lambda: started(reporter))
    _add_probe(app, "/livez", lambda: alive(reporter, asyncio.get_running_loop().time()))
    _add_probe(app, "/readyz", lambda: ready(reporter))

    @app.page("/metrics")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def metrics(web: Any, request: Any) -> Any:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.bytes(encode(REGISTRY), headers={"Content-Type": content_type})


def _add_probe(app: Any, path: str, answer: Callable[[], Answer]) -> None:
    @app.page(path)  # type: ignore[untyped-decorator]  # faust publishes no types
    async def probe(web: Any, request: Any) -> Any:  # noqa: ARG001  # faust's signature
        given = answer()
        return web.json(given.body, status=given.status)
