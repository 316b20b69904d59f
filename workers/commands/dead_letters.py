"""`sorbro dead-letters`."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from adapters.clock import SystemClock
from workers.app.settings import configured
from workers.commands.asking import age, broker_option, cannot_tell, json_option, print_json
from workers.commands.choosing import choosing, chosen_by
from workers.operations.as_json import groups_json
from workers.operations.letter_reading import read_groups

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workers.operations.letter_groups import LetterGroup, LetterGroups


@click.command(name="dead-letters")
@choosing
@broker_option
@json_option
@click.option("--samples", is_flag=True, help="One letter of each group: its shape, without what stands in it.")
def command(broker: str | None, as_json: bool, samples: bool, **choice: Any) -> None:  # noqa: FBT001  # click's way
    """Show the inputs that could not be used, grouped by reason, type and version, topic and day.

    What stands in them is never shown, for it may be anything (R49): names of known fields, types, lengths, SOR-ids.
    Mend the cause first, at the sender or here; then `sorbro redrive` sends them once more.

    \b
    Example:
      sorbro dead-letters --reason contract-violation --samples
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    with cannot_tell():
        connection = configured(kafka_bootstrap_servers=broker).connection()
        groups = asyncio.run(read_groups(connection, chosen_by(**choice)))
    if as_json:
        print_json(groups_json(groups))
        return
    _print(Console(), groups, SystemClock().now())
    if samples:
        _print_samples(Console(), groups.groups)


def _print(console: Console, groups: LetterGroups, now: datetime) -> None:
    if not groups.groups:
        console.print("No dead letters.")
    else:
        table = Table("Day", "Reason", "Type", "Topic", title=f"{groups.waiting:,} dead letters wait for somebody")
        for name in ("Letters", "Redriven", "Oldest", "Attempts"):
            table.add_column(name, justify="right")
        for each in groups.groups:
            counts = (f"{each.count:,}", f"{each.redriven:,}" if each.redriven else "")
            oldest = age(each.oldest_failed_at, now)
            table.add_row(
                str(each.day), each.reason, each.ce_type, each.topic, *counts, oldest, str(each.most_attempts)
            )
        console.print(table)
    if groups.left_out:
        console.print(f"{groups.left_out:,} letters of more groups than are shown: choose a --day or a --reason")
    if groups.foreign:
        console.print(f"{groups.foreign:,} records on the topic are none of Sorbro's: find out who writes there")


def _print_samples(console: Console, groups: Sequence[LetterGroup]) -> None:
    for each in groups:
        sample = each.sample
        console.print(
            f"\n{each.day} {each.reason}, letter {sample.place.partition}/{sample.place.offset}", style="bold"
        )
        console.print(sample.detail, markup=False, highlight=False)
        shape = json.dumps(sample.value, indent=2, ensure_ascii=False)
        console.print(f"key {sample.key}\n{shape}", markup=False, highlight=False)
