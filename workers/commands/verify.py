"""`sorbro verify`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson
from rich.console import Console
from rich.table import Table

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.cvr.reading import CvrShapeError
from adapters.record_lines import LineError
from adapters.recordings.files import FileError
from adapters.recordings.reading import about_of, records_of, survey
from contracts.tariffs import TariffTable, TariffTableError
from contracts.topics import Topic
from workers.commands.reading_bar import reading_bar
from workers.replay.verifying import UNANSWERED, Verification, causes_of, obstacle
from workers.stream.changelog import ChangelogError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workers.replay.comparing import Difference
    from workers.replay.verifying import Cause

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN: Final = 50
_DOUBTFUL: Final = "cannot-be-compared"
_SAME, _DIFFERENT, _CANNOT_TELL = 0, 1, 2


@click.command(name="verify")
@click.argument("recording", type=_FILE)
@click.option("--cvr", type=_FILE, help="CVR documents, one a line, to answer instead of the recording.")
@click.option("--tariffs", type=_FILE, help="The fee table the worker ran with, if it was one of your own.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON on standard output.")
def command(recording: Path, cvr: Path | None, tariffs: Path | None, as_json: bool) -> None:  # noqa: FBT001  # click's
    """Decide the input in RECORDING once more, and compare with the outputs that were really sent.

    Compared are id, value, headers, time and partition of each output, and their order per key; nothing may be missing
    and nothing too much. What the brokers had compacted away when it was recorded is missing too: record soon. The
    status is 0 when all is the same, 1 when something differs, 2 when it cannot be told: without CVR's answers, in the
    recording or by --cvr, a difference says nothing.

    \b
    Example:
      sorbro record --out night.jsonl.zst --broker kafka:9092
      sorbro verify night.jsonl.zst
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    try:
        status = _verify(recording, cvr, tariffs, as_json=as_json)
    except (LineError, FileError, ChangelogError, CvrShapeError, TariffTableError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        status = _CANNOT_TELL
    sys.exit(status)


def _verify(recording: Path, cvr: Path | None, tariffs: Path | None, *, as_json: bool) -> int:
    said = about_of(recording)
    about = said or survey(recording)
    hindrance = obstacle(about)
    if hindrance is not None:
        _print_hindrance(hindrance, as_json=as_json)
        return _CANNOT_TELL
    registry = FileRegistry(DocumentStore.from_jsonl(cvr)) if cvr is not None else None
    verification = Verification(TariffTable.load(tariffs), about, registry, counts_partitions=said is not None)
    with reading_bar("Verifying", recording) as tell:
        for record in records_of(recording, tell):
            verification.take(record)
    differences = verification.differences()
    causes = causes_of(differences, records_of(recording)) if differences else {}
    doubt = UNANSWERED if differences and cvr is None and Topic.CVR_FACTS not in about.topics else None
    if as_json:
        click.echo(orjson.dumps(_as_json(verification, differences, causes, doubt), option=orjson.OPT_INDENT_2))
    else:
        _print(verification, differences, causes)
        if doubt is not None:
            _print_hindrance(doubt, as_json=False)
    return _CANNOT_TELL if doubt is not None else _DIFFERENT if differences else _SAME


def _print_hindrance(hindrance: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps({"verdict": _DOUBTFUL, "because": hindrance}, option=orjson.OPT_INDENT_2))
    else:
        click.echo(f"This recording cannot be compared: {hindrance}.", err=True)


def _as_json(
    verification: Verification, differences: Sequence[Difference], causes: Mapping[str, Cause], doubt: str | None
) -> dict[str, Any]:
    verdict = {"verdict": "different" if differences else "same"}
    return (verdict if doubt is None else {"verdict": _DOUBTFUL, "because": doubt}) | {
        "compared": verification.compared,
        "undecided": verification.undecided,
        "differences": [
            asdict(each) | {"cause": asdict(causes[each.id]) if each.id in causes else None} for each in differences
        ],
    }


def _print(verification: Verification, differences: Sequence[Difference], causes: Mapping[str, Cause]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 160)
    if differences:
        table = Table("", "What", "Of", "Where", "Caused by", "Differs in", title="Not as this release decides")
        for each in differences[:_SHOWN]:
            table.add_row(
                each.kind, f"{each.ce_type}\n{each.id}", each.key, *_places(each, causes), "\n".join(each.what)
            )
        console.print(table, markup=False, highlight=False)
        if len(differences) > _SHOWN:
            console.print(f"… and {len(differences) - _SHOWN} more; --json has them all")
    counts = ", ".join(
        f"{sum(each.kind == kind for each in differences)} {kind}"
        for kind in ("missing", "extra", "different", "moved")
    )
    console.print(f"{verification.compared:,} outputs compared: {counts}", highlight=False)
    if verification.undecided:
        console.print(
            f"{verification.undecided:,} inputs had not been decided yet when it was recorded", highlight=False
        )


def _places(difference: Difference, causes: Mapping[str, Cause]) -> tuple[str, str]:
    """Where the output lies, or when it was due; and the input that caused it."""
    if difference.found_at is not None:
        partition, offset = difference.found_at
        where = f"{difference.topic}-{partition}@{offset}"
    else:
        where = f"{difference.topic}, due {difference.due_at:%Y-%m-%d %H:%M:%S}Z"
    cause = causes.get(difference.id)
    by = difference.caused_by or "no input"
    return where, f"{by}\n{cause.topic}-{cause.partition}@{cause.offset}" if cause is not None else by
