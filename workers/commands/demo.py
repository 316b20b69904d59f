"""`sorbro demo`."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click
from aiokafka.errors import KafkaConnectionError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from adapters.broker.embedded import start_local_broker
from adapters.broker.errors import BrokerError
from adapters.cvr.standin import CvrStandIn
from adapters.kafka.port import LogError
from adapters.kafka.read_back import read_topics
from adapters.kafka.topic_admin import ensure_topics
from adapters.samples import Register, generate_register
from adapters.sor_files import SnapshotEntity, SnapshotError, read_snapshot
from contracts.topics import WORKER_INPUTS
from workers.app.settings import Settings, configured
from workers.commands.asking import no_broker
from workers.demo.cvr_documents import documents_of
from workers.demo.play import expected, play, settle
from workers.demo.story import BEGINS, ENDS, tell
from workers.demo.worker_process import WorkerProcess

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from datetime import date

    from workers.demo.results import Tally, Verdict

_UNITS = 4000
_POLL_SECONDS = 0.5


@click.command(name="demo")
@click.option("--register", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A real register file.")
@click.option("--seconds", type=click.FloatRange(min=1), default=60.0, show_default=True, help="How long to play.")
@click.option("--workers", "worker_count", type=click.IntRange(1, 4), default=1, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed tells the same story.")
@click.option("--once", is_flag=True, help="End when the story ends, with status 0 if everything came out right.")
@click.option("--broker", help="Brokers to play on, with empty topics; `embedded`, the default: a local one.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), default=Path("var"), show_default=True)
def command(
    register: Path | None,
    seconds: float,
    worker_count: int,
    seed: int,
    once: bool,  # noqa: FBT001  # click passes options so
    broker: str | None,
    data_dir: Path,
) -> None:
    """Play five months of a register on a real broker, and check what came out.

    A register of some 4,000 units arrives, its places register themselves, some edit, close, move or undo their
    closing, and a municipality with over a thousand units closes at once. CVR is down for the first days.
    """
    console = Console()
    units = _units(register, seed)
    settings = configured(kafka_bootstrap_servers=broker)
    folder = data_dir / "sorbro-demo"  # a folder of the demo's own, for each run begins with an empty one
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    demo = _Demo(console, settings, folder, worker_count)
    try:
        clean = asyncio.run(demo.run(units, seed, seconds, once=once))
    except KafkaConnectionError as error:
        raise no_broker(error) from error
    except (BrokerError, LogError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        console.print("Stopped.")
        return
    if not clean:
        raise click.ClickException("the topics do not hold what the story gives; see the table above")


def _units(register: Path | None, seed: int) -> Sequence[SnapshotEntity]:
    if register is None:
        return generate_register(_UNITS, seed).entities
    try:
        return [unit for unit in read_snapshot(register) if isinstance(unit, SnapshotEntity)]
    except SnapshotError as error:
        raise click.ClickException(str(error)) from error


class _Demo:
    def __init__(self, console: Console, settings: Settings, folder: Path, worker_count: int) -> None:
        self._console = console
        self._settings = settings
        self._folder = folder
        self._worker_count = worker_count
        self._workers: list[WorkerProcess] = []

    async def run(self, units: Sequence[SnapshotEntity], seed: int, seconds: float, *, once: bool) -> bool:
        """Play, check, print; unless `once`, keep the workers running until Ctrl-C."""
        store = documents_of(Register(tuple(units)))
        story = tell(units, seed)
        async with AsyncExitStack() as stack:
            settings = await self._with_broker(stack)
            partitions = await ensure_topics(settings.connection(), settings.partitions)
            await _refuse_old_records(settings, partitions)
            stand_in = CvrStandIn(store)
            await stand_in.start()
            stack.push_async_callback(stand_in.stop)
            stack.callback(self._stop_workers)
            self._start_workers(settings, stand_in.url)
            watch = asyncio.create_task(self._supervise())
            stack.callback(watch.cancel)
            with self._progress() as each_day:
                sent = await play(story, settings.connection(), stand_in, seconds, each_day)
            due = expected(story, store)
            found, verdict = await settle(due, settings.connection(), partitions, self._say_waiting)
            self._print_table(sent, due, found, verdict)
            if not once:
                self._console.print("The worker keeps running; Ctrl-C ends it.")
                await watch
            return verdict.is_clean

    async def _with_broker(self, stack: AsyncExitStack) -> Settings:
        if self._settings.kafka_bootstrap_servers is not None:
            return self._settings
        self._console.print("Starting Kafka …")
        broker = await asyncio.to_thread(start_local_broker, self._folder / "broker")
        stack.push_async_callback(asyncio.to_thread, broker.stop)
        if broker.limits:
            self._console.print(broker.limits)
        self._console.print(f"Kafka on {broker.bootstrap_servers}", highlight=False)
        return self._settings.model_copy(
            update={"kafka_bootstrap_servers": broker.bootstrap_servers, "kafka_transactions": broker.transactions}
        )

    def _start_workers(self, settings: Settings, cvr_url: str) -> None:
        environment = {
            "SORBRO_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers or "",
            "SORBRO_KAFKA_TRANSACTIONS": str(settings.kafka_transactions),
            "SORBRO_CVR_URL": cvr_url,
            # The story's weeks pass in a minute: half a minute of patience would be half of it.
            "SORBRO_CVR_PAUSE_SECONDS": "1",
            "SORBRO_CVR_CALLS_PER_SECOND": "50",
            "SORBRO_CLOCK": "demo",
            "SORBRO_LOG_FORMAT": "json",
        }
        for number in range(1, self._worker_count + 1):
            own = {"SORBRO_DATA_DIR": str(self._folder / f"worker-{number}")}
            worker = WorkerProcess(f"worker-{number}", environment | own, self._folder, self._console.print)
            self._workers.append(worker)
        self._console.print(f"{self._worker_count} worker(s) started; logs in {self._folder}", highlight=False)

    def _stop_workers(self) -> None:
        for worker in self._workers:
            worker.stop()

    async def _supervise(self) -> None:
        while True:
            for worker in self._workers:
                worker.supervise()
            await asyncio.sleep(_POLL_SECONDS)

    def _progress(self) -> _DayProgress:
        return _DayProgress(self._console)

    def _say_waiting(self, verdict: Verdict) -> None:
        self._console.print(f"Waiting for the worker: {verdict.lost + verdict.wrong} results still to come")

    def _print_table(self, sent: Counter[str], due: Tally, found: Tally, verdict: Verdict) -> None:
        table = Table(title="What came in and went out, read back from the broker")
        for name in ("", "Messages", "Due"):
            table.add_column(name, justify="left" if not name else "right")
        for topic, count in sorted(sent.items()):
            table.add_row(f"in   {topic}", f"{count:,}", "")
        for kind in sorted(due.kinds.keys() | found.kinds.keys()):
            table.add_row(f"out  {kind}", f"{found.kinds[kind]:,}", f"{due.kinds[kind]:,}")
        self._console.print(table)
        enrichment = ", ".join(f"{count:,} {name}" for name, count in sorted(found.enrichment.items()))
        self._console.print(f"Forwarded by enrichment: {enrichment}", highlight=False)
        self._console.print(
            f"{verdict} (of {len(due.events):,} events and {len(due.register):,} places)", highlight=False
        )


class _DayProgress:
    """A bar with the date on a terminal; elsewhere a line a month."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(str(BEGINS), total=(ENDS - BEGINS).days)
        self._month_total = 0

    def __enter__(self) -> Callable[[date, int], None]:
        self._bar.start()
        return self._day

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _day(self, day: date, records: int) -> None:
        self._month_total += records
        self._bar.update(self._task, advance=1, description=f"{day:%Y-%m-%d}")
        if not self._console.is_terminal and (day.day == 1 or day == BEGINS):
            self._console.print(f"{day:%B %Y} ({self._month_total:,} messages sent)", highlight=False)


async def _refuse_old_records(settings: Settings, partitions: int) -> None:
    async for topic, *_ in read_topics(settings.connection(), WORKER_INPUTS, partitions):
        raise LogError(f"{topic} is not empty: the demo wants empty topics, so that it can check what came out")
