"""`sorbro explain`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from aiokafka.errors import KafkaError
from rich.console import Console, Group
from rich.progress import BarColumn, Progress, TextColumn

from adapters.clock import SystemClock
from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.cvr.reading import CvrShapeError
from adapters.kafka.port import LogError
from adapters.record_lines import LineError
from adapters.recordings.files import FileError
from adapters.recordings.reading import records_of
from contracts.danish_time import start_of_day
from contracts.identifiers import SorId
from contracts.tariffs import TariffTable, TariffTableError
from workers.app.settings import configured
from workers.explain.page import page_of
from workers.explain.recording import tell_recording
from workers.explain.sent import ExplainError
from workers.explain.topics import Reading
from workers.explain.words import LANGUAGES, Language, Words
from workers.replay.replay import Replay
from workers.stream.changelog import ChangelogError

if TYPE_CHECKING:
    from adapters.kafka.connection import Connection
    from contracts.records import InputRecord
    from workers.explain.story import Story

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FIRST_YEAR = 1900
_TOLD_BY_THEMSELVES = (
    ExplainError,
    FileError,
    LineError,
    CvrShapeError,
    TariffTableError,
    LogError,
    ChangelogError,
    UnicodeDecodeError,
    OSError,
)
_PLAIN_WIDTH = 120
"""Characters to a line where the page goes to a file or a pipe."""


class _SorIdParameter(click.ParamType):
    name = "SOR-ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> SorId:
        try:
            return SorId.parse(value.strip())
        except ValueError as error:
            self.fail(f"{value} is no SOR-ID: {error}. A spreadsheet may have rounded it", param, ctx)


@click.command(name="explain")
@click.argument("sor_id", metavar="SOR-ID", type=_SorIdParameter())
@click.option("--from", "recording", type=_FILE, help="A recording, one JSON record a line, instead of live topics.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="With --from: what would happen up to that day.")
@click.option("--cvr", type=_FILE, help="With --from: CVR documents, one a line, as `sorbro replay` reads them.")
@click.option("--tariffs", type=_FILE, help="A fee table of your own instead of the one that ships with Sorbro.")
@click.option("--broker", help="Brokers as host:port,… (SORBRO_KAFKA_BOOTSTRAP_SERVERS).")
@click.option("--replayed", is_flag=True, help="With --from: tell a replay's outputs, whatever is on record.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def command(
    sor_id: SorId,
    recording: Path | None,
    until: datetime | None,
    cvr: Path | None,
    tariffs: Path | None,
    broker: str | None,
    replayed: bool,  # noqa: FBT001  # click passes options so
    as_json: bool,  # noqa: FBT001  # click passes options so
    language: Language,
) -> None:
    """Tell the story of the unit SOR-ID: what came in, what was decided and why, what is to come, and what is not.

    From the live topics, where only what concerns the unit's owner is kept; or from a recording, whose own outputs are
    told if it holds any, and else those of a replay. No personal data is shown.

    \b
    Examples:
      sorbro explain 698481000016007
      sorbro explain 698481000016007 --from night.jsonl --until 2024-01-01 --language da
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    if recording is None and (until is not None or cvr is not None or replayed):
        raise click.UsageError("--until, --cvr and --replayed need --from: what is on the topics has been decided")
    if until is not None and until.year < _FIRST_YEAR:
        raise click.BadParameter("--until must lie after 1900")
    try:
        registry = FileRegistry(DocumentStore.from_jsonl(cvr)) if cvr is not None else None
        table = tariffs if recording is not None else configured(tariffs=tariffs).tariffs  # as the worker has it
        replay = Replay(TariffTable.load(table), registry)
        if recording is not None:
            instant = start_of_day(until.date()) if until is not None else None
            story = tell_recording(sor_id, lambda: _records(recording), replay, instant, as_replayed=replayed)
        else:
            story = asyncio.run(_live(sor_id, _connection(broker), replay))
    except _TOLD_BY_THEMSELVES as error:
        raise click.ClickException(str(error)) from error
    except KafkaError as error:
        raise click.ClickException(f"the broker does not answer ({error}): is the address right?") from error
    _show(story, language, as_json=as_json)


def _records(path: Path) -> Iterator[InputRecord]:
    """The file's records, with a progress bar where somebody is watching."""
    size = path.stat().st_size
    with _progress() as progress:
        yield from records_of(path, lambda read: progress(path.name, size - read))


def _connection(broker: str | None) -> Connection:
    try:
        return configured(kafka_bootstrap_servers=broker).connection()
    except ValueError as error:
        raise click.ClickException(f"{error}; or give --from a recording") from error


async def _live(sor_id: SorId, connection: Connection, replay: Replay) -> Story:
    with _progress() as progress:
        return await Reading(connection, sor_id, progress).story(replay, SystemClock().now())


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Gives a function that shows what is read and how much of it is left; silent where nobody is watching."""
    if not sys.stderr.isatty():
        yield lambda _what, _left: None
        return
    console = Console(stderr=True)
    with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as bars:
        tasks = {}

        def show(what: str, left: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(f"Reading {what}", total=max(left, 1))
            task = bars.tasks[tasks[what]]
            bars.update(task.id, completed=(task.total or 1) - left)

        yield show


def _show(story: Story, language: Language, *, as_json: bool) -> None:
    if as_json:
        click.echo(story.to_json(indent=2))
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    console.print(Group(*page_of(story, Words(language))))
