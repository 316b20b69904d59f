"""`sorbro replay`."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.cvr.reading import CvrShapeError
from adapters.record_lines import LineError, as_line
from adapters.recordings.files import FileError, LineFile
from adapters.recordings.reading import holds, records_of
from contracts.code_lists import CodeListError, use_tables
from contracts.danish_time import rfc3339
from contracts.tariffs import TariffTable, TariffTableError
from contracts.topics import Topic
from workers.commands.instants import INSTANT
from workers.commands.places import show_places
from workers.commands.reading_bar import reading_bar
from workers.replay.concerned import Concerned, concerned
from workers.replay.recording import OUTPUTS
from workers.replay.register import places_in
from workers.replay.replay import TO_ITSELF, Replay
from workers.stream.changelog import ChangelogError
from workers.tree.waiting import waiting_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.records import OutputRecord

_SHOWN: Final = 20
_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="replay")
@click.argument("records", type=_FILE)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the outputs go; wanted without --at."
)
@click.option("--until", type=INSTANT, help="Let the clock run on to 00:00 Danish time on this day, inclusive.")
@click.option("--cvr", type=_FILE, help="CVR documents, one a line, to answer instead of what RECORDS may hold.")
@click.option("--tariffs", type=_FILE, help="A fee table of your own instead of the one that ships with Sorbro.")
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with code lists of your own (bsr_unit_types.csv, …) instead of those that ship with Sorbro.",
)
@click.option("--owner", "owners", multiple=True, help="Only what concerns this owner (SOR-id); repeatable.")
@click.option("--sor-id", "units", multiple=True, help="Only what concerns this unit (SOR-id); repeatable.")
@click.option("--at", "stop", type=INSTANT, help="Stop at this instant or Danish day, and show what is known then.")
@click.option("--json", "as_json", is_flag=True, help="With --at: show it as JSON, a unit a line.")
def command(
    records: Path,
    out: Path | None,
    until: datetime | None,
    cvr: Path | None,
    tariffs: Path | None,
    rules: Path | None,
    owners: Sequence[str],
    units: Sequence[str],
    stop: datetime | None,
    as_json: bool,  # noqa: FBT001  # click passes options so
) -> None:
    """Play RECORDS (one JSON record a line, also gzip or zstd) through the rules under a virtual clock.

    No broker is needed. The clock stands at each record's timestamp; closures and yearly runs that fall due on the
    way come at their own instant. The same input gives the same output, byte for byte. Where a recording holds CVR's
    answers they are heard; what it holds of outputs is left out (`sorbro verify` compares it). Rules other than tables
    are code: replay with the other release, and `sorbro diff` the two.

    \b
    Examples:
      sorbro replay records.jsonl --out out.jsonl --until 2024-07-01 --cvr cvr.jsonl
      sorbro replay night.jsonl.zst --sor-id 698481000016007 --at 2024-01-01
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    if out is None and stop is None:
        raise click.UsageError("say where the outputs go (--out), or when to stop and look (--at)")
    try:
        if rules is not None:
            use_tables(rules)
        registry = FileRegistry(DocumentStore.from_jsonl(cvr)) if cvr is not None else None
        recorded = frozenset({Topic.CVR_FACTS.value}) if holds(records, Topic.CVR_FACTS) else frozenset()
        replay = Replay(TariffTable.load(tariffs), registry, recorded=recorded)
        only = concerned(records_of(records), owners, units) if owners or units else None
        written = _play(replay, records, out, stop, stop or until, only)
    except (LineError, FileError, ChangelogError, CvrShapeError, TariffTableError, CodeListError, OSError) as error:
        raise click.ClickException(str(error)) from error
    _report(replay, written, out)
    if stop is not None:
        places = places_in(replay.world.owners.values())
        asked = (place for place in places if only is None or place.sor_id.encode() in only.keys)
        show_places(asked, f"{rfc3339(stop)}", as_json=as_json)


def _play(
    replay: Replay,
    records: Path,
    out: Path | None,
    stop: datetime | None,
    until: datetime | None,
    only: Concerned | None,
) -> int:
    """Play what is stamped up to `stop`, let the days up to `until` come, and count what is written."""
    with ExitStack() as stack:
        target = stack.enter_context(LineFile(out)) if out is not None else None
        tell = stack.enter_context(reading_bar("Replaying", records))

        def write(outputs: Iterable[OutputRecord]) -> None:
            for output in outputs:
                if target is not None and (only is None or only.shows(output)):
                    target.write(as_line(output))

        for record in records_of(records, tell):
            if (only is None or only.plays(record)) and (stop is None or record.timestamp <= stop):
                write(replay.play(record))
        if until is not None:
            write(replay.advance(until))
        return target.lines if target is not None else 0


def _report(replay: Replay, written: int, out: Path | None) -> None:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(replay.outcomes.items()))
    where = f"{written} outputs written to {out}" if out is not None else "replayed"
    click.echo(f"{where} ({outcomes or 'nothing to decide'})", err=True)
    # Without --cvr every look-up stays open, which is as asked for and not worth a line each.
    waits = [each for state in replay.world.owners.values() for each in waiting_in(state) if each.kind != "cvr"]
    for each in waits[:_SHOWN]:
        click.echo(f"{each.sor_id} waits for {each.waits_for}", err=True)
    if len(waits) > _SHOWN:
        click.echo(f"… and {len(waits) - _SHOWN} more wait", err=True)
    for topic, count in sorted(replay.left_out.items()):
        click.echo(f"{count} records of {topic} left out: {_why_left_out(topic)}", err=True)


def _why_left_out(topic: str) -> str:
    if topic in TO_ITSELF:
        return "the replay makes its own"
    if topic == Topic.CVR_FACTS:
        return "--cvr answers instead"
    if topic in OUTPUTS:
        return "the replay makes its own; `sorbro verify` compares the two"
    return "the worker does not read that topic"
