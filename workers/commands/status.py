"""`sorbro status`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from adapters.clock import SystemClock
from adapters.kafka.gap import VARIABLE
from contracts.danish_time import COPENHAGEN
from contracts.tariffs import TariffTable
from workers.app.settings import Settings, configured
from workers.commands.asking import age, broker_option, cannot_tell, json_option, print_json
from workers.operations.as_json import status_json
from workers.operations.status_reading import read_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workers.operations.status import Kind, Status, Trouble

_LATE: Final = 1
_SHOWN: Final = 8
_MEND_GAPS: Final = (
    "restore the topics; or, when what is gone has been sent again (docs/runbook.md, Records lost), start the workers "
    f"once with {VARIABLE}={{gaps}}"
)
_SAYS: Final[Mapping[Kind, tuple[str, str]]] = {
    "lost": (
        "records of {count} partitions were deleted before they were processed",
        _MEND_GAPS,
    ),
    "made-anew": (
        "{count} partitions end before the place the worker has reached: the topics were made anew",
        _MEND_GAPS,
    ),
    "overdue": (
        "{count} closures, departures or new numbers are overdue",
        "see whether a worker works on their partitions; `sorbro explain` tells a unit's story",
    ),
    "nobody-works": ("nobody works on {count} partitions", "start a worker: `sorbro run`"),
    "not-moving": (
        "records wait on {count} partitions, and nothing is committed there",
        "look for `partition failed` and `stuck` in the worker's log; /livez says what to do",
    ),
    "rewound": ("{count} partitions have gone back", "find out who has reset the group's offsets"),
}


@click.command(name="status")
@broker_option
@json_option
@click.pass_context
def command(ctx: click.Context, broker: str | None, as_json: bool) -> None:  # noqa: FBT001  # click passes options so
    """Say in a sentence whether anything is late or lost, and what to do about it.

    Late is a day that has come and is not done, by the worker's own state, and never mere lag. No worker needs to run.
    The whole state is read and decoded: for 160,000 units that takes half a minute or more. Where records wait and
    nothing moves it looks on for a quarter of a minute before it says so.

    Exit status: 0 all is well, 1 something is late or lost, 2 it cannot be told.

    \b
    Example:
      sorbro status || mail -s "Sorbro" vagten
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    with cannot_tell():
        status = asyncio.run(_ask(configured(kafka_bootstrap_servers=broker)))
    if as_json:
        print_json({"says": _sentence(status)} | status_json(status))
    else:
        _print(Console(), status)
    if status.troubles:
        ctx.exit(_LATE)


async def _ask(settings: Settings) -> Status:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading the state", total=None)
        return await read_status(
            settings.connection(),
            settings.group,
            SystemClock(),
            TariffTable.load(settings.tariffs),
            lambda done, total: progress.update(task, completed=done, total=total),
        )


def _sentence(status: Status) -> str:
    """The state in one sentence."""
    if status.troubles:
        return f"Late or lost: {'; '.join(_says(each, status.lag.at) for each in status.troubles)}."
    dues = status.dues
    waiting = f"{status.lag.records:,} records are on their way" if status.lag.records else "everything is read"
    ahead = f"{dues.ahead:,} closures and the like ahead" if dues.ahead else "nothing due ahead"
    soonest = f", the next on {_danish(dues.next_at)}" if dues.next_at is not None else ""
    return f"Well: {waiting}; {ahead}{soonest}; nothing overdue."


def _says(trouble: Trouble, now: datetime) -> str:
    text = _SAYS[trouble.kind][0].format(count=f"{trouble.count:,}")
    return f"{text}, for {age(trouble.since, now)}" if trouble.since is not None else text


def _danish(instant: datetime) -> str:
    return f"{instant.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"


def _print(console: Console, status: Status) -> None:
    console.print(_sentence(status), style="bold red" if status.troubles else "bold green", highlight=False)
    gaps = ",".join(str(each.gap) for each in status.lag.partitions if each.gap is not None)
    for each in status.troubles:
        where = ", ".join(each.where[:_SHOWN]) + (", …" if len(each.where) > _SHOWN else "")
        console.print(f"  {_SAYS[each.kind][1].format(gaps=gaps)} ({where})", highlight=False, markup=False)
    dues, waiting = status.dues, status.dues.waiting
    table = Table("", show_header=False)
    for name, number in (
        ("due today", dues.today),
        ("due later", dues.ahead - dues.today),
        ("overdue", dues.overdue),
        ("invoice triggers parked for a tariff (R32)", waiting["tariff"]),
        ("units that wait for SOR (R13)", waiting["sor"]),
        ("numbers that wait for CVR (R20)", waiting["cvr"]),
        ("dead letters", status.dead_letters),
        ("records waiting", status.lag.records),
    ):
        table.add_row(name, f"{number:,}")
    console.print(table)
    _print_partitions(console, status)


def _print_partitions(console: Console, status: Status) -> None:
    table = Table("Partition", "Worker")
    table.add_column("Waiting", justify="right")
    table.add_column("Oldest", justify="right")
    for number in sorted(status.lag.commits):
        inputs = [each for each in status.lag.partitions if each.partition == number]
        oldest = min((each.oldest_at for each in inputs if each.oldest_at is not None), default=None)
        records = sum(each.records or 0 for each in inputs)
        host = status.lag.hosts.get(number, "nobody")
        table.add_row(str(number), host, f"{records:,}", age(oldest, status.lag.at))
    console.print(table)
