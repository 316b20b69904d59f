"""What the worker shows a person over HTTP: how it is, and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
    """Put a front page and ``/waiting`` on the app."""

    @app.page("/")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def now(web: Any, request: Any) -> Any:  # noqa: ARG001  # faust's signature
        return web.html(_now(reporter, sum(1 for _ in stream.waiting())))

    @app.page("/waiting")  # type: ignore[untyped-decorator]
    async def waiting(web: Any, request: Any) -> Any:  # noqa: ARG001
        every = list(stream.waiting())
        shown = [
            {"sorId": each.sor_id, "ownerSorId": each.owner_sor_id, "kind": each.kind, "waitsFor": each.waits_for}
            for each in every[:_MOST_SHOWN]
        ]
        runs = [{"partition": partition, "says": says} for partition, says in stream.fee_runs()]
        return web.json({"count": len(every), "waiting": shown, "feeRuns": runs})
