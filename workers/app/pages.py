"""What the worker answers over HTTP: is it alive, is it ready, and its metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import generate_latest

from adapters.telemetry import REGISTRY

if TYPE_CHECKING:
    from workers.app.reporter import LogAndMetrics
    from workers.app.stream_service import StreamService


_MOST_SHOWN: Final = 1000


def _now(reporter: LogAndMetrics, waiting: int) -> str:
    """One sentence of state, in the operators' language, with the way to the rest."""
    partitions = ", ".join(map(str, sorted(reporter.open_partitions))) or "ingen"
    state = "Arbejder" if reporter.is_ready else "Starter: partitioner er endnu ikke åbnet"
    return (
        '<!doctype html><html lang="da"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>Sorbro</title>"
        "<style>body{font:1.1rem system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>"
        f"<h1>Sorbro</h1><p><strong>{state}.</strong> Åbne partitioner: {partitions}. "
        f'<a href="/waiting">{waiting} venter</a> på oplysninger.</p>'
        '<p><a href="/readyz">klar?</a> · <a href="/livez">i live?</a> · <a href="/metrics">målinger</a></p></html>'
    )


def add_pages(app: Any, reporter: LogAndMetrics, stream: StreamService) -> None:
    """Put a front page, ``/livez``, ``/readyz``, ``/waiting`` and ``/metrics`` on the app.

    A dead CVR fails none of them.
    """

    @app.page("/")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def now(web: Any, request: Any) -> Any:  # noqa: ARG001  # faust's signature
        return web.html(_now(reporter, sum(1 for _ in stream.waiting())))

    @app.page("/livez")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def livez(web: Any, request: Any) -> Any:  # noqa: ARG001  # faust's signature
        stuck = reporter.watch.stuck(asyncio.get_running_loop().time())
        shown = [{"partition": each.partition, "reason": each.reason, "says": each.says} for each in stuck]
        return web.json({"alive": not stuck, "stuck": shown}, status=503 if stuck else 200)

    @app.page("/readyz")  # type: ignore[untyped-decorator]
    async def readyz(web: Any, request: Any) -> Any:  # noqa: ARG001
        body = {
            "ready": reporter.is_ready,
            "assigned": sorted(reporter.assigned or ()),
            "open": sorted(reporter.open_partitions),
        }
        return web.json(body, status=200 if reporter.is_ready else 503)

    @app.page("/waiting")  # type: ignore[untyped-decorator]
    async def waiting(web: Any, request: Any) -> Any:  # noqa: ARG001
        every = list(stream.waiting())
        shown = [
            {"sorId": each.sor_id, "ownerSorId": each.owner_sor_id, "kind": each.kind, "waitsFor": each.waits_for}
            for each in every[:_MOST_SHOWN]
        ]
        runs = [{"partition": partition, "says": says} for partition, says in stream.fee_runs()]
        return web.json({"count": len(every), "waiting": shown, "feeRuns": runs})

    @app.page("/metrics")  # type: ignore[untyped-decorator]
    async def metrics(web: Any, request: Any) -> Any:  # noqa: ARG001
        return web.bytes(generate_latest(REGISTRY), content_type="text/plain; version=0.0.4")
