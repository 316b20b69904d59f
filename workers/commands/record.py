"""`sorbro record`."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

import click
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from adapters.clock import SystemClock
from adapters.kafka.port import LogError
from adapters.record_lines import input_line
from adapters.recordings.about import About, extents_of
from adapters.recordings.files import LineFile
from adapters.recordings.topics import TopicReader
from contracts.topics import WORKER_INPUTS, Topic
from workers.app.settings import configured
from workers.commands.instants import INSTANT
from workers.replay.depersonalised import Depersonalised
from workers.replay.pseudonyms import Pseudonyms
from workers.replay.recording import OUTPUTS, RECORDABLE, Wanted, in_core_order, reading_order
from workers.stream.changelog import ChangelogError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.records import InputRecord
    from workers.app.settings import Settings


@click.command(name="record")
@click.argument("topics", nargs=-1)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the recording goes; packed when its name ends in .zst or .gz.",
)
@click.option("--from", "since", type=INSTANT, help="Leave out what is stamped before this instant or Danish day.")
@click.option(
    "--until", type=INSTANT, help="Leave out what is stamped after this instant, or 00:00 of this Danish day."
)
@click.option(
    "--key", "keys", multiple=True, help="Only this owner (SOR-id), with what was sent of its units; repeatable."
)
@click.option("--pseudonymise", is_flag=True, help="Put words of no meaning in the place of people's own data (R49).")
@click.option(
    "--pseudonym-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that nobody else has: the same file gives the same pseudonyms again. Default: new ones each time.",
)
@click.option("--broker", help="Brokers as host:port,… (SORBRO_KAFKA_BOOTSTRAP_SERVERS).")
def command(
    topics: Sequence[str],
    out: Path,
    since: datetime | None,
    until: datetime | None,
    keys: Sequence[str],
    pseudonymise: bool,  # noqa: FBT001  # click passes options so
    pseudonym_key: Path | None,
    broker: str | None,
) -> None:
    """Record TOPICS into one file, in the order in which the worker saw them.

    Without TOPICS all that `sorbro verify` needs is recorded: every input and every output. With several, the worker's
    progress (sorbro.state.v1) is among them where it tells their order. Nothing is written to the brokers and no worker
    is disturbed. The recording ends where the topics ended when it began.

    A recording holds personal data, and is to be looked after as the topics are. With --pseudonymise names, addresses,
    contact data, autorisations-ids and free text are replaced, equal by equal; it decides the same. SOR-ids, CVR and P
    numbers stay, so that a one-man business can still be looked up.

    \b
    Examples:
      sorbro record --out night.jsonl.zst --broker kafka:9092
      sorbro record sor.entity-changes.v1 --out one.jsonl --key 698471000016005 --from 2024-01-01
      sorbro record --out for-others.jsonl.zst --pseudonymise
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    names = [str(name) for name in topics] or [topic.value for topic in (*WORKER_INPUTS, *OUTPUTS)]
    unknown = sorted(set(names) - RECORDABLE)
    if unknown:
        known = ", ".join(sorted(topic.value for topic in RECORDABLE))
        raise click.BadParameter(f"{', '.join(unknown)}: choose among {known}", param_hint="TOPICS")
    wanted = Wanted(since, until, frozenset(key.encode() for key in keys))
    if pseudonym_key is not None and not pseudonymise:
        raise click.UsageError("--pseudonym-key goes with --pseudonymise")
    try:
        secret = pseudonym_key.read_bytes() if pseudonym_key is not None else token_bytes(32)
        without_people = Depersonalised(Pseudonyms(secret)).record if pseudonymise else None
        settings = configured(kafka_bootstrap_servers=broker)
        counts = asyncio.run(_record(settings, names, out, wanted, without_people))
    except (LogError, ChangelogError, KafkaError, TimeoutError, ValueError, OSError) as error:
        raise click.ClickException(str(error) or type(error).__name__) from error
    click.echo(f"{counts.total()} records written to {out}", err=True)
    for topic, count in sorted(counts.items()):
        click.echo(f"  {count:>9,}  {topic}", err=True)


async def _record(
    settings: Settings,
    names: Sequence[str],
    out: Path,
    wanted: Wanted,
    change: Callable[[InputRecord], InputRecord] | None,
) -> Counter[str]:
    connection = settings.connection()
    counts: Counter[str] = Counter(dict.fromkeys(names, 0))
    if wanted.keys:
        async with TopicReader(connection, [[Topic.ENTITY_CHANGES.value]]) as reader:
            async for records in in_core_order(reader):
                for record in records:
                    wanted.learn(record)
    async with TopicReader(connection, reading_order(names), wanted.since) as reader:
        about = About(
            release=version("sorbro"),
            recorded_at=SystemClock().now(),
            since=wanted.since,
            until=wanted.until,
            keys=tuple(sorted(key.decode() for key in wanted.keys)),
            pseudonymised=change is not None,
            extents=extents_of(reader.begins, reader.ends),
        )
        with LineFile(out) as target, _progress(reader) as progress:
            async for records in in_core_order(reader):
                kept = [record for record in records if wanted.holds(record)]
                for record in kept:
                    line = input_line(change(record) if change is not None else record)
                    target.write(line if target.lines else about.beside(line))
                counts.update(record.topic for record in kept)
                progress.update(progress.task_ids[0], completed=reader.passed)
    return counts


def _progress(reader: TopicReader) -> Progress:
    """A bar where somebody is watching, over the offsets there are to pass."""
    console = Console(stderr=True)
    progress = Progress(console=console, transient=True, disable=not console.is_terminal)
    progress.add_task("Recording", total=reader.total)
    return progress
