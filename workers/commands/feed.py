"""`sorbro feed`."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from adapters.clock import SystemClock
from adapters.kafka.publisher import publisher
from adapters.kafka.topic_admin import ensure_topics
from adapters.record_lines import as_line
from adapters.sor_files import SnapshotError, read_snapshot
from contracts.danish_time import danish_date
from workers.app.settings import Settings, configured
from workers.feed.changes import FeedReport, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.records import OutputRecord

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_BATCH = 500
_SHOWN = 20


@click.command(name="feed")
@click.argument("snapshot", type=_FILE)
@click.option("--previous", type=_FILE, help="The snapshot before; only what differs is sent.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a replay file instead.")
@click.option("--broker", help="Brokers as host:port,… (SORBRO_KAFKA_BOOTSTRAP_SERVERS).")
@click.option(
    "--date", "taken_on", type=click.DateTime(["%Y-%m-%d"]), help="The day the snapshot was taken; default today."
)
def command(
    snapshot: Path, previous: Path | None, out: Path | None, broker: str | None, taken_on: datetime | None
) -> None:
    """Turn SNAPSHOT (SOR XML 2.0, or the register CSV) into change events.

    Damaged entities are named in the report and not sent. Units that are gone since --previous are an alarm for a
    person, never a deregistration (R30).

    \b
    Example:
      sorbro feed Sor_2024-01-31.xml --previous Sor_2024-01-30.xml --date 2024-01-31
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    report = FeedReport()
    day = taken_on.date() if taken_on is not None else danish_date(SystemClock().now())
    try:
        records = _records(snapshot, previous, day, report)
        if out is not None:
            with out.open("w", encoding="utf-8", newline="\n") as target:
                for record in records:
                    target.write(as_line(record) + "\n")
        else:
            asyncio.run(_publish(configured(kafka_bootstrap_servers=broker), records))
    except (SnapshotError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    _print_report(report)


def _records(snapshot: Path, previous: Path | None, day: date, report: FeedReport) -> Iterator[OutputRecord]:
    before = read_snapshot(previous) if previous is not None else ()
    yield from changes(read_snapshot(snapshot), before, day, report)


async def _publish(settings: Settings, records: Iterator[OutputRecord]) -> None:
    connection = settings.connection()
    await ensure_topics(connection, settings.partitions)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Feeding", total=None)
        async with publisher(connection) as target:
            while batch := list(islice(records, _BATCH)):
                progress.advance(task, await target.publish(batch))


def _print_report(report: FeedReport) -> None:
    console = Console(stderr=True)
    table = Table("Entities", "Count", title="Feed")
    for name, count in (
        ("read", report.read),
        ("sent", report.sent),
        ("unchanged", report.unchanged),
        ("damaged", len(report.damaged)),
        ("vanished", len(report.vanished)),
    ):
        table.add_row(name, str(count))
    console.print(table)
    for each in report.damaged[:_SHOWN]:
        console.print(f"damaged: {each.sor_id} ({each.reason}) {each.where}", highlight=False, markup=False)
    for sor_id in report.vanished:  # each is an alarm (R30), however many
        console.print(f"vanished without a closure: {sor_id}; ask the SOR office", highlight=False, markup=False)
