"""`sorbro run`."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from aiokafka.errors import KafkaConnectionError, KafkaError

from adapters.broker.embedded import start_local_broker
from adapters.broker.errors import BrokerError
from adapters.collector import spare_what_stays
from adapters.kafka.port import LogError
from adapters.kafka.topic_admin import ensure_topics
from adapters.telemetry.logs import configure_logging
from contracts.tariffs import TariffTableError
from workers.app.settings import configured
from workers.app.tracing import TracingError
from workers.app.worker import build_worker
from workers.commands.asking import no_broker
from workers.stream.changelog import ChangelogError
from workers.stream.loop import FloodError

if TYPE_CHECKING:
    from workers.app.settings import Settings

_DEFAULT_PORT = 6066
_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 1.0


@click.command(name="run")
@click.option(
    "--broker",
    help="Brokers as host:port,… (SORBRO_KAFKA_BOOTSTRAP_SERVERS), or `embedded` to start a local one, the default.",
)
@click.option("--web-port", type=int, help="Port of the operations page, health and metrics (SORBRO_WEB_PORT, 6066).")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), help="For the local broker's files.")
def command(broker: str | None, web_port: int | None, data_dir: Path | None) -> None:
    """Run the worker until Ctrl-C: all streams, exactly once, and its pages.

    Adding a machine is starting this again there: the workers share the partitions.

    \b
    Common settings (environment):
      SORBRO_KAFKA_BOOTSTRAP_SERVERS  brokers; unset: a local broker is started
      SORBRO_CVR_SERVICE              elasticsearch (default), or datafordeler
      SORBRO_CVR_URL                  its address; unset: records stay pending
      SORBRO_CVR_USERNAME, SORBRO_CVR_PASSWORD, or SORBRO_CVR_API_KEY for datafordeler
                                      (each may be a file in /run/secrets)
      SORBRO_TARIFFS                  a fee table of your own
      SORBRO_FLOOD_LIMIT              bad records in a row that stop the worker (100)
      SORBRO_PAGE_TOKEN               lets who has it send dead letters once more from the page
      SORBRO_PAGE_HOSTS               the page's names for browsers (localhost,127.0.0.1,[::1])
      SORBRO_LOG_FORMAT               json, console, or auto
      SORBRO_TRACING                  otlp sends spans to OTEL_EXPORTER_OTLP_ENDPOINT
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    settings = configured(kafka_bootstrap_servers=broker, web_port=web_port, data_dir=data_dir)
    configure_logging(settings.log_format, settings.log_level)
    with ExitStack() as stack:
        try:
            run_worker(_with_broker(settings, stack))
        except KafkaConnectionError as error:
            raise no_broker(error) from error
        except (BrokerError, LogError, FloodError, ChangelogError, TariffTableError, TracingError) as error:
            raise click.ClickException(str(error)) from error


def run_worker(settings: Settings, build: Callable[[Settings], Any] = build_worker) -> None:
    """Run a worker against the configured brokers until it is told to stop."""
    asyncio.run(_have_topics(settings))
    if "web_port" not in settings.model_fields_set:
        settings = settings.model_copy(update={"web_port": free_port(settings.web_host)})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    click.echo(f"Operations page on http://localhost:{settings.web_port}/", err=True)
    spare_what_stays()
    try:
        build(settings).execute_from_commandline()
    except SystemExit as exit_:
        if exit_.code:
            raise
    finally:
        logging.shutdown()


async def _have_topics(settings: Settings) -> None:
    """Make sure of the topics, also while one of several brokers is down or another one is being elected."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while True:
        try:
            await ensure_topics(settings.connection(), settings.partitions)
        except KafkaConnectionError:
            raise  # nobody answers at all
        except KafkaError as error:
            if not error.retriable or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


def _with_broker(settings: Settings, stack: ExitStack) -> Settings:
    if settings.kafka_bootstrap_servers is not None:
        return settings
    click.echo("No brokers configured: starting a local one …", err=True)
    broker = stack.enter_context(start_local_broker(settings.data_dir / "broker"))
    if broker.limits:
        click.echo(broker.limits, err=True)
    click.echo(f"Local broker on {broker.bootstrap_servers}", err=True)
    return settings.model_copy(
        update={"kafka_bootstrap_servers": broker.bootstrap_servers, "kafka_transactions": broker.transactions}
    )


def free_port(host: str, default: int = _DEFAULT_PORT) -> int:
    """The default port, or where another worker has it, one the system picks. Raises `click.ClickException`."""
    try:
        family, *_, address = socket.getaddrinfo(host, default, type=socket.SOCK_STREAM)[0]
        return _bound(family, address) or _bound(family, (address[0], 0, *address[2:])) or 0
    except OSError as error:
        raise click.ClickException(
            f"the pages cannot be served on {host} (SORBRO_WEB_HOST): {error.strerror}"
        ) from error


def _bound(family: socket.AddressFamily, address: tuple[Any, ...]) -> int | None:
    """The port that a server could have there, None where another one has it. Raises `OSError`."""
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return None
            raise
        return int(probe.getsockname()[1])
