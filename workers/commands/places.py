"""Showing units as they stand at an instant: a table to read, or JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Final

import click
import orjson
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workers.replay.register import Place

_SHOWN: Final = 200
_WIDTH: Final = 160
"""Where nobody's terminal tells how wide it is."""


def show_places(places: Iterable[Place], at: str, *, as_json: bool) -> None:
    """Print the units on standard output: as JSON all of them, one a line; as a table the first of them."""
    if as_json:
        for place in places:
            click.echo(orjson.dumps(asdict(place)))
        return
    rest = iter(places)
    table = Table("SOR-id", "Type", "Version", "In BSR", "Last day", "Fees", "Waits for", title=f"As of {at}")
    for place in islice(rest, _SHOWN):
        fees = "\n".join(f"{fee.year} {fee.occasion}: {fee.answer}" for fee in place.fees)
        version = str(place.sor_version) if place.sor_version is not None else ""
        closes = place.closes_on.isoformat() if place.closes_on is not None else ""
        kind = f"{place.sor_type or '?'}{' behandlingssted' if place.is_treatment_place else ''}"
        table.add_row(place.sor_id, kind, version, place.standing, closes, fees, "\n".join(place.waits_for))
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(table, markup=False, highlight=False)
    more = sum(1 for _ in rest)
    if more:
        console.print(f"… and {more:,} more: narrow it down with --owner or --sor-id, or take --json", highlight=False)
