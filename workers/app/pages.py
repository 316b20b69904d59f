"""What the worker answers over HTTP: is it alive, is it ready, and its metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from prometheus_client import generate_latest

from adapters.telemetry import REGISTRY

if TYPE_CHECKING:
    from workers.app.reporter import LogAndMetrics


def add_pages(app: Any, reporter: LogAndMetrics) -> None:
    """Put ``/livez``, ``/readyz`` and ``/metrics`` on the Faust app. A dead CVR fails none of them."""

    @app.page("/livez")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def livez(web: Any, request: Any) -> Any:  # noqa: ARG001  # faust's signature
        stuck = reporter.stuck(asyncio.get_running_loop().time())
        return web.json({"alive": not stuck, "stuckPartitions": stuck}, status=503 if stuck else 200)

    @app.page("/readyz")  # type: ignore[untyped-decorator]
    async def readyz(web: Any, request: Any) -> Any:  # noqa: ARG001
        body = {
            "ready": reporter.is_ready,
            "assigned": sorted(reporter.assigned or ()),
            "open": sorted(reporter.open_partitions),
        }
        return web.json(body, status=200 if reporter.is_ready else 503)

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def metrics(web: Any, request: Any) -> Any:  # noqa: ARG001
        return web.bytes(generate_latest(REGISTRY), content_type="text/plain; version=0.0.4")
