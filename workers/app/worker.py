"""Composition root: settings in, a Faust worker out.

Faust is the shell here: worker life cycle and signals, web server, and the table-less enrichment agent. The write
side is our own service inside it, because Faust's delivery does not hold what Sorbro promises (README, "What Faust
does here and what it does not").
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from datetime import UTC
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import faust
import httpx
import mode

from adapters.clock import SystemClock
from adapters.cvr.registry.lookup import ServiceRegistry
from adapters.kafka.broadcast_clock import BroadcastClock
from adapters.kafka.connection import Connection
from adapters.kafka.open_transactions import OpenTransactions
from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import PartitionLog
from adapters.kafka.topic_admin import missing_topics
from adapters.telemetry import write_side
from contracts.tariffs import TariffTable
from contracts.topics import PLANS
from workers.app.cvr import cvr_service, registry_settings
from workers.app.enrichment_agent import add_enrichment_agent
from workers.app.health import add_health
from workers.app.lag_keeper import LagKeeper
from workers.app.page_keeper import PageKeeper
from workers.app.pages import add_pages
from workers.app.prospect_keeper import ProspectKeeper
from workers.app.registry_keeper import RegistryKeeper
from workers.app.reporter import LogAndMetrics
from workers.app.stream_service import StreamService
from workers.app.tracing import tracing_of
from workers.app.waiting_list import WaitingList
from workers.app.watchkeeper import Watchkeeper
from workers.stream.tracing import NO_TRACING

if TYPE_CHECKING:
    from adapters.clock import Clock
    from adapters.telemetry.tracing import OpenTelemetry
    from workers.app.settings import Settings

_STOP_SECONDS: Final = 25.0
"""Under the 30 s after which Kubernetes kills; by then the write side has long finished its transaction and left."""


OpenLog = Callable[[Connection, str, int], PartitionLog]
"""How the write side comes by the log of one partition: the connection, the group, the partition."""


def build_worker(settings: Settings, open_log: OpenLog = KafkaPartitionLog) -> Any:
    """Return a Faust worker, ready to be executed. The topics must be there already.

    `open_log` is the seam of the fault campaign, which puts a log in between that dies at a chosen step.
    """
    connection = settings.connection()
    clock: Clock = BroadcastClock(connection) if settings.clock == "demo" else SystemClock()
    reporter = LogAndMetrics(clock)
    write_side.BUILD.labels(version("sorbro")).set(1)
    tracing = tracing_of(settings)
    app = _faust_app(settings)
    stream = StreamService(
        connection,
        settings.group,
        clock,
        TariffTable.load(settings.tariffs),
        reporter,
        settings.flood_limit,
        open_log,
        tracing or NO_TRACING,
        settings.gaps(),
        loop=asyncio.get_event_loop(),
        beacon=app.beacon,
    )
    watchkeeper = Watchkeeper(
        reporter.watch, _open_transactions(connection), partial(missing_topics, connection), beacon=app.beacon
    )
    services: list[Any] = [
        stream,
        watchkeeper,
        ProspectKeeper(stream.worlds, clock, beacon=app.beacon),
        LagKeeper(connection, settings.group, clock, lambda: reporter.assigned or (), beacon=app.beacon),
    ]
    if isinstance(clock, BroadcastClock):
        services.append(_FollowClock(clock, beacon=app.beacon))
    enrichment, registry = _add_enrichment(app, settings, connection, clock, tracing)
    page = [PageKeeper(settings, reporter, registry, beacon=app.beacon)] if settings.page else []
    services += [*enrichment, *page]
    add_health(app, reporter)
    add_pages(app, WaitingList(stream.worlds), page[0] if page else None)
    return _Worker(app, *services, loglevel=settings.log_level, quiet=True, redirect_stdouts=False)


def _add_enrichment(
    app: Any, settings: Settings, connection: Connection, clock: Clock, tracing: OpenTelemetry | None
) -> tuple[list[Any], ServiceRegistry | None]:
    """Put the enrichment agent on the app, and return the services it needs, and the registry it asks."""
    if settings.cvr_url is None:
        add_enrichment_agent(app, None, clock)
        return [], None
    client = httpx.AsyncClient(transport=tracing.transport(httpx.AsyncHTTPTransport()) if tracing is not None else None)
    registry = ServiceRegistry(cvr_service(settings, client), registry_settings(settings), clock)
    keeper = RegistryKeeper(registry, client, connection, beacon=app.beacon)
    add_enrichment_agent(app, registry, clock, keeper.has_learnt)
    return [keeper], registry


class _Worker(faust.Worker):  # type: ignore[misc]  # faust publishes no types
    """Faust's worker with our logging, and with an end: the write side leaves first, and nothing may hang the rest."""

    async def stop(self) -> None:
        """Stop the write side before Faust, which can wait for ever on a broker that is gone."""
        deadline = threading.Timer(_STOP_SECONDS, os._exit, [1 if self.crashed else 0])
        deadline.daemon = True
        deadline.start()
        for service in self.services:
            if isinstance(service, StreamService):
                await service.stop()
        await super().stop()

    def _setup_logging(self) -> None:
        """Leave the handlers alone, for Faust would install its own over ours; and draw no spinner into the log.

        Its last stroke, when all has started, would end the worker where the disk is full.
        """
        self.spinner = None


def _open_transactions(connection: Connection) -> OpenTransactions | None:
    """None for a broker without transactions."""
    return OpenTransactions(connection, [topic.value for topic in PLANS]) if connection.transactions else None


def _faust_app(settings: Settings) -> Any:
    options = settings.connection().client_options()
    datadir = settings.data_dir / "faust"
    datadir.mkdir(parents=True, exist_ok=True)
    return faust.App(
        f"{settings.group}-enrichment",
        broker=[f"kafka://{server}" for server in options["bootstrap_servers"].split(",")],
        broker_credentials=_credentials(options),
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 * 1024 * 1024,
        store="memory://",
        datadir=str(datadir),
        timezone=UTC,
        topic_allow_declare=False,
        topic_disable_leader=True,
        # A request the agent cannot answer now must not hold up a shutdown: it is asked again at the next opening.
        stream_wait_empty=False,
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_bind=settings.web_host,
        # Faust would otherwise serve its routing and table contents to anybody who asks.
        web_router_enabled=False,
        web_tables_enabled=False,
        web_metrics_enabled=False,
    )


def _credentials(options: dict[str, Any]) -> Any:
    if options["security_protocol"] == "PLAINTEXT":
        return None
    if options["security_protocol"] == "SSL":
        return faust.SSLCredentials(options["ssl_context"])
    return faust.SASLCredentials(
        mechanism=options["sasl_mechanism"],
        username=options["sasl_plain_username"],
        password=options["sasl_plain_password"],
        ssl_context=options.get("ssl_context"),
    )


class _FollowClock(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """Keeps the demo clock running for as long as the worker runs."""

    def __init__(self, clock: BroadcastClock, **options: Any) -> None:
        super().__init__(**options)
        self._clock = clock

    async def on_start(self) -> None:
        """Begin to follow the announcements."""
        self.add_future(self._clock.follow())
