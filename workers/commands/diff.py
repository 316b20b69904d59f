"""`sorbro diff`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import orjson
from rich.console import Console
from rich.table import Table

from adapters.record_lines import LineError
from adapters.recordings.files import FileError
from adapters.recordings.reading import records_of
from workers.commands.reading_bar import reading_bar
from workers.replay.diffing import Ends, Group, changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workers.replay.diffing import Change, Sums

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN: Final = 50
_WIDTH: Final = 160
_SAME, _DIFFERENT, _CANNOT_TELL = 0, 1, 2
_TITLES: Final[Mapping[Group, str]] = {
    "amount": "Gebyr: another amount, or another answer to whether one is due",
    "recipient": "Gebyr: another recipient (modtager)",
    "fee": "Gebyr: the same amount, otherwise told",
    "closure-day": "Ophør: another last day",
    "ending": "Ophør: otherwise told",
    "register": "Behandlingsstedsregisteret: other content",
    "deletion": "Sletning i SOR: otherwise told",
    "dead-letter": "Dead letters: another reason",
    "only-in-a": "Only in A",
    "only-in-b": "Only in B",
}


@click.command(name="diff")
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
def command(a: Path, b: Path, as_json: bool) -> None:  # noqa: FBT001  # click passes options so
    """Set two replays side by side: A and B are what `sorbro replay --out` wrote.

    What became of each place is compared, not each message on the way: its fees by year, its last day, what the
    register holds of it. Units are named by SOR-id; where a field may tell of a person it is only said that it differs.
    The status is 0 when all is the same, 1 when something differs, 2 when a file cannot be read.

    \b
    Example, what another fee table would come to:
      sorbro replay year.jsonl.zst --out a.jsonl
      sorbro replay year.jsonl.zst --out b.jsonl --tariffs next-year.csv
      sorbro diff a.jsonl b.jsonl
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    try:
        ends_a, ends_b = _read(a), _read(b)
        found = changes(ends_a, ends_b, partial(records_of, a), partial(records_of, b))
    except (LineError, FileError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(_CANNOT_TELL)
    if as_json:
        click.echo(orjson.dumps(_as_json(found, ends_a.sums, ends_b.sums), option=orjson.OPT_INDENT_2))
    else:
        _print(found, ends_a.sums, ends_b.sums)
    sys.exit(_DIFFERENT if found else _SAME)


def _read(path: Path) -> Ends:
    with reading_bar(path.name, path) as tell:
        return Ends.of(records_of(path, tell))


def _as_json(found: Sequence[Change], a: Sums, b: Sums) -> dict[str, Any]:
    return {
        "verdict": "different" if found else "same",
        "fees": {name: {"count": sums.fees, "kroner": f"{sums.kroner:.2f}"} for name, sums in (("a", a), ("b", b))},
        "changes": [asdict(each) for each in found],
    }


def _print(found: Sequence[Change], a: Sums, b: Sums) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    groups: defaultdict[str, list[Change]] = defaultdict(list)
    for each in found:
        groups[each.group].append(each)
    for group, title in _TITLES.items():
        if of_group := groups[group]:
            table = Table("SOR-id", "About", "In A", "In B", "Differs in", title=f"{title} ({len(of_group):,})")
            for each in of_group[:_SHOWN]:
                fields = "\n".join(f"{value.path}: {value.a or '-'} → {value.b or '-'}" for value in each.values)
                table.add_row(each.sor_id, each.about, each.a or "-", each.b or "-", fields)
            console.print(table, markup=False, highlight=False)
            if len(of_group) > _SHOWN:
                console.print(f"… and {len(of_group) - _SHOWN:,} more; --json has them all", highlight=False)
    for name, sums in (("A", a), ("B", b)):
        fees = "1 fee" if sums.fees == 1 else f"{sums.fees:,} fees"
        console.print(f"{name}: {fees}, {sums.kroner:,.2f} kr.", highlight=False)
    differing = "1 matter differs" if len(found) == 1 else f"{len(found):,} matters differ"
    console.print(f"Difference: {b.kroner - a.kroner:+,.2f} kr.; {differing}", highlight=False)
