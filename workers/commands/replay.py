"""`sorbro replay`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.cvr.reading import CvrShapeError
from adapters.record_lines import LineError, as_line, read_lines
from contracts.danish_time import start_of_day
from contracts.tariffs import TariffTable, TariffTableError
from workers.replay.replay import TO_ITSELF, Replay
from workers.tree.waiting import waiting_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_SHOWN = 20
_FIRST_YEAR = 1900
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="replay")
@click.argument("records", type=_FILE)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the outputs go.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Let the clock run on to 00:00 Danish time on this day, inclusive.",
)
@click.option("--cvr", type=_FILE, help="CVR documents, one a line; without it every enrichment stays pending.")
@click.option("--tariffs", type=_FILE, help="A fee table of your own instead of the one that ships with Sorbro.")
def command(records: Path, out: Path, until: datetime | None, cvr: Path | None, tariffs: Path | None) -> None:
    """Play RECORDS (one JSON record a line) through the rules under a virtual clock.

    No broker is needed. The clock stands at each record's timestamp; closures and yearly runs that fall due on the
    way come at their own instant. The same input gives the same output, byte for byte.

    \b
    Example:
      sorbro replay records.jsonl --out out.jsonl --until 2024-07-01 --cvr cvr.jsonl
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    try:
        registry = FileRegistry(DocumentStore.from_jsonl(cvr)) if cvr is not None else None
        replay = Replay(TariffTable.load(tariffs), registry)
        if until is not None and until.year < _FIRST_YEAR:
            raise click.BadParameter("--until must lie after 1900")
        written = _play(replay, records, out, until.date() if until is not None else None)
    except (LineError, CvrShapeError, TariffTableError, UnicodeDecodeError, OSError) as error:
        raise click.ClickException(str(error)) from error
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(replay.outcomes.items()))
    click.echo(f"{written} outputs written to {out} ({outcomes or 'nothing to decide'})", err=True)
    # Without --cvr every look-up stays open, which is as asked for and not worth a line each.
    waits = [each for state in replay.world.owners.values() for each in waiting_in(state) if each.kind != "cvr"]
    for each in waits[:_SHOWN]:
        click.echo(f"{each.sor_id} waits for {each.waits_for}", err=True)
    if len(waits) > _SHOWN:
        click.echo(f"… and {len(waits) - _SHOWN} more wait", err=True)
    for topic, count in sorted(replay.left_out.items()):
        why = "the replay makes its own" if topic in TO_ITSELF else "the worker does not read that topic"
        click.echo(f"{count} records of {topic} left out: {why}", err=True)


def _play(replay: Replay, records: Path, out: Path, until: date | None) -> int:
    written = 0
    with ExitStack() as stack:
        target = stack.enter_context(out.open("w", encoding="utf-8", newline="\n"))
        for record in read_lines(_lines(records, stack)):
            written += _write(target, map(as_line, replay.play(record)))
        if until is not None:
            written += _write(target, map(as_line, replay.advance(start_of_day(until))))
    return written


def _write(target: TextIO, lines: Iterator[str]) -> int:
    count = 0
    for line in lines:
        target.write(line + "\n")
        count += 1
    return count


def _lines(path: Path, stack: ExitStack) -> Iterator[str]:
    """The file's lines, with a progress bar where somebody is watching."""
    console = Console(stderr=True)
    source = stack.enter_context(path.open("rb"))
    if not sys.stderr.isatty():
        yield from (line.decode("utf-8") for line in source)
        return
    progress = stack.enter_context(Progress(console=console, transient=True))
    task = progress.add_task("Replaying", total=path.stat().st_size)
    for line in source:
        yield line.decode("utf-8")
        progress.advance(task, len(line))
