"""`sorbro feed`."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from adapters.clock import SystemClock
from adapters.kafka.port import LogError
from adapters.record_lines import as_line
from adapters.sor_files import SnapshotError, open_snapshot
from contracts.danish_time import danish_date
from workers.app.settings import Settings, configured
from workers.feed.feed import Feed
from workers.feed.report import FeedReport
from workers.feed.report_table import print_report
from workers.feed.soundness import RefusedError
from workers.feed.to_topic import append, topic_opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sor_files import Damaged, FileUnit, Snapshot

_LOOK_EVERY = 500
_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command(name="feed")
@click.argument("snapshot", type=_FILE)
@click.option(
    "--previous",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The snapshot before: stands in for what the topic does not hold.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a replay file instead.")
@click.option("--broker", help="Brokers as host:port,… (SORBRO_KAFKA_BOOTSTRAP_SERVERS).")
@click.option(
    "--date",
    "taken_on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the snapshot was taken; default the day it says itself, else today.",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, allow_dash=True), help="Write the report as JSON; - is stdout."
)
@click.option(
    "--shrink-limit",
    type=click.FloatRange(0, 100),
    default=5.0,
    show_default=True,
    help="Per cent of the known units that may be gone or damaged.",
)
@click.option("--force", is_flag=True, help="Feed one that would be refused: shrunk, poorer, older, of another format.")
def command(
    snapshot: Path,
    previous: Path | None,
    out: Path | None,
    broker: str | None,
    taken_on: datetime | None,
    report: str | None,
    shrink_limit: float,
    *,
    force: bool,
) -> None:
    """Turn SNAPSHOT into change events: one for each entity that differs from what the topic holds.

    Reads SOR XML 1.0, SOR XML 2.0, SOR2 CSV (SorEntity_daily.csv) and the register CSV, zipped or not; - is
    standard input. Nothing is sent before the whole file has been read and found sound. Feeding the same snapshot
    again sends nothing, and a feed that was cut short is finished by running it again.

    Damaged entities are named in the report and not sent. Units that are gone are an alarm for a person, never a
    deregistration (R30).

    Exit status: 0 fed; 1 nothing more was sent, for the reason given; 2 wrong usage.

    \b
    Examples:
      sorbro feed SorEntity_daily.csv
      curl -s https://…/SorEntity_daily.csv | sorbro feed - --report report.json
      sorbro feed Sor_2024-01-31.xml --previous Sor_2024-01-30.xml --out changes.jsonl
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    console = Console(stderr=True)
    if report is not None and not Path(report).parent.is_dir():
        raise click.BadParameter(f"there is no folder {Path(report).parent}", param_hint="--report")
    with ExitStack() as stack:
        try:
            source = stack.enter_context(open_snapshot(sys.stdin.buffer if str(snapshot) == "-" else snapshot))
            day = taken_on.date() if taken_on else source.taken_on or danish_date(SystemClock().now())
            feed = Feed(source, FeedReport(source.format, day), previous, shrink_limit=shrink_limit, force=force)
            shown = stack.enter_context(_Shown(console))
            if out is not None:
                _write(feed, out, shown)
            else:
                asyncio.run(_publish(feed, configured(kafka_bootstrap_servers=broker), shown))
        except SnapshotError as error:
            raise click.ClickException(f"{error}. Nothing was sent; fetch the file again") from error
        except RefusedError as error:
            feed.report.refused = str(error)
        except (KafkaError, LogError, OSError, ValueError, TimeoutError) as error:
            raise click.ClickException(str(error) or "the brokers do not answer; run the same command again") from error
    print_report(feed.report, console)
    if report is not None:
        with click.open_file(report, "w", encoding="utf-8") as target:
            json.dump(feed.report.as_json(), target, indent=1)
            target.write("\n")
    if feed.report.refused is not None:
        raise click.ClickException(feed.report.refused)


def _write(feed: Feed, out: Path, shown: _Shown) -> None:
    """Write the messages beside `out` and put them there at the end: half a file is no feed."""
    unfinished = out.with_name(f"{out.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as target:
            for records in feed.changes(shown.reading):
                target.writelines(as_line(record) + "\n" for record in records)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


async def _publish(feed: Feed, settings: Settings, shown: _Shown) -> None:
    shown.waiting("Reading what the topic holds")
    async with topic_opened(settings.connection(), settings.partitions) as (known, writer):
        await append(writer, replace(feed, known=known).changes(shown.reading), shown.sent)


class _Shown:
    """A bar on a terminal: how much of the file has been read, then how much has been sent; elsewhere nothing."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def waiting(self, what: str) -> None:
        """Show that something goes on of which nobody knows how long it takes."""
        self._bar.reset(self._task, description=what, total=None)

    def reading(self, what: str, snapshot: Snapshot) -> Iterator[FileUnit | Damaged]:
        """Give the units, and show how far the file has been read."""
        self._bar.reset(self._task, description=what, total=snapshot.size)
        for number, unit in enumerate(snapshot.units()):
            if number % _LOOK_EVERY == 0:
                self._bar.update(self._task, completed=snapshot.position)
            yield unit
        self.waiting("Sending")

    def sent(self, count: int) -> None:
        """Count what was sent."""
        self._bar.advance(self._task, count)
