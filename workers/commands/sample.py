"""`sorbro sample`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from adapters.samples.files import FileFormat
from adapters.samples.folder import CVR, EVENTS, SampleFolder
from adapters.samples.life import Life
from adapters.samples.pending import with_pending
from adapters.samples.register import SMALLEST_REGISTER, sample_trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from adapters.samples.tree_builder import Tree

_LARGEST = 1_000_000
_LONGEST = 20 * 366
_YEARS = range(1950, 2900)
"""So that no unit's dates, years before and after, leave those that messages may hold."""
_EVENTS = "events"


@click.command(name="sample")
@click.option("--units", type=click.IntRange(SMALLEST_REGISTER, _LARGEST), default=4_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--format",
    "--as",
    "form",
    type=click.Choice([*map(str, FileFormat), _EVENTS]),
    default=FileFormat.XML2.value,
    show_default=True,
    help="SOR XML 1.0, SOR XML 2.0, SOR2 CSV, or change events.",
)
@click.option(
    "--date",
    "first_day",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2024-01-15",
    show_default=True,
    help="The day of the first snapshot.",
)
@click.option(
    "--nights",
    type=click.IntRange(0, _LONGEST),
    default=0,
    show_default=True,
    help="How many nights the register lives after that, each with a snapshot of its own.",
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new or empty folder.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty; files of the same name are lost.")
def command(
    units: int,
    seed: int,
    form: str,
    first_day: datetime,
    nights: int,
    out: Path,
    force: bool,  # noqa: FBT001  click passes options so
) -> None:
    """Write a made-up SOR register, and its life, in the shapes of the real one.

    Snapshots are written one a night, with self-registrations.jsonl (records for `sorbro replay`) and cvr.jsonl (for
    its --cvr). With --as events all goes into events.jsonl, in the order of the timestamps: the register on the day
    before --date, what changes on each day after, and the self-registrations, the last of them 40 days after the end.
    Nobody in it is real; the numbers pass their checks and are from ranges that no register has issued.

    \b
    Examples:
      sorbro sample --units 160000 --format csv --nights 30 --out register
      sorbro sample --units 500 --as events --nights 365 --out year
      sorbro replay year/events.jsonl --cvr year/cvr.jsonl --out out.jsonl
    """  # noqa: D301  click marks a block that is not to be wrapped by a real backspace
    if first_day.year not in _YEARS:
        raise click.BadParameter(f"--date must lie in the years {_YEARS.start} to {_YEARS.stop - 1}")
    _make_ready(out, force=force)
    try:
        folder = _write(out, None if form == _EVENTS else FileFormat(form), units, seed, first_day.date(), nights)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    sizes = {name: (out / name).stat().st_size for name in folder.lines}
    for name, lines in sorted(folder.lines.items()):
        what = "lines" if name.endswith(".jsonl") else "units"
        click.echo(f"{out / name}: {lines:,} {what}, {sizes[name]:,} bytes", err=True)
    click.echo(f"{len(sizes):,} files, {sum(sizes.values()):,} bytes written to {out}", err=True)
    if form == _EVENTS:
        click.echo(f"Next: sorbro replay {out / EVENTS} --cvr {out / CVR} --out out.jsonl", err=True)


def _make_ready(out: Path, *, force: bool) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        is_empty = next(out.iterdir(), None) is None
    except OSError as error:
        raise click.ClickException(str(error)) from error
    if not is_empty and not force:
        raise click.ClickException(f"{out} is not empty; name another folder, or overwrite with --force")


def _write(out: Path, form: FileFormat | None, units: int, seed: int, first_day: date, nights: int) -> SampleFolder:
    with ExitStack() as stack:
        folder = stack.enter_context(SampleFolder(out, form, seed))
        progress = stack.enter_context(
            Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
        )
        trees = with_pending(sample_trees(units, seed, first_day), first_day, seed)
        life = Life(first_day, seed)
        if nights:  # a register that does not live need not be remembered
            trees = life.settle(trees)
        folder.first(_watched(trees, progress, units), first_day)
        for night in progress.track(islice(life.nights(), nights), total=nights, description="Nights"):
            folder.night(night, life.standing)
        folder.finish()
        return folder


def _watched(trees: Iterable[Tree], progress: Progress, units: int) -> Iterator[Tree]:
    task = progress.add_task("Register", total=units)
    for tree in trees:
        progress.advance(task, len(tree))
        yield tree
