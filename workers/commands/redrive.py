"""`sorbro redrive`."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any, Final

import click
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from adapters.clock import SystemClock
from contracts.redrives import Chosen, OperatorName, Why
from contracts.tariffs import TariffTable
from workers.app.settings import configured
from workers.commands.asking import broker_option, cannot_tell, json_option, print_json
from workers.commands.choosing import choosing, chosen_by
from workers.operations.as_json import tally_json
from workers.operations.audit import Order
from workers.operations.redrive import Redrive

if TYPE_CHECKING:
    from workers.app.settings import Settings
    from workers.operations.tally import Tally

_FASTEST: Final = 1000.0


@click.command(name="redrive")
@choosing
@click.option("--first", type=click.IntRange(min=1), help="Send so many of them: to see how they do.")
@click.option("--all", "every", is_flag=True, help="Send all of them that work now.")
@click.option(
    "--rate",
    type=click.FloatRange(0, _FASTEST, min_open=True),
    default=20.0,
    show_default=True,
    help="Letters a second, at most.",
)
@click.option("--operator", help="Who you are; goes into the audit. No e-mail address (R49).")
@click.option("--why", help="Why it is done: one line, for who reads the audit later. Nobody's personal data (R49).")
@broker_option
@json_option
def command(
    first: int | None,
    every: bool,  # noqa: FBT001  # click passes options so
    rate: float,
    operator: str | None,
    why: str | None,
    broker: str | None,
    as_json: bool,  # noqa: FBT001
    **choice: Any,
) -> None:
    """Send dead letters once more, as they came, to the topic they came from.

    Without --first or --all it is a dry run, which sends nothing: each letter is decided afresh on a copy of what the
    worker holds now. It would work, or still fail, or a newer version is known by now (R10). Only what works is sent,
    in order per key, at --rate a second; Ctrl-C ends it after the transaction under way. Each letter is sent once:
    the same command again goes on where the last one stopped, or was killed. What is done, by whom and why, is on
    sorbro.audit.v1.

    \b
    Example, in three steps:
      sorbro redrive --reason contract-violation --day 2026-11-21
      sorbro redrive --reason contract-violation --day 2026-11-21 --first 5 \\
          --operator "Vagthavende" --why "SOR har rettet cifrene, sag 4711"
      sorbro redrive --reason contract-violation --day 2026-11-21 --all --operator … --why …
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    if first is not None and every:
        raise click.UsageError("--first and --all exclude each other")
    with cannot_tell():
        settings = configured(kafka_bootstrap_servers=broker)
        chosen = chosen_by(**choice)
        if first is None and not every:
            tally = asyncio.run(_redrive(settings).dry_run(chosen))
        else:
            tally = asyncio.run(_send(settings, _order(chosen, operator, why, first, rate)))
    if as_json:
        print_json(tally_json(tally))
    else:
        _print(Console(), tally, is_dry=first is None and not every)


def _order(chosen: Chosen, operator: str | None, why: str | None, first: int | None, rate: float) -> Order:
    if chosen == Chosen():
        raise click.UsageError("choose which letters: at least one of --reason, --type, --topic, --day, --letter")
    if operator is None or why is None:
        raise click.UsageError("to send letters say who you are and why: --operator NAME --why TEXT")
    for option, text, kind in (("--operator", operator, OperatorName), ("--why", why, Why)):
        try:
            TypeAdapter(kind).validate_python(text)
        except ValidationError as error:
            raise click.BadParameter(error.errors()[0]["msg"], param_hint=option) from error
    return Order(chosen, operator, why, first, rate)


def _redrive(settings: Settings) -> Redrive:
    tariffs = TariffTable.load(settings.tariffs)
    return Redrive(settings.connection(), settings.group, SystemClock(), tariffs)


async def _send(settings: Settings, order: Order) -> Tally:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} letters sent; Ctrl-C stops"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        return await _redrive(settings).send(order, lambda tally: progress.update(task, completed=tally.sent), stop)


def _print(console: Console, tally: Tally, *, is_dry: bool) -> None:
    if tally.is_empty:
        console.print("No such dead letters: `sorbro dead-letters` shows which there are.")
        return
    table = Table("What would become of them now" if is_dry else "What has become of them")
    table.add_column("Letters", justify="right")
    table.add_row("would work", f"{tally.works:,}")
    if not is_dry:
        table.add_row("  sent", f"{tally.sent:,}")
    for reason, number in tally.failing.most_common():
        table.add_row(f"would fail again: {reason}", f"{number:,}")
    table.add_row("a newer version is known, or the same", f"{tally.superseded:,}")
    table.add_row("sent once more before", f"{tally.redriven_before:,}")
    console.print(table)
    for each in tally.examples:
        place = f"{each.letter.place.partition}/{each.letter.place.offset}"
        console.print(f"{place}: {each.verdict}, {each.detail}", markup=False, highlight=False)
